package rediscluster_test

import (
	"context"
	"errors"
	"reflect"
	"testing"

	rediscluster "github.com/rediscluster/rediscluster/bindings/go"
)

func nodeList(t *testing.T, c *rediscluster.Client, discover bool) map[string]rediscluster.ListedNode {
	t.Helper()
	nodes, err := c.NodeList(ctx, discover)
	if err != nil {
		t.Fatal(err)
	}
	return nodes
}

func TestNodeListNamesEqualServers(t *testing.T) {
	c, err := rediscluster.Open(`{"nodes": {
		"node_1": "redis://127.0.0.1:6401",
		"node_2": "unix:///run/redis.sock?db=1",
		"node_3": "redis://127.0.0.1:6401/2"}}`)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	want := map[string]rediscluster.ListedNode{
		"node_1": {IsMaster: true, Master: "node_1", Host: "127.0.0.1", Port: 6401, Server: "node_1", Replicas: []string{}},
		"node_2": {IsMaster: true, Master: "node_2", Unix: "/run/redis.sock", DB: 1, Server: "node_2", Replicas: []string{}},
		"node_3": {IsMaster: true, Master: "node_3", Host: "127.0.0.1", Port: 6401, DB: 2, Server: "node_1", Replicas: []string{}},
	}
	if got := nodeList(t, c, false); !reflect.DeepEqual(got, want) {
		t.Errorf("%+v, want %+v", got, want)
	}
}

func TestNodeListDiscoversReplicasOnRequest(t *testing.T) {
	masters, _ := withReplica(t)
	c := masters.open(t)
	if got := nodeList(t, c, false); len(got) != 2 {
		t.Errorf("before: %+v", got)
	}
	nodes := nodeList(t, c, true)
	port := int(servers(t, 3).Nodes["node_3"]["port"].(float64))
	want := rediscluster.ListedNode{Master: "node_1", Host: "127.0.0.1", Port: port, Server: "node_1_slave", Replicas: []string{}}
	if got := nodes["node_1_slave"]; !reflect.DeepEqual(got, want) {
		t.Errorf("%+v, want %+v", got, want)
	}
	if got := nodes["node_1"].Replicas; !reflect.DeepEqual(got, []string{"node_1_slave"}) {
		t.Errorf("replicas of node_1: %v", got)
	}
	if got := nodeList(t, c, false); !reflect.DeepEqual(got, nodes) {
		t.Errorf("afterwards: %+v, want %+v", got, nodes)
	}
}

func TestNodeListOfAClosedClientOrADoneContext(t *testing.T) {
	c := openEmpty(t)
	done, cancel := context.WithCancel(ctx)
	cancel()
	if _, err := c.NodeList(done, true); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	c.Close()
	if _, err := c.NodeList(ctx, false); !errors.Is(err, rediscluster.ErrClosed) {
		t.Error(err)
	}
}
