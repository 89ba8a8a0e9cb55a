//go:build cgo

package rediscluster

import "runtime"

// Read selects the servers that serve reads.
type Read int32

// The servers that can serve reads. The numbers are those of the library.
const (
	ReadReplica Read = 0 // the replicas of a master in turn, and the master if no replica can reply
	ReadMaster  Read = 1 // the masters only
)

// WithRead returns a client that reads from the given servers, whatever the configuration says. It shares the configuration
// and the connections of c, and is cheap to create. Close it as well, before or after c.
func (c *Client) WithRead(read Read) (*Client, error) {
	defer runtime.KeepAlive(c) // otherwise the finalizer could close the client before the call begins
	handle, err := c.handle.withRead(read)
	if err != nil {
		return nil, err
	}
	return newClient(handle), nil
}
