//go:build cgo

package rediscluster

import (
	"context"
	"runtime"
)

// Nodes selects the servers that EachOn runs a command on.
type Nodes int32

// The servers that EachOn can select. The numbers are those of the library.
const (
	Masters  Nodes = 0
	Replicas Nodes = 1 // the replicas of all masters
	All      Nodes = 2 // the masters and their replicas
)

// Each runs one command on every master and returns the results by alias, such as node_1. The command is sent as it is:
// its keys are neither routed nor changed. The error of one node is in its Result.
func (c *Client) Each(ctx context.Context, args ...any) (map[string]Result, error) {
	end := c.settings.startCall(ctx, 1, nameOf(args))
	results, err := c.eachMaster(ctx, args)
	end(err)
	return results, err
}

func (c *Client) eachMaster(ctx context.Context, args []any) (map[string]Result, error) {
	reply, err := c.callWithCommand(ctx, each, args)
	if err != nil {
		return nil, err
	}
	defer reply.free()
	return resultsByAlias(reply)
}

// EachOn is like Each, but runs the command on the masters, the replicas, or all of them. The aliases of the replicas of
// node_1 are node_1_slave, node_1_slave_2 and so on. The map is empty if there are no such servers.
func (c *Client) EachOn(ctx context.Context, nodes Nodes, args ...any) (map[string]Result, error) {
	end := c.settings.startCall(ctx, 1, nameOf(args))
	results, err := c.eachOn(ctx, nodes, args)
	end(err)
	return results, err
}

func (c *Client) eachOn(ctx context.Context, nodes Nodes, args []any) (map[string]Result, error) {
	defer runtime.KeepAlive(c) // otherwise the finalizer could close the client before the call begins
	request := requestFromPool()
	defer request.returnToPool()
	if err := request.addCommand(args); err != nil {
		return nil, err
	}
	reply, err := c.handle.eachOn(ctx, nodes, request.unsafeString())
	if err != nil {
		return nil, err
	}
	defer reply.free()
	return resultsByAlias(reply)
}

func resultsByAlias(reply nativeReply) (map[string]Result, error) {
	decoder := reply.decoder()
	values, err := decoder.value(0).Array()
	if err != nil {
		return nil, err
	}
	results := make(map[string]Result, len(values)/2)
	for i, at := 0, 1; i+1 < len(values); i += 2 {
		at = decoder.nextSibling(at) // the alias
		results[values[i].text()] = reply.result(at, values[i+1])
		at = decoder.nextSibling(at)
	}
	return results, nil
}
