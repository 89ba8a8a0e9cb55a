// The service of ../main.go with go-redis, on one server.
//
//	REDIS_URL=redis://127.0.0.1:6379 go run ./goredis
package main

import (
	"context"
	"errors"
	"fmt"
	"log"
	"os"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
)

func main() {
	if err := run(context.Background()); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context) error {
	options, err := redis.ParseURL(os.Getenv("REDIS_URL"))
	if err != nil {
		return err
	}
	c := redis.NewClient(options)
	defer c.Close()
	messages := c.Subscribe(ctx, "log")
	defer messages.Close()
	if _, err := messages.Receive(ctx); err != nil {
		return err
	}

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

	if err := c.RPush(ctx, "jobs", "resize", "send", "stop").Err(); err != nil {
		return err
	}
	if err := work(ctx, c); err != nil {
		return err
	}
	for range 2 {
		fmt.Println("log:", (<-messages.Channel()).Payload)
	}
	done, err := c.HGetAll(ctx, "done").Result()
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

	if err := c.MSet(ctx, "{bank}ann", 100, "{bank}bob", 0).Err(); err != nil {
		return err
	}
	for range 2 {
		moved, err := transfer(ctx, c, "{bank}ann", "{bank}bob", 70)
		if err != nil {
			return err
		}
		fmt.Println("transfer", moved)
	}
	balances, err := c.MGet(ctx, "{bank}ann", "{bank}bob").Result()
	if err != nil {
		return err
	}
	fmt.Println("balances", balances)

	pages, scan := 0, c.Scan(ctx, 0, "page:*", 0).Iterator()
	for scan.Next(ctx) {
		pages++
	}
	if err := scan.Err(); err != nil {
		return err
	}
	fmt.Println(pages, "pages")
	info, err := c.Info(ctx, "server").Result()
	if err != nil {
		return err
	}
	fmt.Println(strings.Contains(info, "redis_mode:standalone"))
	return nil
}

// isAllowed counts a call of a user in a window of a minute.
func isAllowed(ctx context.Context, c *redis.Client, user string, limit int) (bool, error) {
	key := "rate:" + user
	p := c.Pipeline()
	p.SetNX(ctx, key, 0, time.Minute)
	calls := p.Incr(ctx, key)
	_, err := p.Exec(ctx)
	return calls.Val() <= int64(limit), err
}

// work takes jobs until one says stop.
func work(ctx context.Context, c *redis.Client) error {
	for {
		job, err := c.BLPop(ctx, time.Second, "jobs").Result()
		if errors.Is(err, redis.Nil) || err == nil && job[1] == "stop" {
			return nil
		}
		if err != nil {
			return err
		}
		p := c.Pipeline()
		p.HIncrBy(ctx, "done", job[1], 1)
		p.Publish(ctx, "log", "done: "+job[1])
		if _, err := p.Exec(ctx); err != nil {
			return err
		}
	}
}

func cached(ctx context.Context, c *redis.Client, key string, make func() string) (string, error) {
	value, err := c.Get(ctx, key).Result()
	if errors.Is(err, redis.Nil) {
		value = make()
		return "miss " + value, c.Set(ctx, key, value, time.Minute).Err()
	}
	return "hit " + value, err
}

// transfer moves an amount, unless the balance is too small. Another change of it meanwhile makes it try again.
func transfer(ctx context.Context, c *redis.Client, from, to string, amount int) (bool, error) {
	for {
		moved := false
		err := c.Watch(ctx, func(tx *redis.Tx) error {
			balance, err := tx.Get(ctx, from).Int()
			if err != nil || balance < amount {
				return err
			}
			moved = true
			_, err = tx.TxPipelined(ctx, func(p redis.Pipeliner) error {
				p.DecrBy(ctx, from, int64(amount))
				p.IncrBy(ctx, to, int64(amount))
				return nil
			})
			return err
		}, from)
		if !errors.Is(err, redis.TxFailedErr) {
			return moved && err == nil, err
		}
	}
}
