//go:build cgo

package rediscluster

import (
	"context"
	"runtime"
)

// A Client runs commands on the servers of a configuration. It may be used by many goroutines at once.
type Client struct{ handle *handle }

// Open makes a client of a configuration: JSON, the same in every language, described in the README of the project.
// Nothing is connected before the first command.
func Open(config string) (*Client, error) { return open(openOwn, config) }

// OpenShared makes a client that shares its connections with every other client of the process that OpenShared made
// of an equal configuration. Each is closed for itself; the connections stay, for the next, until the process ends.
func OpenShared(config string) (*Client, error) { return open(openShared, config) }

func open(how opener, config string) (*Client, error) {
	if err := checkABI(); err != nil {
		return nil, err
	}
	handle, err := openNative(how, config)
	if err != nil {
		return nil, err
	}
	return newClient(handle), nil
}

func newClient(handle *handle) *Client {
	c := &Client{handle}
	// A safety net for clients that were forgotten, no more: call Close.
	runtime.SetFinalizer(c, (*Client).Close)
	return c
}

// Close closes the client; its methods answer ErrClosed from now on. Calls that are running end as they would have,
// and the last of them closes the connections. To close again does nothing. The error is always nil.
func (c *Client) Close() error {
	c.handle.close()
	return nil
}

// Do runs one command and answers its reply. An argument is a string, []byte, bool (sent as 1 or 0), integer or float
// of any size; another type is an *Error that names its position, the command's name being at 0, and nothing is sent.
//
//	v, err := c.Do(ctx, "SET", "foo", 42, "EX", 60)
//
// An error reply of the server is returned as a ServerError, a command that got no reply as an *Error.
// A nil reply is a Value that IsNil, and no error.
func (c *Client) Do(ctx context.Context, args ...any) (Value, error) {
	request := newRequest()
	defer request.recycle()
	if err := request.command(args); err != nil {
		return Value{}, err
	}
	reply, err := c.handle.call(ctx, execute, request.text())
	runtime.KeepAlive(c) // or the collector could close it before the call begins
	if err != nil {
		return Value{}, err
	}
	defer reply.free()
	result := newResult(reply.decoder().value(1)) // behind the array of all commands' replies
	return result.Value, result.Err
}

// Each runs one command on every master and answers by alias what each of them said.
func (c *Client) Each(ctx context.Context, args ...any) (map[string]Result, error) {
	request := newRequest()
	defer request.recycle()
	if err := request.command(args); err != nil {
		return nil, err
	}
	reply, err := c.handle.call(ctx, each, request.text())
	runtime.KeepAlive(c) // or the collector could close it before the call begins
	if err != nil {
		return nil, err
	}
	defer reply.free()
	return reply.byAlias()
}

// A Node is where a key is kept.
type Node struct {
	Alias string // node_1, node_2 …
	Host  string // "" if the node has a unix socket
	Port  int    // 0 if the node has a unix socket
	Unix  string // the path of the socket, else ""
	Key   string // the key as commands send it, its tag stripped where tags are
}

// NodeFor tells which node keeps a key. The answer is computed; no server is asked.
func (c *Client) NodeFor(key string) (Node, error) {
	reply, err := c.handle.call(context.Background(), nodeFor, key)
	runtime.KeepAlive(c) // or the collector could close it before the call begins
	if err != nil {
		return Node{}, err
	}
	defer reply.free()
	field, err := reply.decoder().value(0).Map()
	if err != nil {
		return Node{}, err
	}
	return Node{
		Alias: field["alias"].textOrEmpty(),
		Host:  field["host"].textOrEmpty(),
		Port:  int(field["port"].number),
		Unix:  field["unix"].textOrEmpty(),
		Key:   field["key"].textOrEmpty(),
	}, nil
}
