package rediscluster_test

import (
	"context"
	"errors"
	"io"
	"net"
	"os"
	"testing"
	"time"

	rediscluster "github.com/rediscluster/rediscluster/bindings/go"
)

// awaitInUse waits until all connections of a client that may have one are in use.
func awaitInUse(t *testing.T, c *rediscluster.Client) {
	t.Helper()
	awaitTrue(t, "the connection is in use", func() bool {
		all, err := c.Stats()
		if err != nil {
			t.Fatal(err)
		}
		is := all["node_1"].Connections
		return is.Open == 1 && is.Idle == 0
	})
}

func awaitTrue(t testing.TB, what string, isTrue func() bool) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); !isTrue(); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("it never becomes true that %s", what)
		}
	}
}

func TestACommandIsNotSentIfItsContextIsDoneWhileItWaitsForAConnection(t *testing.T) {
	flushAll(t, servers(t, 1).open(t))
	c := servers(t, 1).with("pool_size", 1).with("timeout", 600).open(t)
	blocked, unblock := context.WithCancel(ctx)
	popped := make(chan error, 1)
	go func() { _, err := c.Do(blocked, "BLPOP", "none", 0); popped <- err }()
	awaitInUse(t, c)

	cancelled, cancel := context.WithCancel(ctx)
	defer cancel()
	short, cancelShort := context.WithTimeout(ctx, 30*time.Millisecond)
	defer cancelShort()
	for _, x := range []struct {
		ctx  context.Context
		want error
	}{{cancelled, context.Canceled}, {short, context.DeadlineExceeded}} {
		time.AfterFunc(5*time.Millisecond, cancel)
		_, err := c.Do(x.ctx, "SET", "key", "sent")
		p := c.Pipeline()
		p.Add("SET", "key", "sent")
		results, execErr := p.Exec(x.ctx)
		if results != nil && results[0].Err == nil {
			t.Error("the command of the pipeline has a reply")
		}
		for _, err := range []error{err, execErr} {
			var failure *rediscluster.Error
			if !errors.Is(err, x.want) || errors.As(err, &failure) && failure.Executed {
				t.Errorf("%+v, want %v and a command that was not executed", err, x.want)
			}
		}
	}
	unblock()
	<-popped
	if v := do(t, c, "GET", "key"); !v.IsNil() {
		t.Error("the command was sent:", v)
	}
}

func TestCloseEndsTheCallsOfAClient(t *testing.T) {
	observer := openEmpty(t)
	config := servers(t, 1).with("pool_size", 2).with("timeout", 600)
	c := config.open(t)
	other, err := c.WithRead(rediscluster.ReadMaster)
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	s := openSession(t, c)
	cancelable, cancel := context.WithCancel(ctx)
	defer cancel()
	errs := make(chan error, 4)
	call := func(ctx context.Context, args ...any) { _, err := c.Do(ctx, args...); errs <- err }
	go call(ctx, "BLPOP", "none", 0)
	go call(cancelable, "BLPOP", "none", 0)
	awaitBlocked(t, observer, 2)
	go call(ctx, "GET", "waits for a connection")
	go call(cancelable, "GET", "waits for a connection")
	awaitTrue(t, "two calls wait for a connection", func() bool {
		all, err := c.Stats()
		if err != nil {
			t.Fatal(err)
		}
		return all["node_1"].Connections.Awaited == 2
	})
	c.Close()
	ended := 0
	for range []int{1, 2, 3, 4} {
		// A GET may still receive the connection of a BLPOP that has ended.
		if err := <-errs; errors.Is(err, rediscluster.ErrClosed) && !errors.Is(err, context.Canceled) {
			ended++
		} else if err != nil {
			t.Error(err)
		}
	}
	if ended < 2 {
		t.Error("the calls that waited for an element did not fail")
	}
	awaitBlocked(t, observer, 0)
	if v, err := other.Do(ctx, "SET", "key", "value"); err != nil || v.String() != "OK" {
		t.Error("a client that was made from the closed one:", v, err)
	}
	if got := doInSession(t, s, "GET", "key"); got != "value" {
		t.Error("a session that was made from the closed client:", got)
	}
}

func TestCanceledBlockingCommandsLeaveNoThreadOrDescriptorBehind(t *testing.T) {
	c := servers(t, 1).open(t)
	round := func() {
		cancelable, cancel := context.WithCancel(ctx)
		errs := make(chan error, 50)
		for i := 0; i < 50; i++ {
			go func() { _, err := c.Do(cancelable, "BLPOP", "none", 0); errs <- err }()
		}
		awaitBlocked(t, c, 50)
		cancel()
		for i := 0; i < 50; i++ {
			if err := <-errs; !errors.Is(err, context.Canceled) {
				t.Error(err)
			}
		}
	}
	round()
	before, open := threads(t), descriptors(t)
	for i := 0; i < 19; i++ {
		round()
	}
	if after := threads(t); after > before+8 {
		t.Errorf("%d threads became %d", before, after)
	}
	if after := descriptors(t); after > open+80 { // connections and idle handles
		t.Errorf("%d descriptors became %d", open, after)
	}
	awaitBlocked(t, c, 0)
	do(t, c, "RPUSH", "none", "kept")
	if got := do(t, c, "LPOP", "none").String(); got != "kept" {
		t.Error("a canceled BLPOP has removed the element:", got)
	}
}

func threads(t testing.TB) int { return countEntries(t, "/proc/self/task") }

func descriptors(t testing.TB) int { return countEntries(t, "/proc/self/fd") }

