package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"math/rand"
	"os"
	"os/exec"
	"sort"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	rediscluster "github.com/rediscluster/rediscluster/bindings/go"
)

// Disturbances while the histories run. In all but "calm", two `recover` with a minimum age of 0 run all the time.
var modes = []string{"calm", "recover", "delays", "stalls", "cuts", "kills", "pauses"}

// A run executes histories of one workload with one kind of disturbance.
type run struct {
	kind, mode string
	servers    []*server
	config     string // of the workers
	direct     *rediscluster.Client
	disturbed  *rediscluster.Client // with delays and cuts as the workers have them
	operations map[int]map[int]*operation
	recovered  atomic.Int64
	stop       atomic.Bool
}

func ports(servers []*server) []int {
	var all []int
	for _, s := range servers {
		all = append(all, s.port)
	}
	return all
}

func newRun(kind, mode string, servers []*server) (*run, error) {
	r := &run{kind: kind, mode: mode, servers: servers, operations: map[int]map[int]*operation{}}
	var err error
	if r.config, err = r.network(weathers[mode]); err != nil {
		return nil, err
	}
	if r.direct, err = rediscluster.Open(configOf(ports(servers), "")); err != nil {
		return nil, err
	}
	// With proxies of its own: while the packets of the workers are held back, those of `recover` are not, and the reverse.
	w := weathers[mode]
	w.maxStall = min(w.maxStall, 15*time.Millisecond) // else the same entry keeps it busy for too long
	config, err := r.network(w)
	if err != nil {
		return nil, err
	}
	r.disturbed, err = rediscluster.Open(config)
	return r, err
}

var weathers = map[string]weather{
	"delays": {stalls: 0.15, maxStall: 20 * time.Millisecond},
	"stalls": {transactionStalls: 0.6, maxStall: 40 * time.Millisecond},
	"cuts":   {stalls: 0.2, maxStall: 2 * time.Millisecond, maxDelay: 100 * time.Microsecond, cuts: 0.006},
	"kills":  {stalls: 0.2, maxStall: 6 * time.Millisecond, maxDelay: 300 * time.Microsecond},
}

// network returns the configuration of clients whose packets have this weather.
func (r *run) network(w weather) (string, error) {
	targets := ports(r.servers)
	if w != (weather{}) {
		for i, port := range targets {
			p, err := startProxy(port, w)
			if err != nil {
				return "", err
			}
			targets[i] = p.port()
		}
	}
	return configOf(targets, ""), nil
}

// execute runs histories until that many are recorded; a worker that is killed has not begun all of its own. Their numbers begin with first; it
// returns the number after the last one.
func (r *run) execute(first, count int) (int, error) {
	var disturbing sync.WaitGroup
	disturb := func(disturbance func()) {
		disturbing.Add(1)
		go func() {
			defer disturbing.Done()
			for !r.stop.Load() {
				disturbance()
			}
		}()
	}
	for _, client := range r.recoverers() {
		client := client
		disturb(func() { r.recover(client) })
	}
	if r.kind == "MSET" && r.mode != "calm" {
		disturb(func() { r.servers[rand.Intn(len(r.servers))].refuse() })
	}
	switch r.mode {
	case "kills":
		disturb(func() {
			time.Sleep(time.Duration(30+rand.Intn(200)) * time.Millisecond)
			r.servers[rand.Intn(len(r.servers))].restart()
		})
	case "pauses":
		disturb(func() {
			time.Sleep(time.Duration(50+rand.Intn(150)) * time.Millisecond)
			// Some pauses are longer than the read timeout.
			r.servers[rand.Intn(len(r.servers))].pause(time.Duration(20+rand.Intn(600)) * time.Millisecond)
		})
	}
	begin, next := time.Now(), first
	for recorded := 0; recorded < count; recorded = r.recorded() {
		begun, err := r.work(next, count-recorded)
		if err != nil {
			return 0, err
		}
		next = begun
		if time.Since(begin) > 10*time.Minute+time.Duration(count)*time.Second {
			return 0, fmt.Errorf("the histories take too long: %d of %d are recorded", recorded, count)
		}
	}
	r.stop.Store(true)
	disturbing.Wait()
	return next, nil
}

// recorded counts the histories whose clients have begun more than the preparation.
func (r *run) recorded() int {
	count := 0
	for _, history := range r.operations {
		if len(history) > len(workloads[r.kind].prepare) {
			count++
		}
	}
	return count
}

// recoverers returns the clients that run `recover` all the time.
func (r *run) recoverers() []*rediscluster.Client {
	switch r.mode {
	case "calm":
		return nil
	case "stalls":
		// One that is not disturbed would see each command before another one that is held back between two of its steps has gone on.
		return []*rediscluster.Client{r.disturbed, r.disturbed, r.disturbed}
	}
	return []*rediscluster.Client{r.direct, r.disturbed}
}

func (r *run) recover(client *rediscluster.Client) {
	found, err := client.Recover(context.Background(), 0)
	if err == nil {
		r.recovered.Add(int64(len(found)))
	}
	longest := 1500 * time.Microsecond
	if r.mode == "stalls" {
		longest = 8 * time.Millisecond // commands take as much longer
	}
	time.Sleep(time.Duration(rand.Int63n(int64(longest))))
}

