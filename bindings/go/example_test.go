package rediscluster_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"os"

	rediscluster "github.com/rediscluster/rediscluster/bindings/go"
)

func Example() {
	ctx := context.Background()
	c, err := rediscluster.Open(os.Getenv("REDISCLUSTER_CONFIG")) // {"nodes": {"node_1": {"host": …, "port": …}, …}}
	if err != nil {
		log.Fatal(err)
	}
	defer c.Close()

	if _, err := c.Do(ctx, "SET", "foo", "bar"); err != nil {
		log.Fatal(err)
	}
	foo, err := c.Do(ctx, "GET", "foo")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(foo)
	// Output: bar
}

func ExampleClient_Do() {
	ctx := context.Background()
	c, err := rediscluster.Open(os.Getenv("REDISCLUSTER_CONFIG"))
	if err != nil {
		log.Fatal(err)
	}
	defer c.Close()

	missing, err := c.Do(ctx, "GET", "no such key")
	fmt.Println(missing.IsNil(), err)

	_, err = missing.Text()
	fmt.Println(err == rediscluster.ErrNil)

	var refusal rediscluster.ServerError
	_, err = c.Do(ctx, "GET", "too", "many", "arguments")
	fmt.Println(errors.As(err, &refusal), err)
	// Output:
	// true <nil>
	// true
	// true ERR wrong number of arguments for 'get' command
}

func ExampleClient_Pipeline() {
	ctx := context.Background()
	c, err := rediscluster.Open(os.Getenv("REDISCLUSTER_CONFIG"))
	if err != nil {
		log.Fatal(err)
	}
	defer c.Close()

	p := c.Pipeline()
	for _, city := range []string{"Rome", "Oslo", "Lima"} {
		p.Add("SET", "city:"+city, len(city))
	}
	p.Add("MGET", "city:Rome", "city:Oslo", "city:Lima")
	results, err := p.Exec(ctx)
	if err != nil {
		log.Fatal(err)
	}
	for _, result := range results {
		fmt.Println(result.Value, result.Err)
	}
	// Output:
	// OK <nil>
	// OK <nil>
	// OK <nil>
	// [4 4 4] <nil>
}

func ExampleClient_NodeFor() {
	c, err := rediscluster.Open(`{"nodes": {"node_1": "redis://10.0.0.1:6379", "node_2": "redis://10.0.0.2:6379"}, "hash_tag": "strip"}`)
	if err != nil {
		log.Fatal(err)
	}
	defer c.Close()

	node, err := c.NodeFor("bar{foo}")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(node.Alias, node.Host, node.Port, node.Key)
	// Output: node_2 10.0.0.2 6379 bar
}

func ExamplePartition() {
	for _, key := range []string{"foo", "bar", "foobar"} {
		fmt.Println(key, rediscluster.Partition(key, 2))
	}
	// Output:
	// foo 2
	// bar 1
	// foobar 2
}
