// Histories records what concurrent clients see of commands across nodes, and checks with porcupine whether the sentences of
// docs/commands-across-nodes.md explain it. Servers and clients are delayed, cut off, paused and killed meanwhile, and `recover` runs.
//
//	histories [-count N] [-workload NAME] [-mode NAME] [-servers 1] [-show N]
//	histories -mutants FOLDER [-workload NAME]
//
// With one server the model is strict: every command is one step. That is the control of models and recording.
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"sort"
	"strconv"
	"sync"
	"time"

	"github.com/anishathalye/porcupine"
)

func main() {
	if len(os.Args) == 7 && os.Args[1] == "worker" {
		first, _ := strconv.Atoi(os.Args[4])
		count, _ := strconv.Atoi(os.Args[5])
		seed, _ := strconv.ParseInt(os.Args[6], 10, 64)
		if err := runWorker(os.Args[2], os.Args[3], first, count, seed); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	count := flag.Int("count", 20, "histories of each workload and mode")
	only := flag.String("workload", "", "the only workload, such as LMOVE")
	onlyMode := flag.String("mode", "", "the only mode: calm, recover, delays, stalls, cuts, kills or pauses")
	servers := flag.Int("servers", keyCount, "1: the control with one server and the strict model")
	shown := flag.Int("show", 1, "broken histories of each workload and mode that are printed")
	root := flag.String("mutants", "", "find mutants of the library whose sources are in this folder, instead")
	flag.Parse()
	var passed, failed int
	var err error
	if *root != "" {
		passed, failed, err = findMutants(*root, *only)
	} else {
		passed, failed, err = all(*count, *servers, *shown, *only, *onlyMode)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		failed++
	}
	fmt.Printf("%d passed, %d failed\n", passed, failed)
	if failed > 0 {
		os.Exit(1)
	}
}

func all(count, serverCount, shown int, only, onlyMode string) (passed, failed int, err error) {
	folder, err := os.MkdirTemp("", "histories")
	if err != nil {
		return 0, 0, err
	}
	defer os.RemoveAll(folder)
	var started []*server
	defer func() {
		for _, s := range started {
			s.kill()
		}
	}()
	for i := 0; i < serverCount; i++ {
		name := filepath.Join(folder, strconv.Itoa(i+1))
		if err := os.Mkdir(name, 0o700); err != nil {
			return 0, 0, err
		}
		s, err := startServer(name)
		if err != nil {
			return 0, 0, err
		}
		started = append(started, s)
	}
	var names []string
	for name := range workloads {
		names = append(names, name)
	}
	sort.Strings(names)
	first := 0
	for _, name := range names {
		for _, mode := range modes {
			if only != "" && only != name || onlyMode != "" && onlyMode != mode || serverCount == 1 && mode != "calm" {
				continue
			}
			broken, next, text, err := histories(name, mode, started, first, count, shown)
			if err != nil {
				return passed, failed, fmt.Errorf("%s, %s: %w", name, mode, err)
			}
			first = next
			result := "ok"
			if broken == 0 {
				passed++
			} else {
				failed++
				result = "FAILED"
			}
			fmt.Printf("test %-12s %-8s … %s (%s)\n", name, mode, result, text)
		}
	}
	return passed, failed, nil
}

// histories returns the number of broken ones, the number after the last one, and a summary.
func histories(kind, mode string, servers []*server, first, count, shown int) (broken, next int, text string, err error) {
	begin := time.Now()
	r, err := newRun(kind, mode, servers)
	if err != nil {
		return 0, 0, "", err
	}
	defer r.direct.Close()
	defer r.disturbed.Close()
	if next, err = r.execute(first, count); err != nil {
		return 0, 0, "", err
	}
	if err := r.settle(); err != nil {
		return 0, 0, "", err
	}
	var lock sync.Mutex
	var group sync.WaitGroup
	results := map[porcupine.CheckResult]int{}
	outcomes := map[outcome]int{}
	numbers := make(chan int)
	for i := 0; i < runtime.NumCPU(); i++ {
		group.Add(1)
		go func() {
			defer group.Done()
			for number := range numbers {
				result := check(r.sorted(number), mode, len(servers) == 1)
				lock.Lock()
				results[result]++
				if result != porcupine.Ok && results[porcupine.Illegal]+results[porcupine.Unknown] <= shown {
					fmt.Printf("%s, %s, history %d: %s\n", kind, mode, number, result)
					for _, o := range r.sorted(number) {
						fmt.Println("   ", o)
					}
				}
				lock.Unlock()
			}
		}()
	}
	operations := 0
	for number, history := range r.operations {
		operations += len(history)
		for _, o := range history {
			outcomes[o.outcome]++
		}
		numbers <- number
	}
	close(numbers)
	group.Wait()
	text = fmt.Sprintf("%d histories, %d commands, of which %d unknown, %d not executed; recover found %d; %d broken, %d undecided; %.1f s",
		len(r.operations), operations, outcomes[unknown], outcomes[notExecuted], r.recovered.Load(),
		results[porcupine.Illegal], results[porcupine.Unknown], time.Since(begin).Seconds())
	return results[porcupine.Illegal], next, text, nil // the search of an undecided one took too long
}
