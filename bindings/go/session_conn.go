//go:build cgo

package rediscluster

import (
	"errors"
	"io"
	"net"
	"os"
	"runtime"
	"time"
)

// A conn makes a session a net.Conn.
type conn struct {
	session *Session
	reading *connDeadline
	writing *connDeadline
}

func newConn(s *Session) *conn {
	return &conn{session: s, reading: newConnDeadline(), writing: newConnDeadline()}
}

// Read waits for replies and messages, until the read deadline.
func (c *conn) Read(buffer []byte) (int, error) {
	defer runtime.KeepAlive(c.session) // otherwise the finalizer could close the session before the call begins
	if len(buffer) == 0 {
		return 0, nil
	}
	if c.reading.hasPassed() || !c.session.handle.beginReceiving(c.reading.done()) {
		return 0, newOpError("read", c.session.handle.closedOr(os.ErrDeadlineExceeded))
	}
	defer c.session.handle.endReceiving()
	for {
		length, err := c.session.handle.read(buffer, c.reading.leftMs())
		switch {
		case err != nil:
			return 0, newReadError(c.session.handle.closedOr(err))
		case length > 0:
			return length, nil
		case c.reading.leftMs() == 0:
			return 0, newOpError("read", os.ErrDeadlineExceeded)
		}
	}
}

// Write runs the commands that are complete, up to the first that blocks. Read waits for that.
func (c *conn) Write(data []byte) (int, error) {
	defer runtime.KeepAlive(c.session) // otherwise the finalizer could close the session before the call begins
	if c.writing.hasPassed() {
		return 0, newOpError("write", c.session.handle.closedOr(os.ErrDeadlineExceeded))
	}
	hasPassed, err := c.session.handle.write(data, c.writing.done())
	if err != nil {
		return 0, newOpError("write", c.session.handle.closedOr(err))
	}
	if hasPassed {
		err = newOpError("write", os.ErrDeadlineExceeded)
	}
	return len(data), err
}

func (c *conn) Close() error { return c.session.Close() }

func (c *conn) LocalAddr() net.Addr  { return address{} }
func (c *conn) RemoteAddr() net.Addr { return address{} }

// SetDeadline also applies to calls in progress.
func (c *conn) SetDeadline(t time.Time) error {
	if err := c.SetWriteDeadline(t); err != nil {
		return err
	}
	return c.SetReadDeadline(t)
}

// SetReadDeadline also applies to a Read in progress.
func (c *conn) SetReadDeadline(t time.Time) error {
	if c.session.handle.closed.Load() {
		return newOpError("set", ErrClosed)
	}
	if c.reading.set(t) {
		c.session.handle.interrupt()
	}
	return nil
}

// SetWriteDeadline also applies to a Write in progress.
func (c *conn) SetWriteDeadline(t time.Time) error {
	if c.session.handle.closed.Load() {
		return newOpError("set", ErrClosed)
	}
	c.writing.set(t)
	return nil
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
