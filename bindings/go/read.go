//go:build cgo

package rediscluster

// Read selects the servers that serve reads.
type Read int32

// The servers that can serve reads. The numbers are those of the library.
const (
	ReadReplica Read = 0 // the replicas of a master in turn, and the master if no replica can reply
	ReadMaster  Read = 1 // the masters only
	ReadAny     Read = 2 // a master and its replicas in turn
	ReadNearest Read = 3 // those of a master and its replicas that reply fastest
)

// WithRead returns a client that reads from the given servers, whatever the configuration says. It shares the configuration
// and the connections of c, and is cheap to create. Close it as well, before or after c.
func (c *Client) WithRead(read Read) (*Client, error) {
	return c.derive(c.handle.withRead(read))
}

// WithReadYourWrites returns a client whose reads see its own writes, or may be older, whatever the configuration says. After
// a command that may write to a node, its reads of this node go to the master, until a replica is known to have everything
// that was acknowledged before that command ended. The writes of other clients do not count. It shares the configuration
// and the connections of c, and is cheap to create. Close it as well, before or after c.
func (c *Client) WithReadYourWrites(readYourWrites bool) (*Client, error) {
	return c.derive(c.handle.withReadYourWrites(readYourWrites))
}
