//go:build cgo

package rediscluster

import (
	"context"
	"runtime"
)

// A ListedNode is a master or a replica.
type ListedNode struct {
	IsMaster bool
	Master   string   // the alias of its master; of a master, its own
	Host     string   // "" if the node has a Unix socket
	Port     int      // 0 if the node has a Unix socket
	Unix     string   // the path of the socket, else ""
	DB       int      // the number of the database
	Server   string   // an alias of the node with the same address: equal values name the same server
	Replicas []string // the aliases of its replicas
}

// NodeList returns all masters and their replicas by alias. The replicas of node_1 have the aliases node_1_slave,
// node_1_slave_2 and so on, as in EachOn.
//
// If discover is true, the masters are first asked for their replicas, unless the configuration names them or forbids it; a
// master that does not reply has the replicas known before. Otherwise no server is contacted.
func (c *Client) NodeList(ctx context.Context, discover bool) (map[string]ListedNode, error) {
	defer runtime.KeepAlive(c) // otherwise the finalizer could close the client before the call begins
	reply, err := c.handle.nodeList(ctx, discover)
	if err != nil {
		return nil, err
	}
	defer reply.free()
	listed, err := readFields(reply.decoder().value(0))
	if err != nil {
		return nil, err
	}
	nodes := make(map[string]ListedNode, len(listed))
	for alias, node := range listed {
		if nodes[alias], err = newListedNode(node); err != nil {
			return nil, err
		}
	}
	return nodes, nil
}

func newListedNode(value Value) (ListedNode, error) {
	node, err := readFields(value)
	if err != nil {
		return ListedNode{}, err
	}
	replicas, err := node["replicas"].Strings()
	return ListedNode{
		IsMaster: node.text("role") == "master",
		Master:   node.text("master"),
		Host:     node.text("host"),
		Port:     int(node.integer("port")),
		Unix:     node.text("unix"),
		DB:       int(node.integer("db")),
		Server:   node.text("server"),
		Replicas: replicas,
	}, err
}
