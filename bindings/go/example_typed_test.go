package rediscluster_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"os"
	"sort"
	"time"

	rediscluster "github.com/rediscluster/rediscluster/bindings/go"
)

func ExampleOpen() {
	c, err := rediscluster.Open(rediscluster.Config{
		URLs:    []string{"redis://10.0.0.1:6379", "redis://10.0.0.2:6379"},
		HashTag: "keep",
		Timeout: 2 * time.Second,
	})
	if err != nil {
		log.Fatal(err)
	}
	defer c.Close()

	node, err := c.NodeFor("cart:{42}")
	fmt.Println(node.Alias, err)
	// Output: node_1 <nil>
}

func ExampleAs() {
	ctx := context.Background()
	c, err := rediscluster.Open(os.Getenv("REDISCLUSTER_CONFIG"))
	if err != nil {
		log.Fatal(err)
	}
	defer c.Close()

	type user struct {
		Name string `redis:"name"`
		Age  int    `redis:"age"`
	}
	if _, err := c.Do(ctx, "HSET", "user:1", "name", "Ada", "age", 36); err != nil {
		log.Fatal(err)
	}
	ada, err := rediscluster.As[user](c.Do(ctx, "HGETALL", "user:1"))
	fmt.Printf("%+v %v\n", ada, err)

	_, err = rediscluster.As[string](c.Do(ctx, "GET", "no such key"))
	fmt.Println(errors.Is(err, rediscluster.Nil))
	// Output:
	// {Name:Ada Age:36} <nil>
	// true
}

func ExampleClient_Scan() {
	ctx := context.Background()
	c, err := rediscluster.Open(os.Getenv("REDISCLUSTER_CONFIG"))
	if err != nil {
		log.Fatal(err)
	}
	defer c.Close()

	if _, err := c.Do(ctx, "MSET", "fruit:apple", 1, "fruit:pear", 2, "fruit:plum", 3); err != nil {
		log.Fatal(err)
	}
	var fruits []string
	c.Scan(ctx, "MATCH", "fruit:*")(func(key string, err error) bool {
		if err != nil {
			log.Fatal(err)
		}
		fruits = append(fruits, key)
		return true
	})
	sort.Strings(fruits)
	fmt.Println(fruits)
	// Output: [fruit:apple fruit:pear fruit:plum]
}

func ExampleClient_Watch() {
	ctx := context.Background()
	c, err := rediscluster.Open(os.Getenv("REDISCLUSTER_CONFIG"))
	if err != nil {
		log.Fatal(err)
	}
	defer c.Close()

	if _, err := c.DoMulti(ctx, []any{"SET", "balance:a{bank}", 100}, []any{"SET", "balance:b{bank}", 0}); err != nil {
		log.Fatal(err)
	}
	transfer := func(tx *rediscluster.Tx) error {
		balance, err := rediscluster.As[int](tx.Do(ctx, "GET", "balance:a{bank}"))
		if err != nil {
			return err
		}
		if balance < 30 {
			return errors.New("not enough")
		}
		_, err = tx.Exec(ctx, func(p *rediscluster.Pipeline) error {
			p.Add("DECRBY", "balance:a{bank}", 30)
			p.Add("INCRBY", "balance:b{bank}", 30)
			return nil
		})
		return err
	}
	for {
		if err = c.Watch(ctx, transfer, "balance:a{bank}"); !errors.Is(err, rediscluster.ErrConflict) {
			break
		}
	}
	balances, _ := rediscluster.As[[]int](c.Do(ctx, "MGET", "balance:a{bank}", "balance:b{bank}"))
	fmt.Println(balances, err)
	// Output: [70 30] <nil>
}

func ExampleClient_Subscribe() {
	ctx := context.Background()
	c, err := rediscluster.Open(os.Getenv("REDISCLUSTER_CONFIG"))
	if err != nil {
		log.Fatal(err)
	}
	defer c.Close()

	s, err := c.Subscribe(ctx, "news")
	if err != nil {
		log.Fatal(err)
	}
	defer s.Close()
	if _, err := c.Do(ctx, "PUBLISH", "news", "hello"); err != nil {
		log.Fatal(err)
	}
	message := <-s.Messages()
	fmt.Println(message.Channel, message.Payload)
	// Output: news hello
}