func countEntries(t testing.TB, folder string) int {
	t.Helper()
	entries, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	return len(entries)
}

// silentSession returns a session on a server that never replies.
func silentSession(t *testing.T) *rediscluster.Session {
	return openSession(t, oneServer(fakeServer(t, "")).with("timeout", 600).with("refresh_interval", 0).open(t))
}

func TestACallOfASessionEndsWithItsContextIfTheServerIsSilent(t *testing.T) {
	s := silentSession(t)
	for _, want := range []error{context.Canceled, context.DeadlineExceeded} {
		var limited context.Context
		var cancel context.CancelFunc
		if want == context.Canceled {
			limited, cancel = context.WithCancel(ctx)
			time.AfterFunc(10*time.Millisecond, cancel)
		} else {
			limited, cancel = context.WithTimeout(ctx, 10*time.Millisecond)
		}
		defer cancel()
		if _, err := s.Do(limited, "GET", "key"); !errors.Is(err, want) {
			t.Errorf("%v, want %v", err, want)
		}
	}
	s.Close()
	if _, err := s.Do(ctx, "GET", "key"); err != rediscluster.ErrClosed {
		t.Error(err)
	}
}

func TestCloseOfASessionEndsACallThatASilentServerHolds(t *testing.T) {
	s := silentSession(t)
	cancelable, cancel := context.WithCancel(ctx)
	defer cancel()
	ended := make(chan error, 2)
	for i := 0; i < 2; i++ { // one waits for the other
		go func() { _, err := s.Do(cancelable, "GET", "key"); ended <- err }()
	}
	time.AfterFunc(20*time.Millisecond, func() { s.Close() })
	for i := 0; i < 2; i++ {
		if err := <-ended; err != rediscluster.ErrClosed {
			t.Error(err)
		}
	}
}

func TestAReadDeadlineThatIsPastFailsAReadAtOnce(t *testing.T) {
	conn := openSession(t, openEmpty(t)).Conn()
	io.WriteString(conn, "PING\r\n")
	buffer := make([]byte, 100)
	conn.SetReadDeadline(time.Now().Add(-time.Second))
	if n, err := conn.Read(buffer); n != 0 || !errors.Is(err, os.ErrDeadlineExceeded) || !isTimeout(err) {
		t.Error("a read after its deadline, although there is a reply:", n, err)
	}
	conn.SetReadDeadline(time.Time{})
	if n, err := conn.Read(buffer); string(buffer[:n]) != "+PONG\r\n" {
		t.Error("a read without a deadline:", string(buffer[:n]), err)
	}
	// The second read waits for the first.
	errs := make(chan error, 2)
	for i := 0; i < 2; i++ {
		go func() { _, err := conn.Read(buffer); errs <- err }()
	}
	conn.SetReadDeadline(time.Now().Add(20 * time.Millisecond))
	for i := 0; i < 2; i++ {
		if err := <-errs; !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Error(err)
		}
	}
}

func isTimeout(err error) bool {
	var network net.Error
	return errors.As(err, &network) && network.Timeout()
}

func TestAWriteDeadlineThatIsPastFailsAWriteBeforeItSends(t *testing.T) {
	c := openEmpty(t)
	conn := openSession(t, c).Conn()
	conn.SetDeadline(time.Now().Add(-time.Second))
	if n, err := io.WriteString(conn, "SET key sent\r\n"); n != 0 || !errors.Is(err, os.ErrDeadlineExceeded) || !isTimeout(err) {
		t.Error(n, err)
	}
	if !do(t, c, "GET", "key").IsNil() {
		t.Error("the command was sent")
	}
	conn.SetWriteDeadline(time.Now().Add(time.Hour))
	if n, err := io.WriteString(conn, "SET key sent\r\n"); n != 14 || err != nil {
		t.Error(n, err)
	}
	if got := do(t, c, "GET", "key").String(); got != "sent" {
		t.Error(got)
	}
}

func TestAWriteDeadlineEndsAWriteInProgress(t *testing.T) {
	for _, isSetBefore := range []bool{true, false} {
		conn := silentSession(t).Conn()
		soon := time.Now().Add(20 * time.Millisecond)
		if isSetBefore {
			conn.SetWriteDeadline(soon)
		} else {
			time.AfterFunc(10*time.Millisecond, func() { conn.SetWriteDeadline(soon) })
		}
		if n, err := io.WriteString(conn, "GET key\r\n"); n != 9 || !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Error(n, err)
		}
	}
}

func TestCloseOfAConnEndsReadsAndWritesAndRefusesDeadlines(t *testing.T) {
	writing, reading := silentSession(t).Conn(), openSession(t, openEmpty(t)).Conn()
	errs := make(chan error, 3)
	go func() { _, err := io.WriteString(writing, "GET key\r\n"); errs <- err }()
	for i := 0; i < 2; i++ {
		go func() { _, err := reading.Read(make([]byte, 100)); errs <- err }()
	}
	time.AfterFunc(20*time.Millisecond, func() {
		writing.Close()
		reading.Close()
	})
	for i := 0; i < 3; i++ {
		if err := <-errs; !errors.Is(err, net.ErrClosed) {
			t.Error(err)
		}
	}
	for _, err := range []error{writing.SetDeadline(time.Time{}), writing.SetReadDeadline(time.Time{}), reading.SetWriteDeadline(time.Time{})} {
		if !errors.Is(err, net.ErrClosed) {
			t.Error(err)
		}
	}
}
