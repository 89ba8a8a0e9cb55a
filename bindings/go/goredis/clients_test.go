package goredis_test

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	rediscluster "github.com/rediscluster/rediscluster/bindings/go"
	"github.com/rediscluster/rediscluster/bindings/go/goredis"
)

func TestTheClientRunsCommands(t *testing.T) {
	for _, protocol := range []int{2, 3} {
		r := open(t, &redis.Options{Protocol: protocol})
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

func TestTheClientRunsTransactions(t *testing.T) {
	r := open(t, nil)
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

func TestTheClientReceivesMessages(t *testing.T) {
	r := open(t, nil)
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

func TestOptionsWithoutEffectAreRefused(t *testing.T) {
	cluster := openCluster(t)
	dialer := func(context.Context, string, string) (net.Conn, error) { panic("not called") }
	for _, options := range []*redis.Options{{Dialer: dialer}, {TLSConfig: &tls.Config{}}, {ClientSideCacheConfig: &redis.ClientSideCacheConfig{}}} {
		r := goredis.New(cluster, options)
		defer r.Close()
		if err := r.Ping(ctx).Err(); !errors.Is(err, rediscluster.ErrConfig) {
			t.Error(err)
		}
		if _, err := r.Pipelined(ctx, func(p redis.Pipeliner) error { return p.Ping(ctx).Err() }); !errors.Is(err, rediscluster.ErrConfig) {
			t.Error(err)
		}
		if _, err := r.Subscribe(ctx, "a").Receive(ctx); !errors.Is(err, rediscluster.ErrConfig) {
			t.Error(err)
		}
	}
}

func TestOptionsOfTheCallerAreNotChanged(t *testing.T) {
	options := redis.Options{Addr: "example.org:1", Network: "tcp", DB: 1}
	r := open(t, &options)
	if options.Addr != "example.org:1" || options.Dialer != nil || options.MaxRetries != 0 {
		t.Errorf("%+v", options)
	}
	if err := r.Set(ctx, "a", 1, 0).Err(); err != nil {
		t.Error(err)
	}
	other := goredis.New(openClusterWithItsKeys(t), nil)
	defer other.Close()
	if size, err := other.DBSize(ctx).Result(); size != 0 || err != nil {
		t.Error("database 0 has the keys of database 1:", size, err)
	}
}

func TestAPasswordThatTheClusterDoesNotHaveIsRefused(t *testing.T) {
	if err := open(t, &redis.Options{Username: "ann", Password: "wrong"}).Ping(ctx).Err(); err == nil {
		t.Error("no error")
	}
}

// The late element must not reach a later call.
func TestADeadlineEndsABlockedCallAndItsSession(t *testing.T) {
	r := open(t, &redis.Options{PoolSize: 1})
	short, cancel := context.WithTimeout(ctx, 20*time.Millisecond)
	defer cancel()
	err := r.BLPop(short, 0, "list").Err()
	if failure := net.Error(nil); !errors.As(err, &failure) || !failure.Timeout() {
		t.Fatal(err)
	}
	waitUntilNoneBlocks(t)
	if err := r.RPush(ctx, "list", "late").Err(); err != nil {
		t.Fatal(err)
	}
	if got, err := r.LRange(ctx, "list", 0, -1).Result(); fmt.Sprint(got) != "[late]" || err != nil {
		t.Error(got, err)
	}
}

func TestACanceledContextKeepsACommandFromBeingSent(t *testing.T) {
	r := open(t, nil)
	canceled, cancel := context.WithCancel(ctx)
	cancel()
	if err := r.Incr(canceled, "counter").Err(); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if err := r.Get(ctx, "counter").Err(); err != redis.Nil {
		t.Error(err)
	}
}

func TestCloseEndsABlockedCall(t *testing.T) {
	r := open(t, nil)
	ended := make(chan error, 1)
	go func() { ended <- r.BLPop(ctx, 0, "list").Err() }()
	waitUntilBlocked(t)
	if err := r.Close(); err != nil {
		t.Error(err)
	}
	if err := <-ended; err == nil {
		t.Error("no error")
	}
	if err := r.Ping(ctx).Err(); !errors.Is(err, redis.ErrClosed) {
		t.Error(err)
	}
}

func TestAnAutoPipelineRunsOnTheCluster(t *testing.T) {
	r := open(t, nil)
	pipeline, err := r.AutoPipeline()
	if err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	for i := range 64 {
		all.Go(func() {
			key := fmt.Sprint("key", i)
			if err := pipeline.Set(ctx, key, i, 0).Err(); err != nil {
				t.Error(err)
			}
			if got, err := pipeline.Get(ctx, key).Int(); got != i || err != nil {
				t.Error(got, err)
			}
		})
	}
	all.Wait()
}

func waitUntilBlocked(t *testing.T)    { waitUntil(t, 1) }
func waitUntilNoneBlocks(t *testing.T) { waitUntil(t, 0) }

// waitUntil waits until the nodes have that many blocked clients.
func waitUntil(t *testing.T, blocked int64) {
	t.Helper()
	cluster := openClusterWithItsKeys(t)
	for {
		results, err := cluster.Each(ctx, "INFO", "clients")
		if err != nil {
			t.Fatal(err)
		}
		sum := int64(0)
		for _, result := range results {
			text, _ := result.Value.Text()
			var count int64
			for line := range strings.Lines(text) {
				fmt.Sscanf(line, "blocked_clients:%d", &count)
			}
			sum += count
		}
		if sum == blocked {
			return
		}
	}
}
