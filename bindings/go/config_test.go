package rediscluster_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"

	rediscluster "github.com/rediscluster/rediscluster/bindings/go"
)

// urls returns the servers of the tests.
func urls(t testing.TB) []string {
	t.Helper()
	var urls []string
	for i := 1; i <= 3; i++ {
		urls = append(urls, fmt.Sprintf("redis://127.0.0.1:%v", servers(t, 3).Nodes[fmt.Sprintf("node_%d", i)]["port"]))
	}
	return urls
}

func TestOpenAcceptsAStruct(t *testing.T) {
	fromJSON := openEmpty(t)
	c, err := rediscluster.Open(rediscluster.Config{URLs: urls(t), HashTag: "strip", Timeout: 10 * time.Second, PoolSize: 3})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	do(t, c, "MSET", "bar{foo}", 1, "foo", 2, "other", 3)
	if got := do(t, fromJSON, "MGET", "bar{foo}", "foo", "other").String(); got != "[1 2 3]" {
		t.Error(got)
	}
}

func TestConnectChecksThatEveryMasterReplies(t *testing.T) {
	c, err := rediscluster.Connect(ctx, servers(t, 3).String())
	if err != nil {
		t.Fatal(err)
	}
	c.Close()
	config := rediscluster.Config{URLs: append(urls(t), fmt.Sprintf("redis://127.0.0.1:%d", closedPort(t)))}
	if c, err = rediscluster.Connect(ctx, config); c != nil {
		t.Error("a client of a server that does not exist")
	}
	wantError(t, err, rediscluster.ErrConnect, "node_4", false)
}

func TestABadConfigIsRejected(t *testing.T) {
	for want, config := range map[string]rediscluster.Config{
		"nodes":             {},
		"nodes.node_1.port": {Nodes: map[string]rediscluster.NodeConfig{"node_1": {Host: "localhost", Port: 70000}}},
		"hash_tag":          {URLs: []string{"redis://localhost"}, HashTag: "none"},
		"no_such_option":    {URLs: []string{"redis://localhost"}, More: map[string]any{"no_such_option": 1}},
		"both URLs":         {URLs: []string{"redis://localhost"}, Nodes: map[string]rediscluster.NodeConfig{"node_1": {}}},
		"json":              {URLs: []string{"redis://localhost"}, TLS: func() {}},
	} {
		c, err := rediscluster.Open(config)
		if c != nil || !errors.Is(err, rediscluster.ErrConfig) || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
}

// fill sets every field to something other than its zero value.
func fill(v reflect.Value) {
	for i := 0; i < v.NumField(); i++ {
		switch field := v.Field(i); field.Kind() {
		case reflect.String:
			field.SetString("text")
		case reflect.Int, reflect.Int64:
			field.SetInt(int64(2 * time.Second))
		case reflect.Bool:
			field.SetBool(true)
		case reflect.Interface:
			field.Set(reflect.ValueOf(true))
		}
	}
}

// The table of the README names all options; those without a field are named here.
func TestConfigHasAFieldForEveryOption(t *testing.T) {
	config := rediscluster.Config{
		MasterOf: map[string][]string{"node_1": {"replica"}}, Pin: map[string]string{"a*": "node_1"}, Sentinels: []string{"localhost"},
	}
	node := rediscluster.NodeConfig{}
	fill(reflect.ValueOf(&node).Elem())
	node.URL = ""
	fill(reflect.ValueOf(&config).Elem())
	config.Nodes = map[string]rediscluster.NodeConfig{"node_1": node}
	text, err := json.Marshal(config)
	if err != nil {
		t.Fatal(err)
	}
	var options map[string]any
	if err := json.Unmarshal(text, &options); err != nil {
		t.Fatal(err)
	}
	for name, value := range options["nodes"].(map[string]any)["node_1"].(map[string]any) {
		options["nodes.*."+name] = value
	}
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, table, _ := strings.Cut(string(readme), "| `nodes` |")
	names := 0
	for _, line := range strings.Split(strings.SplitN("| `nodes` |"+table, "\n\n", 2)[0], "\n") {
		for _, name := range regexp.MustCompile("`([^`]+)`").FindAllStringSubmatch(strings.SplitN(line, "|", 3)[1], -1) {
			name := strings.Replace(name[1], ".", "nodes.*.", 1)
			name = strings.Replace(name, "nodesnodes.*.*.", "nodes.*.", 1)
			if _, ok := options[name]; !ok && name != "masters_only" && name != "default_node" {
				t.Errorf("no field for the option %s", name)
			}
			names++
		}
	}
	if names < 40 {
		t.Errorf("only %d options in the README", names)
	}
	if options["timeout"] != 2.0 || options["pool_size"] != 2e9 {
		t.Error("seconds and numbers:", options["timeout"], options["pool_size"])
	}
}

func TestZeroIsTheValueZeroOfAnOption(t *testing.T) {
	text, err := json.Marshal(rediscluster.Config{Timeout: rediscluster.Zero, BreakerFailures: rediscluster.Zero})
	if want := `{"breaker_failures":0,"nodes":{},"timeout":0}`; err != nil || string(text) != want {
		t.Errorf("%s, want %s", text, want)
	}
}
