package main

import (
	"hash/crc32"
	"os"
	"strings"
	"sync"
)

func addresses() []string {
	var addresses []string
	for _, port := range strings.Fields(os.Getenv("REDISCLUSTER_PORTS")) {
		addresses = append(addresses, "127.0.0.1:"+port)
	}
	return addresses
}

// perNode has a client for each node, and finds the node of a key like the library.
type perNode[C any] []C

func (nodes perNode[C]) at(key string) int {
	return int(crc32.ChecksumIEEE([]byte(key)) % uint32(len(nodes)))
}

func (nodes perNode[C]) of(key string) C { return nodes[nodes.at(key)] }

// split calls read for each node at the same time, with those of the keys that are there, and returns the values in the order of the keys.
func (nodes perNode[C]) split(keys []string, read func(node C, keys []string) []string) []string {
	parts, positions := make([][]string, len(nodes)), make([][]int, len(nodes))
	for position, key := range keys {
		at := nodes.at(key)
		parts[at], positions[at] = append(parts[at], key), append(positions[at], position)
	}
	values := make([]string, len(keys))
	var all sync.WaitGroup
	for at, part := range parts {
		if len(part) > 0 {
			all.Go(func() {
				for n, value := range read(nodes[at], part) {
					values[positions[at][n]] = value
				}
			})
		}
	}
	all.Wait()
	return values
}
