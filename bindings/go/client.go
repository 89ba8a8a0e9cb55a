//go:build cgo

package rediscluster

import (
	"context"
	"fmt"
	"runtime"
)

// A Client runs commands on the servers of a configuration. It is safe for concurrent use by multiple goroutines.
type Client struct {
	handle   *clusterHandle
	settings settings
	// nil if commands are not collected in batches.
	batcher *batcher
	// Sessions without state, for transactions.
	sessions chan *Session
}

// Configuration is what Open accepts: a Config, or the same in JSON.
type Configuration interface{ Config | ~string }

// Open returns a client for a configuration: a Config, or a string in JSON, which is the same in every language; the README of the
// project describes it. A bad configuration is an *Error with the code ErrConfig. Open connects to nothing; connections are made
// when commands need them. Connect checks that the servers reply.
//
//	c, err := rediscluster.Open(rediscluster.Config{
//		URLs:    []string{"redis://10.0.0.1:6379", "redis://10.0.0.2:6379"},
//		HashTag: "keep",
//	})
func Open[C Configuration](config C, options ...Option) (*Client, error) {
	return open(openExclusive, config, options)
}

// OpenShared is like Open, but all clients that OpenShared returns for equal configurations share their connections.
// Close each of them. The connections stay open until the process ends.
func OpenShared[C Configuration](config C, options ...Option) (*Client, error) {
	return open(openShared, config, options)
}

// Connect is like Open, and fails if a master does not reply to PING before ctx is done.
func Connect[C Configuration](ctx context.Context, config C, options ...Option) (*Client, error) {
	c, err := Open(config, options...)
	if err != nil {
		return nil, err
	}
	if err := c.Ping(ctx); err != nil {
		c.Close()
		return nil, err
	}
	return c, nil
}

func open[C Configuration](function openFunction, config C, options []Option) (*Client, error) {
	if err := checkABI(); err != nil {
		return nil, err
	}
	text, err := configText(config)
	if err != nil {
		return nil, err
	}
	handle, err := openCluster(function, text)
	if err != nil {
		return nil, err
	}
	settings := newSettings(options)
	settings.hasDeadline = hasDeadline(text)
	return newClient(handle, settings), nil
}

func newClient(handle *clusterHandle, settings settings) *Client {
	c := &Client{handle: handle, settings: settings, sessions: make(chan *Session, maxIdleSessions)}
	if !settings.isUnbatched {
		c.batcher = newBatcher(func(request string) (nativeReply, error) {
			return handle.call(context.Background(), execute, request)
		})
	}
	runtime.SetFinalizer(c, (*Client).Close) // a safety net for clients without a call of Close
	return c
}

// derive returns a client with the settings of this one, for a handle that was made from its handle.
func (c *Client) derive(handle *clusterHandle, err error) (*Client, error) {
	if err != nil {
		return nil, err
	}
	return newClient(handle, c.settings), nil
}

// Ping sends PING to every master. It returns the error of the first in order that does not reply.
func (c *Client) Ping(ctx context.Context) error {
	results, err := c.Each(ctx, "PING")
	for i := 1; i <= len(results) && err == nil; i++ {
		err = results[fmt.Sprintf("node_%d", i)].Err
	}
	return err
}

// Close closes the client. It returns at once and always returns nil. Calls in progress end: those that wait, for a connection, a
// server or an element, fail with an *Error for which errors.Is(err, ErrClosed) is true, and which says whether the command may
// have been executed. The last of them closes the connections. Later calls return ErrClosed. Sessions, subscriptions, transactions in
// progress, and clients made from this one by methods such as WithRead, stay open. Closing a client again is a no-op.
func (c *Client) Close() error {
	c.handle.close()
	c.closeSessions()
	return nil
}

// Do runs one command and returns its reply. An argument is a string, []byte, bool (sent as 1 or 0), an integer or float of any
// size, a type that is named after one of these, an encoding.BinaryMarshaler, or a time.Duration where the command takes a time: it
// is sent in seconds or milliseconds, as the command takes it at this place. For anything else nothing is sent, and the error is an
// *Error with the code ErrArgument that gives the position of the argument; the command name is argument 0.
//
//	v, err := c.Do(ctx, "SET", "foo", 42, "EX", time.Minute)
//
// An error reply of a server is returned as a *CommandError, which wraps a ServerError. A command without a reply fails with an
// *Error. A nil reply is not an error: it is a Value for which IsNil returns true.
//
// If ctx is done before the command is sent, also while the call waits for a connection, the command is not sent. A command that is
// already in a batch (see WithoutBatching) may still be sent; its *Error says that it may have been executed. A deadline of ctx
// limits the whole call, in the place of the option deadline of the configuration: a call that it ends after that fails with an *Error
// of the code ErrTimeout, for which errors.Is(err, context.DeadlineExceeded) is true, and which says whether the command may have been
// executed. A cancellation ends the call within some milliseconds, whatever it waits for; then errors.Is(err, context.Canceled) is
// true. A reply that comes later reaches no other call. All methods with a context treat it in this way, except those of a Session.
func (c *Client) Do(ctx context.Context, args ...any) (Value, error) {
	end := c.settings.startCall(ctx, 1, nameOf(args))
	v, err := c.do(ctx, args)
	end(err)
	return v, err
}

func (c *Client) do(ctx context.Context, args []any) (Value, error) {
	if c.batcher != nil && canBatch(args) && !c.replacesDeadline(ctx) && activeHandlers.Load() == 0 {
		if !c.batcher.enter() {
			return c.doInBatch(ctx, args)
		}
		defer c.batcher.leave()
	}
	return onlyResult(c.callWithCommand(ctx, execute, args))
}

// replacesDeadline reports whether the deadline of ctx takes the place of that of the configuration. A batch has the latter.
func (c *Client) replacesDeadline(ctx context.Context) bool {
	if !c.settings.hasDeadline {
		return false
	}
	_, hasDeadline := ctx.Deadline()
	return hasDeadline
}

func (c *Client) doInBatch(ctx context.Context, args []any) (Value, error) {
	defer runtime.KeepAlive(c) // otherwise the finalizer could close the client before the call begins
	if err := ctx.Err(); err != nil {
		return Value{}, err
	}
	one := batchedPool.Get().(*batched)
	if err := one.request.addCommand(args); err != nil {
		one.recycle()
		return Value{}, err
	}
	if len(one.request.bytes) > maxBatchedBytes {
		reply, err := c.call(ctx, execute, one.request.unsafeString())
		one.recycle()
		return onlyResult(reply, err)
	}
	return c.batcher.do(ctx, one)
}

// onlyResult returns the result of the only command of a request.
func onlyResult(reply nativeReply, err error) (Value, error) {
	if err != nil {
		return Value{}, err
	}
	defer reply.free()
	const onlyReply = 1 // entry 0 is the array of the replies to all commands
	result := reply.result(onlyReply, reply.decoder().value(onlyReply))
	return result.Value, result.Err
}

// DoMulti runs several commands in one call, like a Pipeline: all are sent, each to its node, before any reply is read. It returns
// one Result for each command, in order, and the error of the first command that failed.
//
//	results, err := c.DoMulti(ctx, []any{"SET", "foo", 1}, []any{"INCR", "foo"})
func (c *Client) DoMulti(ctx context.Context, commands ...[]any) ([]Result, error) {
	p := c.Pipeline()
	for _, command := range commands {
		p.Add(command...)
	}
	return p.Exec(ctx)
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
