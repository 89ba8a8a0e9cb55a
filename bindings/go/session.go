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
type Session struct {
	handle   *sessionHandle
	settings settings
}

// Session returns a new session on the servers of the client, which may be closed before the session. It connects to
// nothing; connections are made when commands need them.
func (c *Client) Session(ctx context.Context) (*Session, error) {
	defer runtime.KeepAlive(c) // otherwise the finalizer could close the client before the call begins
	handle, err := openSession(ctx, c.handle)
	if err != nil {
		return nil, err
	}
	s := &Session{handle: handle, settings: c.settings}
	runtime.SetFinalizer(s, (*Session).Close) // a safety net for sessions without a call of Close
	return s, nil
}

// Do runs one command, like Client.Do. SUBSCRIBE and the related commands return an array of their confirmations if they
// name several channels or patterns.
//
// A blocking command, such as BLPOP, ends when ctx is done or the session is closed, and loses nothing: Do returns what the
// command has just received, or the error of ctx, or ErrClosed. Any other command ends with its reply. If the server does not
// reply within a second after ctx is done, Do returns without the reply: an *Error with the code ErrTimeout, for which errors.Is
// with the error of ctx is true. Later calls run after that command, which the timeouts of the configuration end.
func (s *Session) Do(ctx context.Context, args ...any) (Value, error) {
	end := s.settings.startCall(ctx, 1, nameOf(args))
	v, err := s.do(ctx, args)
	end(err)
	return v, err
}

func (s *Session) do(ctx context.Context, args []any) (Value, error) {
	reply, err := s.execute(ctx, args)
	if err != nil {
		return Value{}, err
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

// DoMulti runs several commands in one call. It returns one Result for each reply, in order, and the error of the first command
// that failed. The replies to SUBSCRIBE and the related commands are one for each channel or pattern.
func (s *Session) DoMulti(ctx context.Context, commands ...[]any) ([]Result, error) {
	p := Pipeline{settings: &s.settings, run: s.runPipeline}
	for _, command := range commands {
		p.Add(command...)
	}
	return p.Exec(ctx)
}

func (s *Session) runPipeline(ctx context.Context, p *Pipeline) ([]Result, error) {
	request := requestFromPool()
	request.bytes = append(request.bytes, p.request.bytes...) // an interrupted call may still run when Exec returns
	reply, err := s.executeRequest(ctx, request)
	if err != nil {
		return nil, err
	}
	defer reply.free()
	return reply.results()
}

// execute runs one command.
func (s *Session) execute(ctx context.Context, args []any) (nativeReply, error) {
	request := requestFromPool()
	if err := request.addCommand(args); err != nil {
		request.returnToPool()
		return nativeReply{}, err
	}
	return s.executeRequest(ctx, request)
}

// executeRequest returns the request to the pool.
func (s *Session) executeRequest(ctx context.Context, request *request) (nativeReply, error) {
	defer runtime.KeepAlive(s) // otherwise the finalizer could close the session before the call begins
	if err := ctx.Err(); err != nil {
		request.returnToPool()
		return nativeReply{}, err
	}
	reply, err := s.handle.execute(ctx, request)
	if err != nil {
		return nativeReply{}, s.handle.closedOr(err)
	}
	return reply, nil
}

// Receive waits for the next message of any server until ctx is done. A message is an array: "message", channel and text;
// "pmessage", pattern, channel and text; or "smessage", channel and text.
//
// If a connection was lost, Receive fails with an *Error that gives the node, because messages may have been lost; the next
// call subscribes there again. Receive fails at once if the session has no subscription.
func (s *Session) Receive(ctx context.Context) (Value, error) {
	defer runtime.KeepAlive(s) // otherwise the finalizer could close the session before the call begins
	if !s.handle.beginReceiving(ctx.Done()) {
		return Value{}, s.handle.closedOr(ctx.Err())
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
// messages. Closing the connection closes the session, ends Read and Write, and ends a blocking command on the server.
//
// Deadlines have the effect that net.Conn documents, also on calls in progress, and if they are already past. A Write that its
// deadline ends has handed over all bytes: it returns their number and os.ErrDeadlineExceeded, and the commands may still run.
func (s *Session) Conn() net.Conn { return newConn(s) }

// Close closes the session and discards its queued and watched state. It ends a Receive and a blocking command in progress, and
// waits at most a second for any other command, which then ends after the timeouts of the configuration. Calls that Close has
// ended, and all later ones, fail with ErrClosed. Closing a session again is a no-op. Close always returns nil.
func (s *Session) Close() error {
	s.handle.close()
	return nil
}
