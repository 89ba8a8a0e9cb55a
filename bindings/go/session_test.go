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

func openSession(t testing.TB, c *rediscluster.Client) *rediscluster.Session {
	t.Helper()
	s, err := c.Session(ctx)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func doInSession(t testing.TB, s *rediscluster.Session, command ...any) string {
	t.Helper()
	v, err := s.Do(ctx, command...)
	if err != nil {
		return err.Error()
	}
	return v.String()
}

func TestASessionRunsTransactions(t *testing.T) {
	c := openEmpty(t)
	s := openSession(t, c)
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
		if got := doInSession(t, s, step.command...); got != step.want {
			t.Errorf("%v: %s, want %s", step.command, got, step.want)
		}
	}
	doInSession(t, s, "WATCH", "a{x}")
	do(t, c, "SET", "a{x}", "theirs")
	doInSession(t, s, "MULTI")
	doInSession(t, s, "SET", "a{x}", "mine")
	if v, err := s.Do(ctx, "EXEC"); err != nil || !v.IsNil() {
		t.Errorf("EXEC after a conflict: %v, %v", v, err)
	}
	doInSession(t, s, "MULTI")
	doInSession(t, s, "SET", "a{x}", 1)
	doInSession(t, s, "DBSIZE")
	if got := doInSession(t, s, "EXEC"); got != "[OK 1]" {
		t.Errorf("EXEC with a command for all nodes: %s", got)
	}
	doInSession(t, s, "MULTI")
	if _, err := s.Do(ctx, "MGET", "a", "b", "c", "d", "e"); !errors.Is(err, rediscluster.ErrCrossNode) {
		t.Errorf("keys on several nodes inside a transaction: %v", err)
	}
}

func TestASessionRunsSeveralCommandsInOneCall(t *testing.T) {
	s := openSession(t, openEmpty(t))
	results, err := s.DoMulti(ctx, []any{"MULTI"}, []any{"SET", "a", 1}, []any{"EXEC"}, []any{"LPUSH", "a", 1}, []any{"GET", "a"})
	if len(results) != 5 || results[2].Value.String() != "[OK]" || err == nil || err != results[3].Err || results[4].Value.String() != "1" {
		t.Error(results, err)
	}
	canceled, cancel := context.WithCancel(ctx)
	cancel()
	if results, err := s.DoMulti(canceled, []any{"GET", "a"}); results != nil || err != context.Canceled {
		t.Error(results, err)
	}
}

func TestASessionReceivesMessagesWhileItRunsCommands(t *testing.T) {
	c := openEmpty(t)
	s := openSession(t, c)
	if got := doInSession(t, s, "SUBSCRIBE", "one", "two"); got != "[[subscribe one 1] [subscribe two 2]]" {
		t.Error(got)
	}
	soon, cancel := context.WithTimeout(ctx, 10*time.Millisecond)
	defer cancel()
	if _, err := s.Receive(soon); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("Receive after the deadline of its context: %v", err)
	}
	// A Receive in progress must not block SUBSCRIBE.
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
		doInSession(t, s, "SUBSCRIBE", channel)
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

func TestACanceledReceiveReturnsWhileAnotherOneWaits(t *testing.T) {
	c := openEmpty(t)
	s := openSession(t, c)
	doInSession(t, s, "SUBSCRIBE", "one")
	receive := func() (context.CancelFunc, chan error) {
		cancelable, cancel := context.WithCancel(ctx)
		done := make(chan error, 1)
		go func() {
			_, err := s.Receive(cancelable)
			done <- err
		}()
		return cancel, done
	}
	for i := 0; i < 100; i++ {
		cancelFirst, first := receive()
		cancelSecond, second := receive()
		cancelFirst()
		if err := <-first; !errors.Is(err, context.Canceled) {
			t.Errorf("the first Receive: %v", err)
		}
		cancelSecond()
		if err := <-second; !errors.Is(err, context.Canceled) {
			t.Errorf("the second Receive: %v", err)
		}
	}
}

