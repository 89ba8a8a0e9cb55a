//go:build cgo

package rediscluster

// WithPartial returns a client whose commands that are split by their keys (MGET, EXISTS, DEL, MSET and their kind) may fail for
// single keys, or not, whatever the configuration says. If a node fails, the reply of such a command is an array with the result
// of each key, in the order of the keys: for each key of that node a value whose Err is not nil; for the others the value (MGET),
// the number for this key (EXISTS, DEL) or the status (MSET). If no node fails, the reply is as usual.
//
// It shares the configuration and the connections of c, and is cheap to create. Close it as well, before or after c.
func (c *Client) WithPartial(partial bool) (*Client, error) {
	return c.derive(c.handle.withPartial(partial))
}
