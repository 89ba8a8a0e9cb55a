//go:build cgo

package rediscluster

import (
	"errors"
	"net"
	"os"
	"runtime"
	"sync/atomic"
	"time"
)

// A conn is a session as others see a connection.
type conn struct {
	session  *Session
	deadline atomic.Int64 // for reading, in nanoseconds of Unix time; 0 is none
}

func newConn(s *Session) *conn { return &conn{session: s} }

// Read waits for replies and messages.
func (c *conn) Read(buffer []byte) (int, error) {
	defer runtime.KeepAlive(c.session)
	if len(buffer) == 0 {
		return 0, nil
	}
	for {
		length, err := c.session.handle.read(buffer, c.patience)
		switch {
		case err != nil:
			return 0, c.failure("read", err)
		case length > 0:
			return length, nil
		case c.isLate():
			return 0, c.failure("read", os.ErrDeadlineExceeded)
		}
	}
}

// Write runs the commands that are complete. It ends by the timeouts of the configuration; a deadline for writing has
// no effect.
func (c *conn) Write(data []byte) (int, error) {
	defer runtime.KeepAlive(c.session)
	if err := c.session.handle.write(data); err != nil {
		return 0, c.failure("write", err)
	}
	return len(data), nil
}

func (c *conn) Close() error { return c.session.Close() }

func (c *conn) LocalAddr() net.Addr  { return address{} }
func (c *conn) RemoteAddr() net.Addr { return address{} }

func (c *conn) SetDeadline(t time.Time) error { return c.SetReadDeadline(t) }

func (c *conn) SetReadDeadline(t time.Time) error {
	deadline := int64(0)
	if !t.IsZero() {
		deadline = max(t.UnixNano(), 1)
	}
	if c.deadline.Swap(deadline) != deadline {
		c.session.handle.interruptReader()
	}
	return nil
}

func (c *conn) SetWriteDeadline(time.Time) error { return nil }

// patience is how long to wait, in milliseconds; negative is for ever.
func (c *conn) patience() int64 {
	deadline := c.deadline.Load()
	if deadline == 0 {
		return -1
	}
	left := time.Until(time.Unix(0, deadline))
	return max(0, int64((left+time.Millisecond-1)/time.Millisecond))
}

func (c *conn) isLate() bool {
	deadline := c.deadline.Load()
	return deadline != 0 && time.Now().UnixNano() >= deadline
}

func (c *conn) failure(what string, err error) error {
	if errors.Is(err, ErrClosed) {
		err = net.ErrClosed
	}
	return &net.OpError{Op: what, Net: address{}.Network(), Addr: address{}, Err: err}
}

// An address stands for all servers.
type address struct{}

func (address) Network() string { return "rediscluster" }
func (address) String() string  { return "rediscluster" }
