package rediscluster_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	rediscluster "github.com/rediscluster/rediscluster/bindings/go"
)

func session(t testing.TB, c *rediscluster.Client) *rediscluster.Session {
	t.Helper()
	s, err := c.Session(ctx)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func in(t testing.TB, s *rediscluster.Session, command ...any) string {
	t.Helper()
	v, err := s.Do(ctx, command...)
	if err != nil {
		return err.Error()
	}
	return v.String()
}

func TestTransactionOfASession(t *testing.T) {
	c := fresh(t)
	s := session(t, c)
	for _, step := range []struct {
		want    string
		command []any
	}{
		{"OK", []any{"WATCH", "a{x}"}},
		{"OK", []any{"MULTI"}},
		{"QUEUED", []any{"SET", "a{x}", 1}},
		{"QUEUED", []any{"INCR", "a{x}"}},
		{"[OK 2]", []any{"EXEC"}},
		{"ERR EXEC without MULTI", []any{"EXEC"}},
	} {
		if got := in(t, s, step.command...); got != step.want {
			t.Errorf("%v: %s, want %s", step.command, got, step.want)
		}
	}
	in(t, s, "WATCH", "a{x}")
	do(t, c, "SET", "a{x}", "theirs")
	in(t, s, "MULTI")
	in(t, s, "SET", "a{x}", "mine")
	if v, err := s.Do(ctx, "EXEC"); err != nil || !v.IsNil() {
		t.Errorf("EXEC after a conflict: %v, %v", v, err)
	}
	in(t, s, "MULTI")
	in(t, s, "SET", "a{x}", 1)
	if _, err := s.Do(ctx, "DBSIZE"); !errors.Is(err, rediscluster.ErrCrossNode) {
		t.Errorf("a command for all nodes in a transaction: %v", err)
	}
}

func TestMessagesOfASession(t *testing.T) {
	c := fresh(t)
	s := session(t, c)
	if got := in(t, s, "SUBSCRIBE", "one", "two"); got != "[[subscribe one 1] [subscribe two 2]]" {
		t.Error(got)
	}
	soon, cancel := context.WithTimeout(ctx, 10*time.Millisecond)
	defer cancel()
	if _, err := s.Receive(soon); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("a wait that the context ends: %v", err)
	}
	// Whoever waits makes way for a command.
	var all sync.WaitGroup
	all.Add(1)
	received := make(chan string, 10)
	go func() {
		defer all.Done()
		for {
			message, err := s.Receive(ctx)
			if err != nil {
				if !errors.Is(err, rediscluster.ErrClosed) {
					t.Error(err)
				}
				return
			}
			received <- message.String()
		}
	}()
	for i := 0; i < 5; i++ {
		channel := fmt.Sprint("channel", i)
		in(t, s, "SUBSCRIBE", channel)
		do(t, c, "PUBLISH", channel, "hello")
		if got, want := <-received, fmt.Sprintf("[message %s hello]", channel); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
	s.Close()
	all.Wait()
	if _, err := s.Do(ctx, "PING"); err != rediscluster.ErrClosed {
		t.Error(err)
	}
}

func TestConnOfASession(t *testing.T) {
	c := fresh(t)
	conn := session(t, c).Conn()
	reader := bufio.NewReader(conn)
	line := func() string {
		text, err := reader.ReadString('\n')
		if err != nil {
			t.Fatal(err)
		}
		return strings.TrimSpace(text)
	}
	io.WriteString(conn, "*1\r\n$5\r\nMULTI\r\n*3\r\n$3\r\nSET\r\n$1\r\na\r\n$1\r\n1\r\n*1\r\n$4\r\nEX")
	io.WriteString(conn, "EC\r\n")
	for _, want := range []string{"+OK", "+QUEUED", "*1", "+OK"} {
		if got := line(); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
	conn.SetReadDeadline(time.Now().Add(5 * time.Millisecond))
	if _, err := reader.ReadByte(); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("a read beyond its deadline: %v", err)
	}
	conn.SetReadDeadline(time.Time{})
	done := make(chan error)
	go func() {
		_, err := reader.ReadByte()
		done <- err
	}()
	conn.SetReadDeadline(time.Now())
	if err := <-done; !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("a deadline that comes during the read: %v", err)
	}
	conn.SetReadDeadline(time.Time{})
	go func() {
		_, err := reader.ReadByte()
		done <- err
	}()
	conn.Close()
	if err := <-done; !errors.Is(err, net.ErrClosed) {
		t.Errorf("a read of what is closed: %v", err)
	}
}
