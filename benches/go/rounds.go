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

// A comparison times the library and its peer alternately.
type comparison struct {
	name       string
	calls      int // that ours and peer make each time they run
	ours, peer func()
	equal      func() bool // reports whether both read the same values; checked before anything is timed
}

func compare(c comparison) {
	if !c.equal() {
		log.Fatalf("%s: the library and its peer read different values", c.name)
	}
	c.ours()
	c.peer()
	rounds := 31
	if os.Getenv("BENCH_QUICK") != "" {
		rounds = 5
	}
	var ours, peer []string
	for range rounds {
		ours = append(ours, c.microsecondsPerCall(c.ours))
		peer = append(peer, c.microsecondsPerCall(c.peer))
	}
	fmt.Printf("%s\tus\t-\t%s\t%s\n", c.name, strings.Join(ours, " "), strings.Join(peer, " "))
}

// microsecondsPerCall runs side once.
func (c comparison) microsecondsPerCall(side func()) string {
	start := time.Now()
	side()
	return fmt.Sprintf("%.3f", float64(time.Since(start).Nanoseconds())/1000/float64(c.calls))
}

func repeat(times int, call func()) func() {
	return func() {
		for range times {
			call()
		}
	}
}

// inGoroutines reads the keys in rotation and distributes the calls evenly over the goroutines.
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
