//go:build cgo

package rediscluster

import (
	"context"
	"runtime"
)

// Nodes says which servers EachOn runs a command on.
type Nodes int32

// The servers, numbered as in the library.
const (
	Masters  Nodes = 0
	Replicas Nodes = 1 // those of all masters
	All      Nodes = 2 // the masters and their replicas
)

// Read says where reads go.
type Read int32

// Where reads go, numbered as in the library.
const (
	ReadReplica Read = 0 // to the replicas of a master in turn; to the master where none can answer
	ReadMaster  Read = 1 // to the masters alone
)

// EachOn runs one command, as Each does, on masters, replicas or all, and answers by alias what each of them said. The
// replicas of node_1 are called node_1_slave, node_1_slave_2 and so on; where there are none, the map is empty.
func (c *Client) EachOn(ctx context.Context, nodes Nodes, args ...any) (map[string]Result, error) {
	request := newRequest()
	defer request.recycle()
	if err := request.command(args); err != nil {
		return nil, err
	}
	reply, err := c.handle.eachOn(ctx, nodes, request.text())
	runtime.KeepAlive(c) // or the collector could close it before the call begins
	if err != nil {
		return nil, err
	}
	defer reply.free()
	return reply.byAlias()
}

// byAlias reads a map from alias to reply.
func (r reply) byAlias() (map[string]Result, error) {
	values, err := r.decoder().value(0).Map()
	if err != nil {
		return nil, err
	}
	results := make(map[string]Result, len(values))
	for alias, value := range values {
		results[alias] = newResult(value)
	}
	return results, nil
}

// WithRead makes a view of the client, which reads from elsewhere than the configuration says. It shares configuration and
// connections with the client, and costs next to nothing. It is closed by itself, before or after the client.
func (c *Client) WithRead(read Read) (*Client, error) {
	// The collector closes what is forgotten: it must not find a client forgotten whose view is being made.
	defer runtime.KeepAlive(c)
	view, err := c.handle.withRead(read)
	if err != nil {
		return nil, err
	}
	return newClient(view), nil
}
