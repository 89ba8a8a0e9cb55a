package rediscluster_test

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	rediscluster "github.com/rediscluster/rediscluster/bindings/go"
)

// wantError checks the fields of an *Error.
func wantError(t *testing.T, err error, code rediscluster.Code, node string, executed bool) {
	t.Helper()
	var failure *rediscluster.Error
	if !errors.As(err, &failure) || !errors.Is(err, code) || failure.Code != code || failure.Node != node || failure.Executed != executed {
		t.Errorf("%#v, want %v on node %q with executed %v", err, code, node, executed)
	}
}

func TestABadConfigurationIsRejected(t *testing.T) {
	for want, config := range map[string]string{
		"nodes":             `{}`,
		"nodes.node_1.port": `{"nodes": {"node_1": {"host": "127.0.0.1", "port": 70000}}}`,
		"":                  "not JSON \x00",
	} {
		for name, open := range map[string]func(string, ...rediscluster.Option) (*rediscluster.Client, error){
			"Open": rediscluster.Open[string], "OpenShared": rediscluster.OpenShared[string],
		} {
			c, err := open(config)
			if c != nil || !errors.Is(err, rediscluster.ErrConfig) || !strings.Contains(err.Error(), want) {
				t.Errorf("%s of %s: %v", name, config, err)
			}
		}
	}
}

func TestAnErrorReplyIsAServerError(t *testing.T) {
	c := openEmpty(t)
	do(t, c, "SET", "text", "x")
	v, err := c.Do(ctx, "LPUSH", "text", "y")
	var server rediscluster.ServerError
	if !errors.As(err, &server) || !strings.HasPrefix(string(server), "WRONGTYPE ") || !v.IsNil() {
		t.Errorf("%v %v", v, err)
	}
	if _, err := c.Do(ctx, "EVAL", `return redis.error_reply('ERR \255\254')`, 1, "text"); !errors.Is(err, rediscluster.ServerError("ERR \xff\xfe")) {
		t.Errorf("%q", err)
	}
	do(t, c, "GET", "text") // on the same connection
}

func TestABadCommandIsNotSent(t *testing.T) {
	c := openEmpty(t)
	if _, err := c.Do(ctx); !errors.Is(err, rediscluster.ErrArgument) {
		t.Errorf("no arguments: %v", err)
	}
	if _, err := c.Do(ctx, "SET", "key", struct{}{}); !errors.Is(err, rediscluster.ErrArgument) || !strings.Contains(err.Error(), "argument 2 is struct {}") {
		t.Errorf("a struct: %v", err)
	}
	if _, err := c.Each(ctx, "PING", nil); !errors.Is(err, rediscluster.ErrArgument) {
		t.Errorf("nil to each: %v", err)
	}
	if _, err := c.Do(ctx, "NOSUCHCOMMAND", "key"); err == nil {
		t.Error("an unknown command succeeded")
	}
	p := c.Pipeline()
	p.Add("SET", "never", "sent")
	p.Add("SET", "never", time.Second)
	if _, err := p.Exec(ctx); !errors.Is(err, rediscluster.ErrArgument) || !strings.Contains(err.Error(), "command 1") || !strings.Contains(err.Error(), "argument 2 is time.Duration") {
		t.Errorf("%v", err)
	}
	if !do(t, c, "GET", "never").IsNil() {
		t.Error("a part of the pipeline was sent")
	}
	p.Add("SET", "again", "yes")
	if results, err := p.Exec(ctx); err != nil || len(results) != 1 || results[0].Err != nil {
		t.Error("the pipeline after an error:", results, err)
	}
}

func TestExecReturnsTheErrorOfTheFirstCommandThatFailed(t *testing.T) {
	c := openEmpty(t)
	do(t, c, "SET", "text", "x")
	results, err := c.DoMulti(ctx, []any{"GET", "none"}, []any{"SET", "other", 1}, []any{"INCR", "text"}, []any{"LPUSH", "text", 1}, []any{"GET", "other"})
	if len(results) != 5 || results[2].Err == nil || err != results[2].Err || results[3].Err == nil {
		t.Fatal(results, err)
	}
	if got := results[4].Value.String(); got != "1" || results[4].Err != nil {
		t.Error("the commands after it:", got, results[4].Err)
	}
	if results, err = c.DoMulti(ctx, []any{"GET", "none"}); err != nil || len(results) != 1 || !results[0].Value.IsNil() {
		t.Error("a nil reply is no error:", results, err)
	}
}

func TestStrictModeRefusesKeysOnSeveralNodes(t *testing.T) {
	strict := flushAll(t, servers(t, 2).with("cross_node", "strict").open(t))
	_, err := strict.Do(ctx, "MGET", "foo", "bar")
	wantError(t, err, rediscluster.ErrCrossNode, "", false)
	if !strings.Contains(err.Error(), "CROSSNODE") {
		t.Error(err)
	}
	if got := do(t, strict, "MGET", "foo", "bar{foo}").String(); got != "[(nil) (nil)]" {
		t.Error(got)
	}
}

