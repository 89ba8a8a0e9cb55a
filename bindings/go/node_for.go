//go:build cgo

package rediscluster

import "context"

// A Node is the node that stores a key.
type Node struct {
	Alias string // node_1, node_2 and so on
	Host  string // "" if the node has a Unix socket
	Port  int    // 0 if the node has a Unix socket
	Unix  string // the path of the Unix socket, or ""
	Key   string // the key as the server stores it: without its hash tag if hash_tag is strip
	// The alias of the server where the previous layout has the key; "" without Config.Previous.
	Previous string
}

// NodeFor returns the node that stores key. It computes the node and contacts no server.
func (c *Client) NodeFor(key string) (Node, error) {
	reply, err := c.call(context.Background(), nodeFor, key)
	if err != nil {
		return Node{}, err
	}
	defer reply.free()
	node, err := readFields(reply.decoder().value(0))
	return Node{
		Alias:    node.text("alias"),
		Host:     node.text("host"),
		Port:     int(node.integer("port")),
		Unix:     node.text("unix"),
		Key:      node.text("key"),
		Previous: node.text("previous"),
	}, err
}
