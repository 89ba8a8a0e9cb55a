package rediscluster_test

import (
	"bufio"
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"hash/crc32"
	"math/rand"
	"os"
	"strconv"
	"strings"
	"testing"

	rediscluster "github.com/rediscluster/rediscluster/bindings/go"
)

const vectors = "../../tests/conformance/partition.txt"

// Every language runs these cases: a key, hash_tag and the number of nodes, then the key that is sent and its node.
func TestNodeForMatchesTheConformanceVectors(t *testing.T) {
	file, err := os.Open(vectors)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	clients, rows := map[string]*rediscluster.Client{}, 0
	for lines := bufio.NewScanner(file); lines.Scan(); {
		field := strings.Split(lines.Text(), " ")
		if strings.HasPrefix(field[0], "#") || len(field) < 5 {
			continue
		}
		rows++
		pins := ""
		if len(field) > 5 {
			pins = field[5]
		}
		setup := field[1] + " " + field[2] + " " + pins
		if clients[setup] == nil {
			clients[setup] = openUnconnected(t, field[1], field[2], pins)
		}
		node, err := clients[setup].NodeFor(string(vectorBytes(t, field[0])))
		if field[3] == "refused" {
			if !errors.Is(err, rediscluster.ErrRequest) || !strings.Contains(err.Error(), "has a hash tag; set hash_tag") {
				t.Errorf("%.200s: %s %.80q %v", lines.Text(), node.Alias, node.Key, err)
			}
			continue
		}
		if err != nil || node.Alias != "node_"+field[4] || node.Key != string(vectorBytes(t, field[3])) {
			t.Errorf("%.200s: %s %.80q %v", lines.Text(), node.Alias, node.Key, err)
		}
	}
	if rows < 2000 {
		t.Errorf("%s has only %d rows", vectors, rows)
	}
}

// openUnconnected returns a client of nodes that do not have to exist.
func openUnconnected(t *testing.T, hashTag, nodes, pins string) *rediscluster.Client {
	count, err := strconv.Atoi(nodes)
	if err != nil {
		t.Fatal(err)
	}
	c := config{Nodes: map[string]map[string]any{}, options: map[string]any{}}
	if hashTag != "unset" {
		c.options["hash_tag"] = hashTag
	}
	if pins != "" {
		rules := map[string]string{}
		for _, pin := range strings.Split(pins, ",") {
			pattern, node, _ := strings.Cut(pin, "=")
			rules[string(vectorBytes(t, pattern))] = "node_" + node
		}
		c.options["pin"] = rules
	}
	for i := 1; i <= count; i++ {
		c.Nodes[fmt.Sprintf("node_%d", i)] = map[string]any{"host": "127.0.0.1", "port": i}
	}
	return c.open(t)
}

// vectorBytes parses bytes in hex, repeat:HEX:COUNT, or - for no bytes.
func vectorBytes(t *testing.T, text string) []byte {
	if text == "-" {
		return nil
	}
	count := 1
	if field := strings.Split(text, ":"); field[0] == "repeat" {
		text = field[1]
		count, _ = strconv.Atoi(field[2])
	}
	b, err := hex.DecodeString(text)
	if err != nil {
		t.Fatal(text, err)
	}
	return bytes.Repeat(b, count)
}

func TestPartitionIsCRC32ModuloMasters(t *testing.T) {
	random := rand.New(rand.NewSource(20))
	for i := 0; i < 100_000; i++ {
		key := make([]byte, random.Intn(64))
		random.Read(key)
		masters := 1 + random.Intn(1024)
		if got, want := rediscluster.Partition(string(key), masters), int(crc32.ChecksumIEEE(key)%uint32(masters))+1; got != want {
			t.Fatalf("%q of %d masters: node %d, want %d", key, masters, got, want)
		}
	}
}

func TestPartitionReturnsZeroWithoutMasters(t *testing.T) {
	for _, masters := range []int{0, -1, -1 << 40, 1 << 40} {
		if got := rediscluster.Partition("key", masters); got != 0 {
			t.Errorf("%d masters: node %d", masters, got)
		}
	}
	if got := rediscluster.Partition("", 5); got != 1 {
		t.Errorf("the empty key: node %d", got)
	}
}
