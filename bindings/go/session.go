//go:build cgo

package rediscluster

import (
	"context"
	"net"
	"runtime"
)

// A Session is one client with the state of a connection: MULTI and WATCH, SELECT, SUBSCRIBE. It spans all servers. A
// transaction runs on one node, that of its first key; a channel is on one node, and a pattern or a
// channel of keyspace notifications on all.
//
// A Session is safe for concurrent use by multiple goroutines, and runs one call at a time. A Receive in progress is
// suspended while another goroutine runs a command.
type Session struct{ handle *sessionHandle }

// Session returns a new session on the servers of the client, which may be closed before the session. It connects to
// nothing; connections are made when commands need them.
func (c *Client) Session(ctx context.Context) (*Session, error) {
	defer runtime.KeepAlive(c) // otherwise the finalizer could close the client before the call begins
	handle, err := openSession(ctx, c.handle)
	if err != nil {
		return nil, err
	}
	s := &Session{handle}
	runtime.SetFinalizer(s, (*Session).Close) // a safety net for sessions without a call of Close
	return s, nil
}

// Do runs one command, like Client.Do. SUBSCRIBE and the related commands return an array of their confirmations if they
// name several channels or patterns. A blocking command, such as BLPOP, ends when ctx is done or the session is closed, and
// loses nothing: Do returns what the command has just received, or the error of ctx, or ErrClosed.
func (s *Session) Do(ctx context.Context, args ...any) (Value, error) {
	defer runtime.KeepAlive(s) // otherwise the finalizer could close the session before the call begins
	request := requestFromPool()
	defer request.returnToPool()
	if err := request.addCommand(args); err != nil {
		return Value{}, err
	}
	if err := ctx.Err(); err != nil {
		return Value{}, err
	}
	reply, err := s.handle.execute(ctx, request.unsafeString())
	if err != nil {
		return Value{}, s.handle.closedOr(err)
	}
	defer reply.free()
	decoder := reply.decoder()
	const allReplies, firstReply = 0, 1
	if decoder.entries[allReplies].length() > 1 {
		return decoder.value(allReplies), nil
	}
	result := newResult(decoder.value(firstReply))
	if result.Err == nil && result.Value.IsNil() && ctx.Err() != nil {
		return Value{}, ctx.Err()
	}
	return result.Value, result.Err
}

// Receive waits for the next message of any server until ctx is done. A message is an array: "message", channel and text;
// "pmessage", pattern, channel and text; or "smessage", channel and text.
//
// If a connection was lost, Receive fails with an *Error that gives the node, because messages may have been lost; the next
// call subscribes there again. Receive fails at once if the session has no subscription.
func (s *Session) Receive(ctx context.Context) (Value, error) {
	defer runtime.KeepAlive(s) // otherwise the finalizer could close the session before the call begins
	if err := s.handle.beginReceiving(ctx); err != nil {
		return Value{}, err
	}
	defer s.handle.endReceiving()
	stop := context.AfterFunc(ctx, s.handle.interrupt)
	defer stop()
	for {
		if err := ctx.Err(); err != nil {
			return Value{}, err
		}
		reply, err := s.handle.receive()
		if err != nil {
			return Value{}, s.handle.closedOr(err)
		}
		if !reply.isNil() {
			defer reply.free()
			return reply.decoder().value(0), nil
		}
	}
}

// Conn returns the session as a connection to a server that speaks RESP2, and RESP3 after HELLO 3, for clients that
// accept a net.Conn, such as go-redis with its Dialer. Write takes requests, and does not wait in a blocking command; Read does, and returns replies and
// messages. Closing the connection closes the session, and ends a blocking command on the server. Deadlines for writing have no
// effect: the timeouts of the configuration limit Write.
func (s *Session) Conn() net.Conn { return newConn(s) }

// Close closes the session and discards its queued and watched state. It ends a Receive and a blocking command in progress;
// later calls fail with ErrClosed. Closing a session again is a no-op. Close always returns nil.
func (s *Session) Close() error {
	s.handle.close()
	return nil
}
