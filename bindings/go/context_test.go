package rediscluster_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	rediscluster "github.com/rediscluster/rediscluster/bindings/go"
)

func TestACommandIsNotSentIfItsContextIsDone(t *testing.T) {
	c := openEmpty(t)
	cancelled, cancel := context.WithCancel(ctx)
	cancel()
	late, cancel := context.WithDeadline(ctx, time.Now().Add(-time.Second))
	defer cancel()

	for _, x := range []struct {
		ctx  context.Context
		want error
	}{{cancelled, context.Canceled}, {late, context.DeadlineExceeded}} {
		_, one := c.Do(x.ctx, "SET", "key", "value")
		_, each := c.Each(x.ctx, "SET", "key", "value")
		p := c.Pipeline()
		p.Add("SET", "key", "value")
		_, many := p.Exec(x.ctx)
		_, none := c.Pipeline().Exec(x.ctx)
		for _, err := range []error{one, each, many, none} {
			if err != x.want {
				t.Errorf("%v, want %v", err, x.want)
			}
		}
	}
	if !do(t, c, "GET", "key").IsNil() {
		t.Error("a command was sent although its context was done")
	}
}

// Without the cancellation the calls would wait forever, so the test would never end.
func TestACancellationEndsACallInProgress(t *testing.T) {
	c := openEmpty(t)
	for _, command := range [][]any{
		{"BLPOP", "none", 0},
		{"BLPOP", "none", "other", "another", "one more", 0},
	} {
		for range []int{0, 1, 2} {
			cancelable, cancel := context.WithCancel(ctx)
			time.AfterFunc(5*time.Millisecond, cancel)
			_, err := c.Do(cancelable, command...)
			p := c.Pipeline()
			p.Add(command...)
			another, cancelAnother := context.WithTimeout(ctx, time.Hour)
			time.AfterFunc(5*time.Millisecond, cancelAnother)
			results, pipelineErr := p.Exec(another)
			if len(results) != 1 || results[0].Err != pipelineErr {
				t.Error(results, pipelineErr)
			}
			for _, err := range []error{err, pipelineErr} {
				if !errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
					t.Errorf("%v: %v", command, err)
				}
			}
		}
	}
	if v := do(t, c, "INCR", "key"); v.String() != "1" {
		t.Error(v)
	}
}

// All connections are in use by calls that wait for elements.
func TestACancellationEndsTheWaitForAConnection(t *testing.T) {
	c := servers(t, 1).with("pool_size", 1).with("timeout", 600).open(t)
	waiting, cancel := context.WithCancel(ctx)
	first, second := make(chan error, 1), make(chan error, 1)
	go func() { _, err := c.Do(waiting, "BLPOP", "none", 0); first <- err }()
	for is := (rediscluster.ConnectionStats{}); is.Open == 0 || is.Idle > 0; {
		time.Sleep(time.Millisecond)
		all, err := c.Stats()
		if err != nil {
			t.Fatal(err)
		}
		is = all["node_1"].Connections
	}
	queued, cancelQueued := context.WithCancel(ctx)
	go func() { _, err := c.Do(queued, "PING"); second <- err }()
	time.AfterFunc(5*time.Millisecond, cancelQueued)
	if err := <-second; !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	cancel()
	if err := <-first; !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if v := do(t, c, "PING"); v.String() != "PONG" {
		t.Error(v)
	}
}

func TestTheDeadlineOfAContextEndsACall(t *testing.T) {
	c := openEmpty(t)
	for _, command := range [][]any{
		{"BLPOP", "none", 0},
		{"BLPOP", "none", "other", "another", "one more", 0},
	} {
		short, cancel := context.WithTimeout(ctx, 30*time.Millisecond)
		_, err := c.Do(short, command...)
		p := c.Pipeline()
		p.Add(command...)
		another, cancelAnother := context.WithTimeout(ctx, 30*time.Millisecond)
		results, pipelineErr := p.Exec(another)
		if len(results) != 1 {
			t.Fatal(results, pipelineErr)
		}
		for _, err := range []error{err, pipelineErr, results[0].Err} {
			if !errors.Is(err, context.DeadlineExceeded) || !errors.Is(err, rediscluster.ErrTimeout) {
				t.Errorf("%v: %v", command, err)
			}
			if err == nil || !strings.Contains(err.Error(), "the deadline of 0.0") || !strings.Contains(err.Error(), "(round ") {
				t.Errorf("%v: %v", command, err)
			}
		}
		cancel()
		cancelAnother()
	}
	if v := do(t, c, "INCR", "key"); v.String() != "1" {
		t.Error(v)
	}
}