// node_2 does not exist.
func TestTheFailureOfANodeAffectsOnlyItsCommands(t *testing.T) {
	openEmpty(t)
	config := servers(t, 3)
	config.Nodes["node_2"] = map[string]any{"host": "127.0.0.1", "port": closedPort(t)}
	c := config.open(t)

	p, missing := c.Pipeline(), 0
	const count = 300
	for i := 0; i < count; i++ {
		p.Add("SET", fmt.Sprint("key:", i), i)
	}
	results, err := p.Exec(ctx)
	wantError(t, err, rediscluster.ErrConnect, "node_2", false)
	if len(results) != count {
		t.Fatal(len(results), err)
	}
	for i, result := range results {
		if node := rediscluster.Partition(fmt.Sprint("key:", i), 3); node == 2 {
			missing++
			wantError(t, result.Err, rediscluster.ErrConnect, "node_2", false)
		} else if result.Err != nil || result.Value.String() != "OK" {
			t.Errorf("key:%d on node_%d: %v %v", i, node, result.Value, result.Err)
		}
	}
	if missing == 0 {
		t.Error("no key belongs to node_2")
	}

	pings, err := c.Each(ctx, "PING")
	if err != nil || len(pings) != 3 {
		t.Fatal(pings, err)
	}
	wantError(t, pings["node_2"].Err, rediscluster.ErrConnect, "node_2", false)
	if pings["node_1"].Err != nil || pings["node_3"].Value.String() != "PONG" {
		t.Error(pings)
	}

	_, err = c.Do(ctx, "GET", "bar{foo}") // the tag foo may belong to node_2
	if node, _ := c.NodeFor("bar{foo}"); node.Alias == "node_2" {
		wantError(t, err, rediscluster.ErrConnect, "node_2", false)
	}
}

func TestARefusedPartOfASplitWriteNamesTheNodesThatExecutedTheirs(t *testing.T) {
	c := openEmpty(t)
	mset, secondPort := []any{"MSET"}, 0
	for i := 0; i < 20; i++ {
		key := fmt.Sprint("refused:", i)
		mset = append(mset, key, i)
		if node, err := c.NodeFor(key); err != nil {
			t.Fatal(err)
		} else if node.Alias == "node_2" {
			secondPort = node.Port
		}
	}
	second := oneServer(secondPort).open(t)
	do(t, second, "CONFIG", "SET", "min-replicas-to-write", 1)
	defer second.Do(ctx, "CONFIG", "SET", "min-replicas-to-write", 0)
	_, err := c.Do(ctx, mset...)
	wantError(t, err, rediscluster.ErrIO, "node_2", true)
	if text := err.Error(); !strings.Contains(text, "MSET: node_2 refused its part: NOREPLICAS ") || !strings.HasSuffix(text, "; executed by node_1, node_3") {
		t.Error(text)
	}
}

func TestABadReplyOfAServerIsAnError(t *testing.T) {
	for reply, want := range map[string]rediscluster.Code{
		"":                       rediscluster.ErrTimeout,
		"$5\r\nab":               rediscluster.ErrTimeout,
		hangUp:                   rediscluster.ErrIO,
		"HTTP/1.1 200 OK\r\n":    rediscluster.ErrProtocol,
		"*2\r\n$x\r\n":           rediscluster.ErrProtocol,
		"$99999999999999999\r\n": rediscluster.ErrProtocol,
	} {
		c := oneServer(fakeServer(t, reply)).with("read_timeout", 0.2).with("refresh_interval", 0).open(t)
		begin := time.Now()
		_, err := c.Do(ctx, "SET", "key", "value")
		wantError(t, err, want, "node_1", true)
		if spent := time.Since(begin); spent > 3*time.Second {
			t.Errorf("%q took %v", reply, spent)
		}
	}
}

func TestErrorTexts(t *testing.T) {
	for want, err := range map[string]error{
		"rediscluster: timeout":                         rediscluster.ErrTimeout,
		"rediscluster: error 99":                        rediscluster.Code(99),
		"rediscluster: error 0":                         rediscluster.Code(0),
		"rediscluster: what happened":                   &rediscluster.Error{Code: rediscluster.ErrIO, Message: "what happened"},
		"WRONGTYPE as the server has it":                rediscluster.ServerError("WRONGTYPE as the server has it"),
		"rediscluster: the client or session is closed": rediscluster.ErrClosed,
	} {
		if err.Error() != want {
			t.Errorf("%q, want %q", err.Error(), want)
		}
	}
	if bytes.ContainsAny([]byte(rediscluster.Version()), "\x00 ") || rediscluster.Version() == "" {
		t.Errorf("version %q", rediscluster.Version())
	}
}

func TestErrorsSayWhereTheyComeFrom(t *testing.T) {
	c := openEmpty(t)
	do(t, c, "SET", "text", "value")
	node, err := c.NodeFor("text")
	if err != nil {
		t.Fatal(err)
	}
	want := rediscluster.CommandError{Node: node.Alias, Address: fmt.Sprintf("%s:%d", node.Host, node.Port), Command: "LPUSH"}
	check := func(err error) {
		t.Helper()
		var got *rediscluster.CommandError
		if !errors.As(err, &got) {
			t.Fatal(err)
		}
		want.ServerError = got.ServerError
		if *got != want || !strings.HasPrefix(got.Error(), "WRONGTYPE ") {
			t.Errorf("%+v, want %+v", got, want)
		}
	}
	_, err = c.Do(ctx, "lpush", "text", 1)
	check(err)
	p := c.Pipeline()
	p.Add("LRANGE", "none", 0, -1)
	p.Add("LPUSH", "text", 1)
	p.Add("GET", "text")
	results, err := p.Exec(ctx)
	if len(results) != 3 || results[0].Err != nil || results[2].Err != nil {
		t.Fatal(results, err)
	}
	check(results[1].Err)
	check(err)
	each, err := c.Each(ctx, "LPUSH", "text", 1)
	if err != nil {
		t.Fatal(err)
	}
	check(each[node.Alias].Err)

	dead, err := rediscluster.Open(`{"nodes": {"node_1": "redis://127.0.0.1:1"}}`)
	if err != nil {
		t.Fatal(err)
	}
	defer dead.Close()
	var failure *rediscluster.Error
	_, err = dead.Do(ctx, "set", "key", "value")
	if !errors.As(err, &failure) || failure.Node != "node_1" || failure.Address != "127.0.0.1:1" || failure.Command != "SET" {
		t.Errorf("%+v", err)
	}
}
