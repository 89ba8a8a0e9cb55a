package main

import (
	"fmt"
	"log"
	"os"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"
)

// A comparison times the library and its peers in turn.
type comparison struct {
	workload
	goroutines int
	keys       []string
	ours       client
	peers      []peer
}

// A sample is one round of one client: microseconds for each call.
type sample struct{ elapsed, processor float64 }

const (
	getsPerRound = 20000
	getsAlone    = 2000 // with one goroutine
)

func compare(c comparison) {
	keys := c.keys[:length]
	clients := []client{c.ours}
	for _, p := range c.peers {
		if !slices.Equal(p.mget(keys), c.ours.mget(keys)) || !slices.Equal(p.pipeline(keys), c.ours.pipeline(keys)) || p.get(keys[0]) != c.ours.get(keys[0]) {
			log.Fatalf("%s: the library and %s read different values", c.workload.name, p.name)
		}
		clients = append(clients, p.client)
	}
	rounds := 31
	if os.Getenv("BENCH_QUICK") != "" {
		rounds = 5
	}
	samples := make([][]sample, len(clients))
	for round := range 1 + rounds {
		for at, one := range clients {
			if s := c.run(one); round > 0 { // the first one opens connections
				samples[at] = append(samples[at], s)
			}
		}
	}
	for at, p := range c.peers {
		c.print(p, samples[0], samples[at+1])
	}
}

func (c comparison) print(p peer, ours, peers []sample) {
	name, asked := fmt.Sprintf("Go: %s, %d goroutines, %s", c.workload.name, c.goroutines, p.name), p.together
	if c.goroutines == 1 {
		name, asked = fmt.Sprintf("Go: %s, %s", c.workload.name, p.name), p.alone
	}
	elapsed := func(s sample) float64 { return s.elapsed }
	fmt.Printf("%s\tus\t%s\t%s\t%s\n", name, asked, text(ours, elapsed), text(peers, elapsed))
	if c.workload.name == "GET" {
		processor := func(s sample) float64 { return s.processor }
		fmt.Printf("%s: CPU\tus\t-\t%s\t%s\n", name, text(ours, processor), text(peers, processor))
	}
}

func text(samples []sample, value func(sample) float64) string {
	words := make([]string, len(samples))
	for at, s := range samples {
		words[at] = fmt.Sprintf("%.3f", value(s))
	}
	return strings.Join(words, " ")
}

// run makes the calls of one round, spread evenly over the goroutines.
func (c comparison) run(one client) sample {
	gets := getsPerRound
	if c.goroutines == 1 {
		gets = getsAlone
	}
	calls := max(gets/c.cost, c.goroutines)
	begin, processor := time.Now(), processorTime()
	var all sync.WaitGroup
	for first := range c.goroutines {
		all.Go(func() {
			for n := first; n < calls; n += c.goroutines {
				c.call(one, c.keys, n)
			}
		})
	}
	all.Wait()
	perCall := func(d time.Duration) float64 { return float64(d.Nanoseconds()) / 1000 / float64(calls) }
	return sample{perCall(time.Since(begin)), perCall(processorTime() - processor)}
}

// processorTime is that of this process, in user space and in the kernel.
func processorTime() time.Duration {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		log.Fatal(err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}
