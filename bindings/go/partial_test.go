package rediscluster_test

import (
	"errors"
	"fmt"
	"net"
	"testing"

	rediscluster "github.com/rediscluster/rediscluster/bindings/go"
)

// A key of a node that cannot be reached has an error in its place.
func TestWithPartialSingleKeysFail(t *testing.T) {
	openEmpty(t)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	config := servers(t, 2).with("refresh_interval", 0)
	config.Nodes["node_2"] = map[string]any{"host": "127.0.0.1", "port": listener.Addr().(*net.TCPAddr).Port}
	listener.Close()
	whole := config.open(t)
	c, err := whole.WithPartial(true)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	keys := map[string]string{}
	for i := 0; len(keys) < 2; i++ {
		key := fmt.Sprint("key", i)
		node, err := c.NodeFor(key)
		if err != nil {
			t.Fatal(err)
		}
		keys[node.Alias] = key
	}
	living, dead := keys["node_1"], keys["node_2"]
	do(t, c, "SET", living, "value")
	for _, command := range []string{"MGET", "EXISTS", "DEL"} {
		results, err := do(t, c, command, dead, living).Array()
		if err != nil || len(results) != 2 {
			t.Fatalf("%s: %v, %v", command, results, err)
		}
		var failure *rediscluster.Error
		if !errors.As(results[0].Err(), &failure) || failure.Node != "node_2" || failure.Executed {
			t.Errorf("%s: %v", command, results[0])
		}
		if results[1].Err() != nil {
			t.Errorf("%s: %v", command, results[1])
		}
	}
	if _, err := whole.Do(ctx, "MGET", dead, living); !errors.Is(err, rediscluster.ErrConnect) {
		t.Errorf("without the option: %v", err)
	}
}
