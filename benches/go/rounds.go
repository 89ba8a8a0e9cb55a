package main

import (
	"fmt"
	"log"
	"os"
	"slices"
	"strings"
	"sync"
	"time"
)

// A comparison runs ours and the peer's in turn; each makes that many calls when it is run.
type comparison struct {
	name       string
	calls      int
	ours, peer func()
	equal      func() bool // whether both read the same; asked before anything is timed
}

func compare(c comparison) {
	if !c.equal() {
		log.Fatalf("%s: ours and the peer read different values", c.name)
	}
	c.ours()
	c.peer()
	rounds := 31
	if os.Getenv("BENCH_QUICK") != "" {
		rounds = 5
	}
	var ours, peer []string
	for range rounds {
		ours = append(ours, c.sample(c.ours))
		peer = append(peer, c.sample(c.peer))
	}
	fmt.Printf("%s\tus\t-\t%s\t%s\n", c.name, strings.Join(ours, " "), strings.Join(peer, " "))
}

// sample answers microseconds a call.
func (c comparison) sample(side func()) string {
	start := time.Now()
	side()
	return fmt.Sprintf("%.3f", float64(time.Since(start).Nanoseconds())/1000/float64(c.calls))
}

func repeated(times int, call func()) func() {
	return func() {
		for range times {
			call()
		}
	}
}

// inGoroutines reads keys in turn, the calls shared evenly among the goroutines.
func inGoroutines(goroutines, calls int, keys []string, get func(key string) []string) func() {
	return func() {
		var all sync.WaitGroup
		for first := range goroutines {
			all.Add(1)
			go func() {
				defer all.Done()
				for at := first; at < calls; at += goroutines {
					get(keys[at%len(keys)])
				}
			}()
		}
		all.Wait()
	}
}

func equal(a, b []string) bool { return len(a) > 0 && slices.Equal(a, b) }
