package rediscluster_test

import (
	"errors"
	"strings"
	"testing"

	rediscluster "github.com/rediscluster/rediscluster/bindings/go"
)

func TestTxRunsItsCommandsInOneTransaction(t *testing.T) {
	c := openEmpty(t)
	results, err := c.Tx(ctx, func(p *rediscluster.Pipeline) error {
		p.Add("SET", "a{1}", 5)
		p.Add("INCR", "a{1}")
		p.Add("GET", "none{1}")
		return nil
	})
	if err != nil || len(results) != 3 || results[1].Value.String() != "6" || !results[2].Value.IsNil() {
		t.Error(results, err)
	}
	results, err = c.Tx(ctx, func(p *rediscluster.Pipeline) error {
		p.Add("LPUSH", "a{1}", 1)
		p.Add("INCR", "a{1}")
		return nil
	})
	if len(results) != 2 || err != results[0].Err || !strings.HasPrefix(err.Error(), "WRONGTYPE") || results[1].Value.String() != "7" {
		t.Error("a command that fails does not undo the others:", results, err)
	}
	results, err = c.Tx(ctx, func(p *rediscluster.Pipeline) error {
		p.Add("INCR", "a{1}")
		p.Add("INCR", "too", "many")
		return nil
	})
	if results != nil || err == nil || !strings.Contains(err.Error(), "wrong number of arguments") {
		t.Error("a command that cannot be queued:", results, err)
	}
	if got := do(t, c, "GET", "a{1}").String(); got != "7" {
		t.Error("a part of it was executed:", got)
	}
	refusal := errors.New("no")
	if _, err := c.Tx(ctx, func(p *rediscluster.Pipeline) error { p.Add("DEL", "a{1}"); return refusal }); err != refusal {
		t.Error(err)
	}
	if results, err := c.Tx(ctx, func(*rediscluster.Pipeline) error { return nil }); len(results) != 0 || err != nil {
		t.Error("no commands:", results, err)
	}
}

func TestWatchExecutesOnlyIfNoOtherClientHasChangedTheKeys(t *testing.T) {
	c := openEmpty(t)
	do(t, c, "SET", "a{1}", 1)
	attempts := 0
	increment := func(tx *rediscluster.Tx) error {
		n, err := rediscluster.As[int](tx.Do(ctx, "GET", "a{1}"))
		if err != nil {
			return err
		}
		if attempts++; attempts <= 2 {
			do(t, c, "INCRBY", "a{1}", 10)
		}
		_, err = tx.Exec(ctx, func(p *rediscluster.Pipeline) error {
			p.Add("SET", "a{1}", n+1)
			return nil
		})
		return err
	}
	conflicts := 0
	err := c.Watch(ctx, increment, "a{1}")
	for ; errors.Is(err, rediscluster.ErrConflict); err = c.Watch(ctx, increment, "a{1}") {
		conflicts++
	}
	if got := do(t, c, "GET", "a{1}").String(); err != nil || conflicts != 2 || got != "22" {
		t.Error(got, conflicts, err)
	}
}

// Sessions are used again, so nothing of one Watch may reach the next.
func TestWatchLeavesNoStateBehind(t *testing.T) {
	c := openEmpty(t)
	failure := errors.New("no")
	for _, end := range []func(*rediscluster.Tx) error{
		func(*rediscluster.Tx) error { return nil },
		func(*rediscluster.Tx) error { return failure },
		func(*rediscluster.Tx) error { return rediscluster.ErrConflict }, // without Exec
		func(tx *rediscluster.Tx) error { _, err := tx.Do(ctx, "MULTI"); return err },
		func(tx *rediscluster.Tx) error { _, err := tx.Do(ctx, "SELECT", 1); return err },
		func(tx *rediscluster.Tx) error { _, err := tx.Do(ctx, []byte("SELECT"), 1); return err },
	} {
		c.Watch(ctx, end, "a{1}")
		do(t, c, "SET", "a{1}", "changed after the end of Watch")
		results, err := c.Tx(ctx, func(p *rediscluster.Pipeline) error { p.Add("GET", "a{1}"); return nil })
		if err != nil || len(results) != 1 || results[0].Value.String() != "changed after the end of Watch" {
			t.Error(results, err)
		}
	}
	c.Close()
	if err := c.Watch(ctx, func(*rediscluster.Tx) error { return nil }, "a"); err != rediscluster.ErrClosed {
		t.Error(err)
	}
}