func TestASessionIsANetConn(t *testing.T) {
	c := openEmpty(t)
	conn := openSession(t, c).Conn()
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
		t.Errorf("a read after its deadline: %v", err)
	}
	conn.SetReadDeadline(time.Time{})
	done := make(chan error)
	go func() {
		_, err := reader.ReadByte()
		done <- err
	}()
	conn.SetReadDeadline(time.Now())
	if err := <-done; !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("a deadline that is set during the read: %v", err)
	}
	conn.SetReadDeadline(time.Time{})
	go func() {
		_, err := reader.ReadByte()
		done <- err
	}()
	conn.Close()
	if err := <-done; !errors.Is(err, net.ErrClosed) {
		t.Errorf("a read of a closed connection: %v", err)
	}
}

// awaitBlocked waits until this number of clients of the servers are in blocking commands.
func awaitBlocked(t testing.TB, c *rediscluster.Client, count int) {
	t.Helper()
	for tries := 0; tries < 30_000; tries++ {
		results, err := c.Each(ctx, "INFO", "clients")
		if err != nil {
			t.Fatal(err)
		}
		blocked := 0
		for _, result := range results {
			_, after, _ := strings.Cut(result.Value.String(), "blocked_clients:")
			var number int
			fmt.Sscan(after, &number)
			blocked += number
		}
		if blocked == count {
			return
		}
		time.Sleep(time.Millisecond)
	}
	t.Fatalf("%d clients never block", count)
}

func TestABlockingCommandOfASessionEndsWithoutLosingAnElement(t *testing.T) {
	c := openEmpty(t)
	keepsElement := func() {
		t.Helper()
		awaitBlocked(t, c, 0)
		do(t, c, "RPUSH", "list", "kept")
		if got := do(t, c, "LPOP", "list").String(); got != "kept" {
			t.Errorf("the list has %q", got)
		}
	}
	// The context of the call is canceled.
	s := openSession(t, c)
	for i := 0; i < 10; i++ {
		cancelable, cancel := context.WithCancel(ctx)
		go func() {
			awaitBlocked(t, c, 1)
			cancel()
		}()
		if v, err := s.Do(cancelable, "BLPOP", "list", 0); !errors.Is(err, context.Canceled) {
			t.Fatalf("BLPOP after its context is canceled: %v, %v", v, err)
		}
		keepsElement()
	}
	// The session is closed.
	go func() {
		awaitBlocked(t, c, 1)
		s.Close()
	}()
	if v, err := s.Do(ctx, "BLPOP", "list", 0); !errors.Is(err, rediscluster.ErrClosed) {
		t.Errorf("BLPOP after the session is closed: %v, %v", v, err)
	}
	keepsElement()
	// The connection is closed, with a read and without.
	for _, reads := range []bool{true, false} {
		conn := openSession(t, c).Conn()
		io.WriteString(conn, "PING\r\nBLPOP list 0\r\n")
		buffer := make([]byte, 100)
		if n, err := conn.Read(buffer); string(buffer[:n]) != "+PONG\r\n" {
			t.Errorf("the reply before BLPOP: %q, %v", buffer[:n], err)
		}
		done := make(chan error, 1)
		if reads {
			go func() {
				_, err := conn.Read(buffer)
				done <- err
			}()
		} else {
			done <- net.ErrClosed
		}
		awaitBlocked(t, c, 1)
		conn.Close()
		if err := <-done; !errors.Is(err, net.ErrClosed) {
			t.Errorf("a read of a closed connection: %v", err)
		}
		keepsElement()
	}
}

func TestAConnEndsAfterAProtocolError(t *testing.T) {
	conn := openSession(t, openEmpty(t)).Conn()
	io.WriteString(conn, "PING\r\n*x\r\n")
	all, err := io.ReadAll(conn)
	if want := "+PONG\r\n-ERR Protocol error: invalid multibulk length\r\n"; string(all) != want || err != nil {
		t.Errorf("%q, %v", all, err)
	}
}
