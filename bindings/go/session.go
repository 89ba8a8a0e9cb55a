//go:build cgo

package rediscluster

import (
	"context"
	"net"
	"runtime"
)

// A Session is one client of all servers, with what a connection to a single one would remember: MULTI and WATCH,
// SELECT, SUBSCRIBE. A transaction is on one node, that of its first key; a channel is on its own node, and a pattern
// on all. Its goroutines take turns: one that only waits for messages makes way for one that has a command.
type Session struct{ handle *sessionHandle }

// Session makes a session on the servers of the client, which may be closed before it. It connects to nothing yet.
func (c *Client) Session(ctx context.Context) (*Session, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if err := c.handle.acquire(); err != nil {
		return nil, err
	}
	defer c.handle.release()
	handle, err := openSession(c.handle)
	if err != nil {
		return nil, err
	}
	s := &Session{handle}
	// A safety net for sessions that were forgotten, no more: call Close.
	runtime.SetFinalizer(s, (*Session).Close)
	return s, nil
}

// Do runs one command, as Client.Do does. SUBSCRIBE and its family answer an array of their confirmations when they
// name several channels or patterns.
func (s *Session) Do(ctx context.Context, args ...any) (Value, error) {
	defer runtime.KeepAlive(s)
	request := newRequest()
	defer request.recycle()
	if err := request.command(args); err != nil {
		return Value{}, err
	}
	if err := ctx.Err(); err != nil {
		return Value{}, err
	}
	reply, err := s.handle.execute(request.text())
	if err != nil {
		return Value{}, err
	}
	defer reply.free()
	decoder := reply.decoder()
	if decoder.entries[0].length() > 1 {
		return decoder.value(0), nil
	}
	result := newResult(decoder.value(1))
	return result.Value, result.Err
}

// Receive waits for the next message of any server: an array of "message", channel and text; of "pmessage", pattern,
// channel and text; or of "smessage", channel and text. The context ends the wait.
//
// When the connection to a server was lost, the error names the node, as messages may have been lost with it, and the
// next call subscribes there again. A session that is subscribed to nothing waits in vain and is told so by an error.
func (s *Session) Receive(ctx context.Context) (Value, error) {
	defer runtime.KeepAlive(s)
	stop := context.AfterFunc(ctx, s.handle.interrupt)
	defer stop()
	for {
		reply, err := s.handle.receive(ctx)
		if err != nil {
			return Value{}, err
		}
		if !reply.isNone() {
			defer reply.free()
			return reply.decoder().value(0), nil
		}
	}
}

// Conn is the session as a connection to a server that speaks RESP2, for clients that can be given one, such as
// go-redis with its Dialer. What is written are requests, what is read are replies and messages. To close it closes
// the session.
func (s *Session) Conn() net.Conn { return newConn(s) }

// Close closes the session; what it had queued or watched is forgotten. Its methods answer ErrClosed from now on, and
// one that waits ends. To close again does nothing. The error is always nil.
func (s *Session) Close() error {
	s.handle.shut()
	return nil
}
