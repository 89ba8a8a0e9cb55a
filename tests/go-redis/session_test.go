// Package goredis tests that go-redis, a client for one server, works on sessions in place of sockets.
package goredis

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"sync"
	"testing"

	"github.com/redis/go-redis/v9"
	rediscluster "github.com/rediscluster/rediscluster/bindings/go"
)

var ctx = context.Background()

// openGoRedis returns a go-redis client for which every connection is a session. All servers are flushed.
func openGoRedis(t *testing.T, protocol int) *redis.Client {
	t.Helper()
	config := os.Getenv("REDISCLUSTER_CONFIG")
	if config == "" {
		t.Fatal("no servers in REDISCLUSTER_CONFIG: run scripts/with-redis 3 -- go test ./...")
	}
	c, err := rediscluster.Open(config)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Each(ctx, "FLUSHALL"); err != nil {
		t.Fatal(err)
	}
	r := redis.NewClient(&redis.Options{
		Protocol: protocol,
		Dialer: func(ctx context.Context, _, _ string) (net.Conn, error) {
			s, err := c.Session(ctx)
			if err != nil {
				return nil, err
			}
			return s.Conn(), nil
		},
	})
	t.Cleanup(func() {
		r.Close()
		c.Close()
	})
	return r
}

func TestGoRedisRunsCommands(t *testing.T) {
	for _, protocol := range []int{2, 3} {
		r := openGoRedis(t, protocol)
		var all sync.WaitGroup
		for i := 0; i < 20; i++ {
			all.Add(1)
			go func(key string) {
				defer all.Done()
				if err := r.Set(ctx, key, key, 0).Err(); err != nil {
					t.Error(err)
				}
				if got, err := r.Get(ctx, key).Result(); got != key || err != nil {
					t.Error(got, err)
				}
			}(fmt.Sprint("key", i))
		}
		all.Wait()
		if size, err := r.DBSize(ctx).Result(); size != 20 || err != nil {
			t.Error(size, err)
		}
		if values, err := r.MGet(ctx, "key1", "key2", "none").Result(); fmt.Sprint(values) != "[key1 key2 <nil>]" || err != nil {
			t.Error(values, err)
		}
		if _, err := r.Get(ctx, "none").Result(); err != redis.Nil {
			t.Error(err)
		}
	}
}

func TestGoRedisRunsTransactions(t *testing.T) {
	r := openGoRedis(t, 2)
	replies, err := r.TxPipelined(ctx, func(p redis.Pipeliner) error {
		p.Set(ctx, "a{x}", 1, 0)
		p.IncrBy(ctx, "a{x}", 41)
		return nil
	})
	if err != nil || replies[1].(*redis.IntCmd).Val() != 42 {
		t.Error(replies, err)
	}
	increment := func(beforeExec func()) error {
		return r.Watch(ctx, func(tx *redis.Tx) error {
			number, err := tx.Get(ctx, "a{x}").Int()
			if err != nil {
				return err
			}
			beforeExec()
			_, err = tx.TxPipelined(ctx, func(p redis.Pipeliner) error {
				p.Set(ctx, "a{x}", number+1, 0)
				return nil
			})
			return err
		}, "a{x}")
	}
	if err := increment(func() {}); err != nil {
		t.Error(err)
	}
	if err := increment(func() { r.Set(ctx, "a{x}", 100, 0) }); !errors.Is(err, redis.TxFailedErr) {
		t.Error("EXEC after another client changed the key:", err)
	}
	if got, err := r.Get(ctx, "a{x}").Int(); got != 100 || err != nil {
		t.Error(got, err)
	}
}

func TestGoRedisReceivesMessages(t *testing.T) {
	r := openGoRedis(t, 2)
	messages := r.Subscribe(ctx, "one", "two", "three")
	defer messages.Close()
	for range [3]int{} {
		if _, err := messages.Receive(ctx); err != nil {
			t.Fatal(err)
		}
	}
	channel := messages.Channel()
	for _, name := range []string{"one", "two", "three"} {
		if count, err := r.Publish(ctx, name, "hello").Result(); count != 1 || err != nil {
			t.Error(count, err)
		}
		if message := <-channel; message.Channel != name || message.Payload != "hello" {
			t.Error(message)
		}
	}
	if err := messages.PSubscribe(ctx, "f*"); err != nil {
		t.Fatal(err)
	}
	// Channel does not report confirmations, so publish until a subscriber receives the message.
	for received := false; !received; {
		if count, err := r.Publish(ctx, "four", "hello").Result(); err != nil {
			t.Fatal(err)
		} else if received = count > 0; received {
			if message := <-channel; message.Pattern != "f*" || message.Channel != "four" {
				t.Error(message)
			}
		}
	}
}
