package rediscluster_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	rediscluster "github.com/rediscluster/rediscluster/bindings/go"
)

func TestConcurrentCallersReceiveTheirOwnReplies(t *testing.T) {
	c := openEmpty(t)
	do(t, c, "SET", "text", "x")
	inParallel(200, func(nth int) {
		key := fmt.Sprint("hash:", nth)
		for i := 0; i < 20; i++ {
			if _, err := c.Do(ctx, "HSET", key, "a", nth, "b", strings.Repeat("x", nth*i)); err != nil {
				t.Error(err)
			}
			fields, err := rediscluster.As[[]*string](c.Do(ctx, "HMGET", key, "a", "none", "b"))
			if err != nil || len(fields) != 3 || *fields[0] != fmt.Sprint(nth) || fields[1] != nil || len(*fields[2]) != nth*i {
				t.Error(nth, fields, err)
			}
			if n, err := rediscluster.As[int](c.Do(ctx, "INCR", fmt.Sprint("counter:", nth))); n != i+1 || err != nil {
				t.Error(nth, n, err)
			}
			if v, err := c.Do(ctx, "GET", fmt.Sprint("none:", nth)); !v.IsNil() || err != nil {
				t.Error(nth, v, err)
			}
			var refusal *rediscluster.CommandError
			if _, err := c.Do(ctx, "LPUSH", "text", 1); !errors.As(err, &refusal) || refusal.Command != "LPUSH" || refusal.Node == "" {
				t.Error(nth, err)
			}
			if _, err := c.Do(ctx, "SET", fmt.Sprint("large:", nth), make([]byte, 20_000)); err != nil {
				t.Error(nth, err)
			}
		}
	})
}

func TestManyGoroutinesNeedFewThreads(t *testing.T) {
	c := openEmpty(t)
	do(t, c, "SET", "key", "value")
	inParallel(100, func(int) { do(t, c, "GET", "key") })
	before, most := threads(t), atomic.Int64{}
	inParallel(10_000, func(nth int) {
		for i := 0; i < 5; i++ {
			if v, err := c.Do(ctx, "GET", "key"); err != nil || v.String() != "value" {
				t.Error(v, err)
			}
		}
		if nth%100 == 0 {
			if now := int64(threads(t)); now > most.Load() {
				most.Store(now)
			}
		}
	})
	if limit := before + runtime.GOMAXPROCS(0) + 8; int(most.Load()) > limit {
		t.Errorf("%d threads became %d, more than %d", before, most.Load(), limit)
	}
}

// Two blocking commands wait for longer than the test runs.
func TestABlockingCommandDoesNotDelayOthers(t *testing.T) {
	c := openEmpty(t)
	cancelable, cancel := context.WithCancel(ctx)
	popped := make(chan error, 2)
	for i := 0; i < 2; i++ {
		go func() { _, err := c.Do(cancelable, "BLPOP", "none", 0); popped <- err }()
	}
	awaitBlocked(t, c, 2)
	inParallel(50, func(nth int) { do(t, c, "SET", nth, nth) })
	cancel()
	for i := 0; i < 2; i++ {
		if err := <-popped; !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
	}
}

func TestConcurrentCallsEndWithTheirContextAndWithClose(t *testing.T) {
	c := oneServer(fakeServer(t, "")).with("timeout", 600).with("refresh_interval", 0).open(t)
	cancelable, cancel := context.WithCancel(ctx)
	short, cancelShort := context.WithTimeout(ctx, 50*time.Millisecond)
	defer cancelShort()
	contexts := map[error]context.Context{context.Canceled: cancelable, context.DeadlineExceeded: short, rediscluster.ErrClosed: ctx}
	type end struct{ want, err error }
	ended := make(chan end, 60)
	for i := 0; i < 20; i++ {
		for want, ctx := range contexts {
			go func(want error, ctx context.Context) {
				_, err := c.Do(ctx, "GET", "key")
				ended <- end{want, err}
			}(want, ctx)
		}
	}
	time.AfterFunc(50*time.Millisecond, cancel)
	for i := 0; i < 60; i++ {
		if i == 40 {
			c.Close()
		}
		if is := <-ended; !errors.Is(is.err, is.want) {
			t.Errorf("%v, want %v", is.err, is.want)
		}
	}
	if _, err := c.Do(ctx, "GET", "key"); err != rediscluster.ErrClosed {
		t.Error(err)
	}
}

func TestTheDeadlineOfAContextTakesThePlaceOfThatOfTheConfiguration(t *testing.T) {
	c := oneServer(fakeServer(t, "")).with("timeout", 600).with("deadline", 0.05).with("refresh_interval", 0).open(t)
	inParallel(20, func(nth int) {
		limited, cancel := ctx, func() {}
		if nth%2 == 0 {
			limited, cancel = context.WithTimeout(ctx, 200*time.Millisecond)
		}
		defer cancel()
		_, err := c.Do(limited, "GET", "key")
		if !errors.Is(err, context.DeadlineExceeded) || strings.Contains(err.Error(), "0.05 s") != (nth%2 == 1) {
			t.Error(nth, err)
		}
	})
}

func TestBatchingCanBeTurnedOff(t *testing.T) {
	openEmpty(t)
	c, err := rediscluster.Open(servers(t, 3).String(), rediscluster.WithoutBatching())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	inParallel(50, func(nth int) {
		do(t, c, "SET", nth, nth)
		if got := do(t, c, "GET", nth).String(); got != fmt.Sprint(nth) {
			t.Error(nth, got)
		}
	})
}

// mallocs returns the allocations of run in all goroutines.
func mallocs(run func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	run()
	runtime.ReadMemStats(&after)
	return after.Mallocs - before.Mallocs
}

func TestAGetAllocatesAtMostTwice(t *testing.T) {
	requireCountedAllocations(t)
	c := openEmpty(t)
	do(t, c, "SET", "key:1", strings.Repeat("x", 32))
	key := fmt.Sprint("key:", len(servers(t, 1).Nodes)) // not a constant
	const calls = 20_000
	cancelable, cancel := context.WithCancel(ctx)
	defer cancel()
	for _, goroutines := range []int{1, 64} {
		for name, ctx := range map[string]context.Context{"without": ctx, "with": cancelable} {
			count := mallocs(func() {
				inParallel(goroutines, func(int) {
					for i := 0; i < calls/goroutines; i++ {
						if _, err := c.Do(ctx, "GET", key); err != nil {
							t.Error(err)
						}
					}
				})
			})
			if per := float64(count) / calls; per > 2.2 {
				t.Errorf("%d goroutines, %s a context that can be canceled: %.2f allocations per GET", goroutines, name, per)
			}
		}
	}
}
