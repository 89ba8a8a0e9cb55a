package rediscluster_test

import (
	"fmt"
	"testing"

	rediscluster "github.com/rediscluster/rediscluster/bindings/go"
)

// The example in the README of rediscluster-py, on two masters.
func TestTheExampleOfThePythonPackage(t *testing.T) {
	c := flushAll(t, servers(t, 2).open(t))
	steps := []struct {
		want    string
		command []any
	}{
		{"OK", []any{"SET", "foo", "bar"}},
		{"bar", []any{"GET", "foo"}},
		{"(nil)", []any{"GET", "bar{foo}"}},
		{"OK", []any{"MSET", "bar{foo}", "bar", "foo", "foo"}},
		{"[bar foo]", []any{"MGET", "bar{foo}", "foo"}},
		{"2", []any{"DEL", "foo", "bar{foo}"}},
		{"3", []any{"SADD", "foo", "a1", "a2", "a3"}},
		{"3", []any{"SADD", "bar", "b1", "a2", "b3"}},
		{"2", []any{"SDIFFSTORE", "foobar", "foo", "bar"}},
		{"2", []any{"SCARD", "foobar"}},
		{"[1 0 1]", []any{"SMISMEMBER", "foobar", "a1", "a2", "a3"}},
	}
	for _, step := range steps {
		if got := do(t, c, step.command...).String(); got != step.want {
			t.Errorf("%v: %s, want %s", step.command, got, step.want)
		}
	}
	for key, want := range map[string]string{"foo": "node_2", "bar": "node_1", "foobar": "node_2"} {
		node, err := c.NodeFor(key)
		if err != nil || node.Alias != want {
			t.Errorf("%s is stored on %s (%v), want %s", key, node.Alias, err, want)
		}
	}
}

func TestNodeForReturnsTheAddressAndTheStoredKey(t *testing.T) {
	config := servers(t, 2)
	config.Nodes["node_1"] = map[string]any{"unix": "/nowhere/redis.sock"}
	c := config.open(t)

	foo, err := c.NodeFor("bar{foo}")
	if err != nil {
		t.Fatal(err)
	}
	if port := int(config.Nodes["node_2"]["port"].(float64)); foo.Alias != "node_2" || foo.Host != "127.0.0.1" || foo.Port != port || foo.Unix != "" || foo.Key != "bar" {
		t.Errorf("bar{foo}: %+v, want port %d of node_2", foo, port)
	}
	bar, err := c.NodeFor("bar")
	if err != nil {
		t.Fatal(err)
	}
	if bar.Alias != "node_1" || bar.Host != "" || bar.Port != 0 || bar.Unix != "/nowhere/redis.sock" || bar.Key != "bar" {
		t.Errorf("bar: %+v", bar)
	}
	if _, err := c.NodeFor(""); err != nil {
		t.Errorf("the empty key: %v", err)
	}
}

func TestEachReturnsOneResultForEachMaster(t *testing.T) {
	c := openEmpty(t)
	results, err := c.Each(ctx, "PING", "hello")
	if err != nil {
		t.Fatal(err)
	}
	if len(results) != 3 {
		t.Fatalf("%d results from 3 nodes", len(results))
	}
	for i := 1; i <= 3; i++ {
		result := results[fmt.Sprintf("node_%d", i)]
		if text, err := result.Value.Text(); result.Err != nil || err != nil || text != "hello" {
			t.Errorf("node_%d: %v %v %v", i, text, result.Err, err)
		}
	}
}

func TestAPipelineReturnsResultsInOrder(t *testing.T) {
	c := openEmpty(t)
	p := c.Pipeline()
	const count = 100_000
	for i := 0; i < count; i++ {
		p.Add("SET", fmt.Sprint("key:", i), i)
	}
	if p.Len() != count {
		t.Fatal("the length is", p.Len())
	}
	results, err := p.Exec(ctx)
	if err != nil || len(results) != count {
		t.Fatal(len(results), err)
	}
	if p.Len() != 0 {
		t.Fatal("the pipeline is not empty after Exec")
	}
	for i := 0; i < count; i++ {
		p.Add("GET", fmt.Sprint("key:", i))
	}
	if results, err = p.Exec(ctx); err != nil {
		t.Fatal(err)
	}
	for i, result := range results {
		if n, err := result.Value.Int(); result.Err != nil || err != nil || n != int64(i) {
			t.Fatalf("GET %d of %d: %v %v %v", i, count, n, result.Err, err)
		}
	}
}

func TestAnEmptyPipelineReturnsNoResults(t *testing.T) {
	results, err := openEmpty(t).Pipeline().Exec(ctx)
	if err != nil || len(results) != 0 {
		t.Fatal(results, err)
	}
}

func TestASharedClientOutlivesAnother(t *testing.T) {
	config := servers(t, 3).String()
	first, err := openShared(t, config)
	if err != nil {
		t.Fatal(err)
	}
	second, err := openShared(t, config)
	if err != nil {
		t.Fatal(err)
	}
	do(t, first, "SET", "shared", "yes")
	first.Close()
	if got := do(t, second, "GET", "shared").String(); got != "yes" {
		t.Errorf("after the other client was closed: %q", got)
	}
}

func openShared(t *testing.T, config string) (*rediscluster.Client, error) {
	c, err := rediscluster.OpenShared(config)
	if err == nil {
		t.Cleanup(func() { c.Close() })
	}
	return c, err
}