// work runs a worker, and kills it in some modes. It returns the number after the last history that has begun.
func (r *run) work(first, count int) (int, error) {
	worker := exec.Command(os.Args[0], "worker", r.config, r.kind, fmt.Sprint(first), fmt.Sprint(count), fmt.Sprint(rand.Int63()))
	worker.Stderr = os.Stderr
	output, err := worker.StdoutPipe()
	if err != nil {
		return 0, err
	}
	if err := worker.Start(); err != nil {
		return 0, err
	}
	isKilled := r.mode == "kills" || r.mode == "pauses"
	next, err := r.read(output, first, func() {
		if isKilled { // while its clients are in the middle of something
			time.AfterFunc(time.Duration(20+rand.Intn(150))*time.Millisecond, func() { worker.Process.Kill() })
		}
	})
	if err != nil {
		return 0, err
	}
	if err := worker.Wait(); err != nil && !isKilled {
		return 0, fmt.Errorf("a worker failed: %w", err)
	}
	return next, nil
}

// read reads the events of a worker, and calls begun at the first one.
func (r *run) read(output io.Reader, first int, begun func()) (int, error) {
	next := first
	lines := bufio.NewScanner(output)
	for lines.Scan() {
		var e event
		if json.Unmarshal(lines.Bytes(), &e) != nil {
			continue // the worker was killed in this line
		}
		if next == first {
			begun()
		}
		next = max(next, e.History+1)
		history := r.operations[e.History]
		if history == nil {
			history = map[int]*operation{}
			r.operations[e.History] = history
		}
		if !e.IsEnd {
			history[e.Number] = &operation{number: e.Number, words: e.Words, call: e.At, ret: math.MaxInt64}
			continue
		}
		o := history[e.Number]
		o.outcome, o.reply, o.text = e.Outcome, e.Reply, e.Text
		if o.outcome != unknown {
			o.ret = e.At
		}
	}
	return next, lines.Err()
}

// settle ends what was interrupted, and adds the final content of the keys to each history.
func (r *run) settle() error {
	ctx := context.Background()
	kept := map[string][]string{} // by source key
	for attempt := 0; ; attempt++ {
		// A server may still execute what a killed client has sent.
		time.Sleep(50 * time.Millisecond)
		found, err := r.direct.Recover(ctx, 0)
		if err != nil || len(found) == 0 && attempt > 1 {
			if err != nil && attempt < 100 {
				continue
			}
			break
		}
		if attempt > 100 {
			return fmt.Errorf("recover does not end: %+v", found)
		}
		for _, move := range found {
			if move.Outcome != "waiting" || move.Source == "" {
				continue
			}
			key := fmt.Sprintf("kept:%s:%d", move.Source, len(kept[move.Source]))
			moved, err := r.direct.RecoverTo(ctx, move.HiddenKey, key)
			if err == nil && moved.Outcome == "moved" {
				value, err := r.value(key)
				if err != nil {
					return err
				}
				kept[move.Source] = append(kept[move.Source], value)
			}
		}
	}
	settled := time.Now().UnixNano()
	for number, history := range r.operations {
		final := &operation{number: maxOperations - 1, words: []string{"FINAL"}, outcome: succeeded, isFinalState: true}
		for _, o := range history {
			o.ret = min(o.ret, settled)
		}
		final.call = settled + 1
		var values []string
		for _, letter := range []string{"a", "b", "c"} {
			name := keyName(number, letter)
			value, err := r.value(name)
			if err != nil {
				return err
			}
			values = append(values, value)
			final.kept = append(final.kept, kept[name]...)
		}
		final.ret, final.reply = time.Now().UnixNano(), strings.Join(values, "|")
		history[final.number] = final
	}
	return nil
}

// value returns the content of a key as the models write it.
func (r *run) value(key string) (string, error) {
	kind, err := r.do("TYPE", key)
	if err != nil {
		return "", err
	}
	read := map[string][]any{
		"string": {"GET", key}, "list": {"LRANGE", key, 0, -1}, "set": {"SMEMBERS", key}, "zset": {"ZRANGE", key, 0, -1, "WITHSCORES"},
	}[kind]
	if read == nil {
		return "", nil
	}
	content, err := r.do(read...)
	return map[string]string{"string": "t", "list": "l", "set": "s", "zset": "z"}[kind] + content, err
}

func (r *run) do(args ...any) (string, error) {
	for attempt := 0; ; attempt++ {
		reply, err := r.direct.Do(context.Background(), args...)
		if err == nil {
			return show(fmt.Sprint(args[0]), reply), nil
		}
		if attempt == 50 {
			return "", err
		}
		time.Sleep(20 * time.Millisecond)
	}
}

func (r *run) sorted(history int) []*operation {
	var all []*operation
	for _, o := range r.operations[history] {
		all = append(all, o)
	}
	sort.Slice(all, func(i, j int) bool { return all[i].call < all[j].call })
	return all
}
