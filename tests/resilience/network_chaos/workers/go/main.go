// worker FIFOS THREADS: the worker of some goroutines. worker.c describes what they read and write.
package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"

	rediscluster "github.com/rediscluster/rediscluster/bindings/go"
)

func main() {
	client, err := rediscluster.Open(os.Getenv("REDISCLUSTER_CONFIG"))
	check(err)
	defer client.Close()
	threads, err := strconv.Atoi(os.Args[2])
	check(err)
	var all sync.WaitGroup
	for i := 0; i < threads; i++ {
		all.Add(1)
		go func(i int) {
			defer all.Done()
			work(client, fmt.Sprintf("%s.%d", os.Args[1], i))
		}(i)
	}
	all.Wait()
}

func work(client *rediscluster.Client, fifos string) {
	in, err := os.Open(fifos + ".in")
	check(err)
	out, err := os.OpenFile(fifos+".out", os.O_WRONLY, 0)
	check(err)
	for lines := bufio.NewScanner(in); lines.Scan(); {
		words := strings.Fields(lines.Text())
		deadline, err := strconv.Atoi(words[0])
		check(err)
		args := make([]any, 0, len(words))
		for _, word := range words[1:] {
			args = append(args, word)
		}
		_, err = out.WriteString(run(client, time.Duration(deadline)*time.Millisecond, args))
		check(err)
	}
}

func run(client *rediscluster.Client, deadline time.Duration, args []any) string {
	ctx := context.Background()
	if deadline > 0 {
		limited, cancel := context.WithTimeout(ctx, deadline)
		defer cancel()
		ctx = limited
	}
	start := time.Now()
	value, err := client.Do(ctx, args...)
	took := time.Since(start).Microseconds()
	var reply rediscluster.ServerError
	var failure *rediscluster.Error
	switch {
	case errors.As(err, &reply):
		return fmt.Sprintf("e 1 %d %s\n", took, reply)
	case errors.As(err, &failure):
		executed := 0
		if failure.Executed {
			executed = 1
		}
		return fmt.Sprintf("f %d %d %s\n", executed, took, failure.Message)
	case err != nil: // the context was done before the call
		return fmt.Sprintf("f 0 %d %v\n", took, err)
	}
	return fmt.Sprintf("v 1 %d %s\n", took, text(value))
}

func text(value rediscluster.Value) string {
	if value.IsNil() {
		return "(nil)"
	}
	if value.Type() == rediscluster.TypeArray {
		elements, err := value.Array()
		check(err)
		texts := make([]string, len(elements))
		for i, element := range elements {
			texts[i] = text(element)
		}
		return strings.Join(texts, " ")
	}
	return value.String()
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
