// A small service over all nodes, with a hash_tag of "keep". goredis/main.go is the same for one server, with go-redis.
//
//	REDISCLUSTER_CONFIG=… go run .
package main

import (
	"context"
	"errors"
	"fmt"
	"log"
	"os"
	"strings"
	"time"

	rediscluster "github.com/rediscluster/rediscluster/bindings/go"
)

func main() {
	if err := run(context.Background()); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context) error {
	c, err := rediscluster.Open(os.Getenv("REDISCLUSTER_CONFIG"))
	if err != nil {
		return err
	}
	defer c.Close()
	messages, err := c.Subscribe(ctx, "log")
	if err != nil {
		return err
	}
	defer messages.Close()

	allowed := 0
	for range 5 {
		ok, err := isAllowed(ctx, c, "ann", 3)
		if err != nil {
			return err
		}
		if ok {
			allowed++
		}
	}
	fmt.Printf("allowed %d of 5 calls\n", allowed)

	if _, err := c.Do(ctx, "RPUSH", "jobs", "resize", "send", "stop"); err != nil {
		return err
	}
	if err := work(ctx, c); err != nil {
		return err
	}
	for range 2 {
		fmt.Println("log:", (<-messages.Messages()).Payload)
	}
	done, err := rediscluster.As[map[string]int](c.Do(ctx, "HGETALL", "done"))
	if err != nil {
		return err
	}
	fmt.Println(done)

	for range 2 {
		page, err := cached(ctx, c, "page:1", func() string { return "<html>" })
		if err != nil {
			return err
		}
		fmt.Println(page)
	}

	if _, err := c.Do(ctx, "MSET", "{bank}ann", 100, "{bank}bob", 0); err != nil {
		return err
	}
	for range 2 {
		moved, err := transfer(ctx, c, "{bank}ann", "{bank}bob", 70)
		if err != nil {
			return err
		}
		fmt.Println("transfer", moved)
	}
	balances, err := rediscluster.As[[]int](c.Do(ctx, "MGET", "{bank}ann", "{bank}bob"))
	if err != nil {
		return err
	}
	fmt.Println("balances", balances)

	pages := 0
	for _, err := range c.Scan(ctx, "MATCH", "page:*") {
		if err != nil {
			return err
		}
		pages++
	}
	fmt.Println(pages, "pages")
	info, err := rediscluster.As[string](c.Do(ctx, "INFO", "server"))
	if err != nil {
		return err
	}
	fmt.Println(strings.Contains(info, "redis_mode:standalone"))
	return nil
}

// isAllowed counts a call of a user in a window of a minute.
func isAllowed(ctx context.Context, c *rediscluster.Client, user string, limit int) (bool, error) {
	key := "rate:" + user
	results, err := c.DoMulti(ctx, []any{"SET", key, 0, "EX", time.Minute, "NX"}, []any{"INCR", key})
	if err != nil {
		return false, err
	}
	calls, err := results[1].Value.Int64()
	return calls <= int64(limit), err
}

// work takes jobs until one says stop.
func work(ctx context.Context, c *rediscluster.Client) error {
	for {
		job, err := rediscluster.As[[]string](c.Do(ctx, "BLPOP", "jobs", time.Second))
		if errors.Is(err, rediscluster.Nil) || err == nil && job[1] == "stop" {
			return nil
		}
		if err != nil {
			return err
		}
		if _, err := c.DoMulti(ctx, []any{"HINCRBY", "done", job[1], 1}, []any{"PUBLISH", "log", "done: " + job[1]}); err != nil {
			return err
		}
	}
}

func cached(ctx context.Context, c *rediscluster.Client, key string, make func() string) (string, error) {
	value, err := rediscluster.As[string](c.Do(ctx, "GET", key))
	if errors.Is(err, rediscluster.Nil) {
		value = make()
		_, err := c.Do(ctx, "SET", key, value, "EX", time.Minute)
		return "miss " + value, err
	}
	return "hit " + value, err
}

// transfer moves an amount, unless the balance is too small. Another change of it meanwhile makes it try again.
func transfer(ctx context.Context, c *rediscluster.Client, from, to string, amount int) (bool, error) {
	for {
		moved := false
		err := c.Watch(ctx, func(tx *rediscluster.Tx) error {
			balance, err := rediscluster.As[int](tx.Do(ctx, "GET", from))
			if err != nil || balance < amount {
				return err
			}
			moved = true
			_, err = tx.Exec(ctx, func(p *rediscluster.Pipeline) error {
				p.Add("DECRBY", from, amount)
				p.Add("INCRBY", to, amount)
				return nil
			})
			return err
		}, from)
		if !errors.Is(err, rediscluster.ErrConflict) {
			return moved && err == nil, err
		}
	}
}
