// Compares the Go binding with the Ring of go-redis, which hashes keys to servers like the library here. Prints samples for
// benches/table.awk.
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
	ours, peer := openLibrary(), openRing()
	keys := storeKeys(peer, 10000)

	compareGet("Go: GET, 1 goroutine, go-redis Ring", ours, peer, keys[:100], 1, 2000)
	for _, goroutines := range []int{64, 512, 4096} {
		name := fmt.Sprintf("Go: GET, %d goroutines, go-redis Ring", goroutines)
		compareGet(name, ours, peer, keys[:100], goroutines, 20000)
	}
	for _, count := range []int{100, 10000} {
		compareMGet(ours, peer, keys[:count], max(3, 30000/count))
	}
}

func compareGet(name string, ours library, peer ring, keys []string, goroutines, calls int) {
	compare(comparison{
		name:  name,
		calls: calls,
		ours:  inGoroutines(goroutines, calls, keys, ours.get),
		peer:  inGoroutines(goroutines, calls, keys, peer.get),
		equal: func() bool { return equal(ours.get(keys[0]), peer.get(keys[0])) },
	})
}

func compareMGet(ours library, peer ring, keys []string, repeats int) {
	compare(comparison{
		name:  fmt.Sprintf("Go: MGET %d keys, Ring's pipeline", len(keys)),
		calls: repeats,
		ours:  repeat(repeats, func() { ours.mget(keys) }),
		peer:  repeat(repeats, func() { peer.mget(keys) }),
		equal: func() bool { return equal(ours.mget(keys), peer.mget(keys)) },
	})
}
