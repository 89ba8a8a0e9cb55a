//go:build cgo

package rediscluster

import (
	"context"
	"errors"
	"io"
	"net"
	"os"
	"runtime"
	"sync/atomic"
	"time"
)

// A conn makes a session a net.Conn.
type conn struct {
	session      *Session
	readDeadline atomic.Int64 // nanoseconds of Unix time; 0 is no deadline
}

func newConn(s *Session) *conn { return &conn{session: s} }

// Read waits for replies and messages, until the read deadline.
func (c *conn) Read(buffer []byte) (int, error) {
	defer runtime.KeepAlive(c.session) // otherwise the finalizer could close the session before the call begins
	if len(buffer) == 0 {
		return 0, nil
	}
	if err := c.session.handle.beginReceiving(context.Background()); err != nil {
		return 0, newOpError("read", err)
	}
	defer c.session.handle.endReceiving()
	for {
		length, err := c.session.handle.read(buffer, c.readTimeoutMs())
		switch {
		case err != nil:
			return 0, newReadError(c.session.handle.closedOr(err))
		case length > 0:
			return length, nil
		case c.readDeadlinePassed():
			return 0, newOpError("read", os.ErrDeadlineExceeded)
		}
	}
}

// Write runs the commands that are complete, up to the first that blocks. Read waits for that.
func (c *conn) Write(data []byte) (int, error) {
	defer runtime.KeepAlive(c.session) // otherwise the finalizer could close the session before the call begins
	if err := c.session.handle.write(data); err != nil {
		return 0, newOpError("write", c.session.handle.closedOr(err))
	}
	return len(data), nil
}

func (c *conn) Close() error { return c.session.Close() }

func (c *conn) LocalAddr() net.Addr  { return address{} }
func (c *conn) RemoteAddr() net.Addr { return address{} }

func (c *conn) SetDeadline(t time.Time) error { return c.SetReadDeadline(t) }

// SetReadDeadline also applies to a Read in progress.
func (c *conn) SetReadDeadline(t time.Time) error {
	deadline := int64(0)
	if !t.IsZero() {
		deadline = max(t.UnixNano(), 1)
	}
	if c.readDeadline.Swap(deadline) != deadline {
		c.session.handle.interrupt()
	}
	return nil
}

// SetWriteDeadline has no effect: the timeouts of the configuration limit Write.
func (c *conn) SetWriteDeadline(time.Time) error { return nil }

// readTimeoutMs returns the time to the read deadline, and -1 if there is none.
func (c *conn) readTimeoutMs() int64 {
	deadline := c.readDeadline.Load()
	if deadline == 0 {
		return -1
	}
	left := time.Until(time.Unix(0, deadline))
	return max(0, int64((left+time.Millisecond-1)/time.Millisecond))
}

func (c *conn) readDeadlinePassed() bool {
	deadline := c.readDeadline.Load()
	return deadline != 0 && time.Now().UnixNano() >= deadline
}

// newReadError returns io.EOF after QUIT or a protocol error, when all replies were read: only then does a read fail as an
// invalid request.
func newReadError(err error) error {
	if errors.Is(err, ErrRequest) {
		return io.EOF
	}
	return newOpError("read", err)
}

func newOpError(op string, err error) error {
	if errors.Is(err, ErrClosed) {
		err = net.ErrClosed
	}
	return &net.OpError{Op: op, Net: address{}.Network(), Addr: address{}, Err: err}
}

// address is the same for all sessions: a session has no single peer.
type address struct{}

func (address) Network() string { return "rediscluster" }
func (address) String() string  { return "rediscluster" }
