package rediscluster_test

import (
	"context"
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	rediscluster "github.com/rediscluster/rediscluster/bindings/go"
)

func TestExplainReportsNodesKeysAndSteps(t *testing.T) {
	c := openEmpty(t)
	one, err := c.Explain(ctx, "SET", "name{foo}", 1)
	want := rediscluster.Explanation{
		Command: "SET", Strategy: "one node", Atomic: true, RoundTrips: 1, Nodes: []string{"node_3"},
		Keys:      []rediscluster.ExplainedKey{{Position: 1, Key: "name", Node: "node_3"}},
		ServedBy:  "master",
		Steps:     []rediscluster.ExplainedStep{{Round: 1, Node: "node_3", Command: "SET name 1"}},
		OthersSee: "nothing", Meanwhile: "the state before the command, or the one after it",
		WhenItFails: "the state before, or the one after it; the error says whether the command may have been executed",
	}
	if err != nil || !reflect.DeepEqual(one, want) {
		t.Errorf("%+v (%v), want %+v", one, err, want)
	}
	split, err := c.Explain(ctx, "MGET", "foo{foo}", "bar", "a{a}")
	if err != nil || split.Strategy != "split" || split.Atomic || len(split.Steps) != 2 || !reflect.DeepEqual(split.Nodes, []string{"node_1", "node_3"}) {
		t.Errorf("%+v (%v)", split, err)
	}
	if !split.Keys[1].Pinned || split.Keys[0].Pinned || split.Keys[2].Pinned {
		t.Errorf("only bar must be pinned to the node of the first key: %+v", split.Keys)
	}
	parts, err := c.Explain(ctx, "MSET", "foo", "1", "a", "2")
	if err != nil || parts.OthersSee != "parts" || !strings.HasPrefix(parts.Meanwhile, "some nodes") || !strings.HasPrefix(parts.WhenItFails, "the same, for ever") {
		t.Errorf("%+v (%v)", parts, err)
	}
	if v := do(t, c, "DBSIZE"); v.String() != "0" {
		t.Errorf("Explain must not run the command, but there are %s keys", v)
	}
}

func TestExplainReportsWhyACommandIsRefused(t *testing.T) {
	refused, err := openEmpty(t).Explain(ctx, "EVAL", "return 1", 2, "foo", "a")
	if err != nil || refused.Strategy != "refuse" || !strings.HasPrefix(refused.Reason, "CROSSNODE EVAL") || len(refused.Steps) != 0 || refused.OthersSee != "" {
		t.Errorf("%+v (%v)", refused, err)
	}
}

func TestExplainRejectsBadArgumentsAndADoneContext(t *testing.T) {
	c := openEmpty(t)
	if _, err := c.Explain(ctx); !errors.Is(err, rediscluster.ErrArgument) {
		t.Error(err)
	}
	if _, err := c.Explain(ctx, "GET", nil); !errors.Is(err, rediscluster.ErrArgument) {
		t.Error(err)
	}
	done, cancel := context.WithCancel(ctx)
	cancel()
	if _, err := c.Explain(done, "GET", "foo"); err != context.Canceled {
		t.Error(err)
	}
}

func TestRecoverFindsNothingIfNoMoveWasInterrupted(t *testing.T) {
	c := openEmpty(t)
	if found, err := c.Recover(ctx, time.Minute); err != nil || len(found) != 0 {
		t.Error(found, err)
	}
	if _, err := c.Recover(ctx, -1); !errors.Is(err, rediscluster.ErrArgument) {
		t.Error(err)
	}
	c.Close()
	if _, err := c.Recover(ctx, 0); err != rediscluster.ErrClosed {
		t.Error(err)
	}
}

// The server of the destination pauses writes for longer than the read timeout.
func interruptMove(t *testing.T) *rediscluster.Client {
	t.Helper()
	c := flushAll(t, servers(t, 3).with("read_timeout", 0.3).open(t))
	destination, err := c.NodeFor("a")
	if err != nil {
		t.Fatal(err)
	}
	destinationOnly := oneServer(destination.Port).open(t)
	do(t, c, "RPUSH", "foo", "element")
	do(t, destinationOnly, "CLIENT", "PAUSE", 60_000, "WRITE")
	defer destinationOnly.Do(ctx, "CLIENT", "UNPAUSE")
	if _, err := c.Do(ctx, "LMOVE", "foo", "a", "LEFT", "RIGHT"); !errors.Is(err, rediscluster.ErrTimeout) {
		t.Fatal(err)
	}
	return c
}

func TestRecoverUndoesAnInterruptedMove(t *testing.T) {
	c := interruptMove(t)
	young, err := c.Recover(ctx, time.Hour)
	if err != nil || len(young) != 1 || young[0].Outcome != "young" {
		t.Fatalf("%+v (%v)", young, err)
	}
	ended, err := c.Recover(ctx, 0)
	if err != nil || len(ended) != 1 {
		t.Fatalf("%+v (%v)", ended, err)
	}
	found := ended[0]
	if found.Node != "node_3" || found.Command != "LMOVE" || found.Source != "foo" || found.Destination != "a" || found.Outcome != "undone" ||
		found.Reason != "" || found.HiddenKey == "" || found.Age <= 0 || found.Age > time.Hour {
		t.Errorf("%+v", found)
	}
	if list := do(t, c, "LRANGE", "foo", 0, -1).String(); list != "[element]" {
		t.Errorf("after Recover the source is %s, want [element]", list)
	}
	if again, err := c.Recover(ctx, 0); err != nil || len(again) != 0 {
		t.Error(again, err)
	}
}

func TestRecoverToMovesAValueWhoseSourceKeyIsInUseAgain(t *testing.T) {
	c := interruptMove(t)
	do(t, c, "SET", "foo", "new")
	found, err := c.Recover(ctx, 0)
	if err != nil || len(found) != 1 || found[0].Outcome != "waiting" {
		t.Fatalf("%+v (%v)", found, err)
	}
	moved, err := c.RecoverTo(ctx, found[0].HiddenKey, "bar")
	if err != nil || moved.Outcome != "moved" || moved.Source != "foo" {
		t.Errorf("%+v (%v)", moved, err)
	}
	if list := do(t, c, "LRANGE", "bar", 0, -1).String(); list != "[element]" {
		t.Errorf("the value is %s, want [element]", list)
	}
	if moved, err := c.RecoverTo(ctx, found[0].HiddenKey, "bar"); err == nil {
		t.Errorf("%+v, want an error", moved)
	}
	if again, err := c.Recover(ctx, rediscluster.RecoverMinAge); err != nil || len(again) != 0 {
		t.Error(again, err)
	}
}
