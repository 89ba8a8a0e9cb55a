// Compares the Go binding with go-redis and rueidis, which find the node of a key by the rule of the library. Prints samples for
// benches/table.awk.
package main

import (
	"context"
	"fmt"
	"log"
)

var ctx = context.Background()

// A client is one of those that are compared. Values are the strings that a server stores.
type client interface {
	get(key string) string
	set(key, value string)
	mget(keys []string) []string
	pipeline(keys []string) []string // a GET for each
}

// A peer is compared with the library.
type peer struct {
	name string
	client
	// What is asked of the library: with one goroutine, and with many.
	alone, together string
}

// A workload is a kind of call. Call n of a goroutine is different from its other calls.
type workload struct {
	name string
	call func(c client, keys []string, n int)
	cost int // in GETs, roughly
}

const length = 100 // of MGET and of pipelines

var workloads = []workload{
	{"GET", func(c client, keys []string, n int) { c.get(keys[n%len(keys)]) }, 1},
	{"9:1 GET/SET", func(c client, keys []string, n int) {
		if key := keys[n%len(keys)]; n%10 == 0 {
			c.set(key, "written")
		} else {
			c.get(key)
		}
	}, 1},
	{"MGET 100", func(c client, keys []string, n int) { c.mget(slice(keys, n)) }, 20},
	{"pipeline of 100", func(c client, keys []string, n int) { c.pipeline(slice(keys, n)) }, 40},
}

// slice returns the nth group of keys.
func slice(keys []string, n int) []string {
	first := n * length % len(keys)
	return keys[first : first+length]
}

func main() {
	log.SetFlags(0)
	log.SetPrefix("bench: ")
	cluster := openCluster()
	ours, ring := library{cluster}, openRing()
	peers := []peer{
		{"Ring", ring, "ratio <= 1.05 ~", "speed >= 3.00"},
		{"AutoPipeline per node", openAutoPipelines(), "-", "-"},
		{"rueidis per node", openRueidis(), "-", "ratio <= 1.00 ~"},
	}
	keys := storeKeys(ring, 10000)
	for _, w := range workloads {
		for _, goroutines := range []int{1, 64, 512, 4096} {
			compare(comparison{w, goroutines, keys, ours, peers})
		}
	}
	adapter := openAdapter(cluster)
	adapters := []peer{{"Ring", ring, "-", "-"}, {"goredis, AutoPipeline", adapter.autoPipeline(), "-", "-"}}
	for _, goroutines := range []int{1, 64, 512} {
		w := workloads[0]
		w.name = "goredis, " + w.name
		compare(comparison{w, goroutines, keys, adapter, adapters})
	}
}

// storeKeys sets count keys to values of 32 bytes and returns the keys.
func storeKeys(c client, count int) []string {
	keys := make([]string, count)
	for at := range keys {
		keys[at] = fmt.Sprintf("go:%d", at)
		c.set(keys[at], fmt.Sprintf("%-32s", keys[at]))
	}
	return keys
}

func must[T any](value T, err error) T {
	if err != nil {
		log.Fatal(err)
	}
	return value
}
