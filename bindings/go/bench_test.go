package rediscluster_test

import (
	"fmt"
	"testing"

	rediscluster "github.com/rediscluster/rediscluster/bindings/go"
)

// Run with scripts/with-redis 3 -- go test -run '^$' -bench . -benchmem

func BenchmarkGet(b *testing.B) {
	c := openEmpty(b)
	do(b, c, "SET", "foo", "bar")
	b.ReportAllocs()
	b.ResetTimer()
	for i := 0; i < b.N; i++ {
		if _, err := c.Do(ctx, "GET", "foo"); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkGetFromManyGoroutines(b *testing.B) {
	b.Run("batched", func(b *testing.B) { benchmarkGetFromManyGoroutines(b) })
	b.Run("unbatched", func(b *testing.B) { benchmarkGetFromManyGoroutines(b, rediscluster.WithoutBatching()) })
}

func benchmarkGetFromManyGoroutines(b *testing.B, options ...rediscluster.Option) {
	do(b, openEmpty(b), "SET", "foo", "bar")
	c, err := rediscluster.Open(servers(b, 3).String(), options...)
	if err != nil {
		b.Fatal(err)
	}
	defer c.Close()
	b.SetParallelism(64)
	b.ReportAllocs()
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if _, err := c.Do(ctx, "GET", "foo"); err != nil {
				b.Error(err)
				return
			}
		}
	})
}

func BenchmarkPipelineOf1000(b *testing.B) {
	c := openEmpty(b)
	p := c.Pipeline()
	b.ReportAllocs()
	b.ResetTimer()
	for i := 0; i < b.N; i++ {
		for k := 0; k < 1000; k++ {
			p.Add("GET", k)
		}
		if _, err := p.Exec(ctx); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkMGetOf100(b *testing.B) {
	c := openEmpty(b)
	command := []any{"MGET"}
	for i := 0; i < 100; i++ {
		command = append(command, fmt.Sprint("key:", i))
	}
	b.ReportAllocs()
	b.ResetTimer()
	for i := 0; i < b.N; i++ {
		if _, err := c.Do(ctx, command...); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkLRangeOf100000(b *testing.B) {
	c := openEmpty(b)
	fillList(b, c, "list", 100_000)
	b.ReportAllocs()
	b.ResetTimer()
	for i := 0; i < b.N; i++ {
		if _, err := c.Do(ctx, "LRANGE", "list", 0, -1); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkNodeFor(b *testing.B) {
	c := openEmpty(b)
	for i := 0; i < b.N; i++ {
		if _, err := c.NodeFor("bar{foo}"); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkPartition(b *testing.B) {
	for i := 0; i < b.N; i++ {
		rediscluster.Partition("foobarfoobar", 4)
	}
}
