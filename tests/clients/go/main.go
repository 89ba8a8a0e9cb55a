// Program go runs commands with go-redis and prints every result. Arguments: a port, the file of commands.
package main

import (
	"context"
	"fmt"
	"os"
	"sort"
	"strings"

	"github.com/redis/go-redis/v9"
)

var ctx = context.Background()

func canonical(value any, unordered bool) string {
	switch value := value.(type) {
	case []any:
		items := make([]string, len(value))
		for i, item := range value {
			items[i] = canonical(item, false)
		}
		if unordered {
			sort.Strings(items)
		}
		return "[" + strings.Join(items, ", ") + "]"
	case map[any]any:
		var items []string
		for key, item := range value {
			items = append(items, canonical(key, false)+": "+canonical(item, false))
		}
		sort.Strings(items)
		return "{" + strings.Join(items, ", ") + "}"
	case error:
		return "error " + value.Error()
	}
	return fmt.Sprintf("%#v", value)
}

func show(title string, value any, err error) {
	if err != nil {
		value = err
	}
	fmt.Println(title, "->", canonical(value, strings.HasPrefix(title, "~")))
}

func runCommands(client *redis.Conn, path string) {
	text, err := os.ReadFile(path)
	if err != nil {
		panic(err)
	}
	for _, line := range strings.Split(string(text), "\n") {
		if line == "" || line[0] == '#' {
			continue
		}
		var words []any
		for _, word := range strings.Split(strings.TrimPrefix(line, "~"), " ") {
			words = append(words, word)
		}
		value, err := client.Do(ctx, words...).Result()
		show(line, value, err)
	}
}

func transactions(client *redis.Client) {
	replies, err := client.Pipelined(ctx, func(p redis.Pipeliner) error {
		for i := 0; i < 200; i++ {
			p.Incr(ctx, fmt.Sprint("p", i%50))
		}
		p.LPush(ctx, "p1", "x")
		return nil
	})
	show("pipeline", fmt.Sprint(replies), err)
	replies, err = client.TxPipelined(ctx, func(p redis.Pipeliner) error {
		p.Set(ctx, "{t}a", 1, 0)
		p.Incr(ctx, "{t}a")
		p.HSet(ctx, "{t}h", "f", "v")
		p.HGetAll(ctx, "{t}h")
		return nil
	})
	show("MULTI", fmt.Sprint(replies), err)
	for _, change := range []bool{false, true} {
		err = client.Watch(ctx, func(tx *redis.Tx) error {
			if change {
				client.Set(ctx, "{t}a", 100, 0)
			}
			_, err := tx.TxPipelined(ctx, func(p redis.Pipeliner) error { return p.Incr(ctx, "{t}a").Err() })
			return err
		}, "{t}a")
		show("WATCH", nil, err)
	}
	script := redis.NewScript("return redis.call('INCRBY', KEYS[1], ARGV[1])")
	value, err := script.Run(ctx, client, []string{"{t}a"}, 5).Result()
	show("script", value, err)
}

func iterators(client *redis.Client) {
	var keys []any
	iterator := client.Scan(ctx, 0, "", 13).Iterator()
	for iterator.Next(ctx) {
		keys = append(keys, iterator.Val())
	}
	show("~SCAN", keys, iterator.Err())
	client.ZAdd(ctx, "z", redis.Z{Score: 1, Member: "a"}, redis.Z{Score: 2.5, Member: "b"})
	scores, err := client.ZRangeWithScores(ctx, "z", 0, -1).Result()
	show("ZRANGE", fmt.Sprint(scores), err)
	client.XAdd(ctx, &redis.XAddArgs{Stream: "x", ID: "1-1", Values: []string{"f", "v"}})
	client.XGroupCreate(ctx, "x", "group", "0")
	streams, err := client.XReadGroup(ctx, &redis.XReadGroupArgs{Group: "group", Consumer: "me", Streams: []string{"x", ">"}}).Result()
	show("XREADGROUP", fmt.Sprint(streams), err)
	size, err := client.DBSize(ctx).Result()
	show("DBSIZE", size, err)
}

func messages(client *redis.Client) {
	subscriber := client.Subscribe(ctx, "c1", "c2", "c3")
	defer subscriber.Close()
	for range 3 {
		value, err := subscriber.Receive(ctx)
		show("SUBSCRIBE", fmt.Sprint(value), err)
	}
	for _, channel := range []string{"c3", "c1", "c2"} {
		count, err := client.Publish(ctx, channel, "hello").Result()
		show("PUBLISH", count, err)
		value, err := subscriber.ReceiveMessage(ctx)
		show("message", fmt.Sprint(value), err)
	}
}

func main() {
	for _, protocol := range []int{2, 3} {
		client := redis.NewClient(&redis.Options{Addr: "127.0.0.1:" + os.Args[1], Protocol: protocol, MaxRetries: -1})
		client.FlushAll(ctx)
		client.ScriptFlush(ctx)
		connection := client.Conn()
		runCommands(connection, os.Args[2])
		connection.Close()
		transactions(client)
		iterators(client)
		messages(client)
		client.Close()
	}
}
