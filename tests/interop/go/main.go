// worker write FILE | worker read FILE: sets, or compares, the keys and values of FILE (lines `key_hex value_hex`, - is
// empty) on the servers of REDISCLUSTER_CONFIG.
package main

import (
	"bufio"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	rediscluster "github.com/rediscluster/rediscluster/bindings/go"
)

const pipelineLength = 1000

type pair struct{ key, value []byte }

func main() {
	if len(os.Args) != 3 || os.Args[1] != "write" && os.Args[1] != "read" {
		fmt.Fprintln(os.Stderr, "usage: worker write|read FILE")
		os.Exit(2)
	}
	keys, err := work(os.Args[1] == "write", os.Args[2])
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Println(keys, "keys")
}

// work goes through the file, a pipeline's worth at a time, and counts the keys.
func work(write bool, name string) (keys int, err error) {
	client, err := rediscluster.Open(os.Getenv("REDISCLUSTER_CONFIG"))
	if err != nil {
		return 0, err
	}
	defer client.Close()
	file, err := os.Open(name)
	if err != nil {
		return 0, err
	}
	defer file.Close()
	for lines := bufio.NewReader(file); ; {
		pairs, err := readPairs(lines)
		if err != nil || len(pairs) == 0 {
			return keys, err
		}
		if write {
			err = set(client, pairs)
		} else {
			err = compare(client, pairs)
		}
		if err != nil {
			return keys, err
		}
		keys += len(pairs)
	}
}

func set(client *rediscluster.Client, pairs []pair) error {
	p := client.Pipeline()
	for _, pair := range pairs {
		p.Add("SET", pair.key, pair.value)
	}
	results, err := p.Exec(context.Background())
	if err != nil {
		return err
	}
	for i, result := range results {
		if result.Err != nil || result.Value.String() != "OK" {
			return fmt.Errorf("%x %v %v", pairs[i].key, result.Value, result.Err)
		}
	}
	return nil
}

func compare(client *rediscluster.Client, pairs []pair) error {
	p := client.Pipeline()
	for _, pair := range pairs {
		p.Add("GET", pair.key)
	}
	results, err := p.Exec(context.Background())
	if err != nil {
		return err
	}
	for i, result := range results {
		if result.Err != nil {
			return fmt.Errorf("%x %v", pairs[i].key, result.Err)
		}
		if value, err := result.Value.Text(); err != nil || value != string(pairs[i].value) {
			return fmt.Errorf("%x differs", pairs[i].key)
		}
	}
	return nil
}

// readPairs reads what goes into one pipeline; at the end of the file, nothing.
func readPairs(lines *bufio.Reader) (pairs []pair, err error) {
	for len(pairs) < pipelineLength {
		line, err := lines.ReadString('\n')
		if err != nil && !errors.Is(err, io.EOF) {
			return nil, err
		}
		if key, value, found := strings.Cut(strings.TrimSpace(line), " "); found {
			pair, err := decode(key, value)
			if err != nil {
				return nil, err
			}
			pairs = append(pairs, pair)
		}
		if err != nil {
			break
		}
	}
	return pairs, nil
}

func decode(key, value string) (decoded pair, err error) {
	if decoded.key, err = unhex(key); err != nil {
		return decoded, err
	}
	decoded.value, err = unhex(value)
	return decoded, err
}

func unhex(text string) ([]byte, error) {
	if text == "-" {
		return nil, nil
	}
	return hex.DecodeString(text)
}
