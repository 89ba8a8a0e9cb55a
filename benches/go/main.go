// Measures the Go binding beside go-redis' Ring, which is given our rule for its keys; prints lines of samples that
// benches/table.awk reads.
package main

import (
	"context"
	"fmt"
	"log"
)

var ctx = context.Background()

func main() {
	log.SetFlags(0)
	log.SetPrefix("bench: ")
	ours, peer := openOurs(), openRing()
	keys := store(peer, 10000)

	get(ours, peer, keys[:100], 1, 2000)
	get(ours, peer, keys[:100], 64, 20000)
	for _, count := range []int{100, 10000} {
		mget(ours, peer, keys[:count], max(3, 30000/count))
	}
}

func get(ours our, peer ring, keys []string, goroutines, calls int) {
	compare(comparison{
		name:  fmt.Sprintf("Go: GET, %d at once, go-redis Ring", goroutines),
		calls: calls,
		ours:  inGoroutines(goroutines, calls, keys, ours.get),
		peer:  inGoroutines(goroutines, calls, keys, peer.get),
		equal: func() bool { return equal(ours.get(keys[0]), peer.get(keys[0])) },
	})
}

func mget(ours our, peer ring, keys []string, repeats int) {
	compare(comparison{
		name:  fmt.Sprintf("Go: MGET %d keys, Ring's pipeline", len(keys)),
		calls: repeats,
		ours:  repeated(repeats, func() { ours.mget(keys) }),
		peer:  repeated(repeats, func() { peer.mget(keys) }),
		equal: func() bool { return equal(ours.mget(keys), peer.mget(keys)) },
	})
}
