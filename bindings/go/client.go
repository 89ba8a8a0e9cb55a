//go:build cgo

package rediscluster

import (
	"context"
	"runtime"
)

// A Client runs commands on the servers of a configuration. It is safe for concurrent use by multiple goroutines.
type Client struct{ handle *clusterHandle }

// Open returns a client for a configuration in JSON, which is the same in every language; the README of the project
// describes it. A bad configuration is an *Error with the code ErrConfig. Open connects to nothing; connections are made
// when commands need them.
func Open(config string) (*Client, error) { return open(openExclusive, config) }

// OpenShared is like Open, but all clients that OpenShared returns for equal configurations share their connections.
// Close each of them. The connections stay open until the process ends.
func OpenShared(config string) (*Client, error) { return open(openShared, config) }

func open(function openFunction, config string) (*Client, error) {
	if err := checkABI(); err != nil {
		return nil, err
	}
	handle, err := openCluster(function, config)
	if err != nil {
		return nil, err
	}
	return newClient(handle), nil
}

func newClient(handle *clusterHandle) *Client {
	c := &Client{handle}
	runtime.SetFinalizer(c, (*Client).Close) // a safety net for clients without a call of Close
	return c
}

// Close closes the client. It returns at once and always returns nil. Calls in progress run to their end, and the last of
// them closes the connections; later calls fail with ErrClosed. Closing a client again is a no-op.
func (c *Client) Close() error {
	c.handle.close()
	return nil
}

// Do runs one command and returns its reply. An argument is a string, []byte, bool (sent as 1 or 0), or an integer or float
// of any size. For any other type nothing is sent, and the error is an *Error with the code ErrArgument that gives the
// position of the argument; the command name is argument 0.
//
//	v, err := c.Do(ctx, "SET", "foo", 42, "EX", 60)
//
// An error reply of a server is returned as a ServerError. A command without a reply fails with an *Error. A nil reply is
// not an error: it is a Value for which IsNil returns true.
func (c *Client) Do(ctx context.Context, args ...any) (Value, error) {
	reply, err := c.callWithCommand(ctx, execute, args)
	if err != nil {
		return Value{}, err
	}
	defer reply.free()
	const onlyReply = 1 // entry 0 is the array of the replies to all commands
	result := newResult(reply.decoder().value(onlyReply))
	return result.Value, result.Err
}

// callWithCommand runs an operation whose input is one command.
func (c *Client) callWithCommand(ctx context.Context, run operation, args []any) (nativeReply, error) {
	request := requestFromPool()
	defer request.returnToPool()
	if err := request.addCommand(args); err != nil {
		return nativeReply{}, err
	}
	return c.call(ctx, run, request.unsafeString())
}

func (c *Client) call(ctx context.Context, run operation, input string) (nativeReply, error) {
	defer runtime.KeepAlive(c) // otherwise the finalizer could close the client before the call begins
	return c.handle.call(ctx, run, input)
}
