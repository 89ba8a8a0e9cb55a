package rediscluster_test

import (
	"bytes"
	"context"
	"log/slog"
	"strings"
	"testing"

	rediscluster "github.com/rediscluster/rediscluster/bindings/go"
)

// doTwice is code that accepts a Doer.
func doTwice(d rediscluster.Doer) (int64, error) {
	if _, err := d.Do(context.Background(), "INCR", "counter"); err != nil {
		return 0, err
	}
	return rediscluster.As[int64](d.Do(context.Background(), "INCR", "counter"))
}

type mock struct {
	rediscluster.Doer
	replies []any
}

func (m *mock) Do(context.Context, ...any) (rediscluster.Value, error) {
	reply := rediscluster.ValueOf(m.replies[0])
	m.replies = m.replies[1:]
	return reply, reply.Err()
}

func TestADoerCanBeAClientASessionOrAMock(t *testing.T) {
	c := openEmpty(t)
	for want, d := range map[int64]rediscluster.Doer{2: &mock{replies: []any{1, 2}}} {
		if n, err := doTwice(d); n != want || err != nil {
			t.Error(n, err)
		}
	}
	if n, err := doTwice(c); n != 2 || err != nil {
		t.Error(n, err)
	}
	if n, err := doTwice(openSession(t, c)); n != 4 || err != nil {
		t.Error(n, err)
	}
	if _, err := doTwice(&mock{replies: []any{rediscluster.ServerError("ERR of a mock")}}); err == nil || err.Error() != "ERR of a mock" {
		t.Error(err)
	}
}

func TestHooksAreCalledAtTheEndOfCalls(t *testing.T) {
	var calls []rediscluster.Call
	type key struct{}
	hook := func(ctx context.Context, call rediscluster.Call) {
		if ctx.Value(key{}) != "of the caller" || call.Duration <= 0 {
			t.Error(ctx, call)
		}
		calls = append(calls, call)
	}
	c, err := rediscluster.Open(servers(t, 3).String(), rediscluster.WithHook(hook), rediscluster.WithHook(func(context.Context, rediscluster.Call) {}))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	other, err := c.WithRead(rediscluster.ReadMaster)
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	ctx := context.WithValue(ctx, key{}, "of the caller")
	s, err := c.Session(ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	other.Do(ctx, "set", "text", "x")
	_, refusal := c.Do(ctx, "LPUSH", "text", 1)
	c.DoMulti(ctx, []any{"GET", "a"}, []any{"GET", "b"})
	c.Each(ctx, "PING")
	s.Do(ctx, "ECHO", "x")
	c.Tx(ctx, func(p *rediscluster.Pipeline) error { p.Add("DEL", "text"); return nil })
	var names []string
	for _, call := range calls {
		names = append(names, call.Command)
		if call.IsTransaction != (call.Command == "DEL") || (call.Err != nil) != (call.Command == "LPUSH") || call.Err != nil && call.Err != refusal {
			t.Errorf("%+v", call)
		}
	}
	if got := strings.Join(names, " "); got != "SET LPUSH GET PING ECHO DEL" || calls[2].Count != 2 || calls[0].Count != 1 {
		t.Error(got, calls)
	}
}

func TestALoggerLogsFailedCallsAsWarnings(t *testing.T) {
	var text bytes.Buffer
	logger := slog.New(slog.NewTextHandler(&text, &slog.HandlerOptions{Level: slog.LevelInfo}))
	c, err := rediscluster.Open(servers(t, 3).String(), rediscluster.WithLogger(logger))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	do(t, c, "SET", "text", "secret")
	if text.Len() > 0 {
		t.Error("a call that succeeds is logged at the level Debug only:", text.String())
	}
	c.Do(ctx, "LPUSH", "text", "secret")
	if got := text.String(); !strings.Contains(got, "level=WARN") || !strings.Contains(got, "command=LPUSH") || !strings.Contains(got, "WRONGTYPE") || strings.Contains(got, "secret") {
		t.Error(got)
	}
}
