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
var modes = []string{"calm", "recover", "delays", "cuts", "kills", "pauses"}

// A run executes histories of one workload with one kind of disturbance.
type run struct {
	kind, mode string
	servers    []*server
	config     string // of the workers
	direct     *rediscluster.Client
	disturbed  *rediscluster.Client // with the delays and cuts of the workers
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
	targets := ports(servers)
	if mode == "delays" || mode == "cuts" {
		delay, cuts := 6*time.Millisecond, 0.0
		if mode == "cuts" {
			delay, cuts = 300*time.Microsecond, 0.004
		}
		for i, port := range targets {
			p, err := startProxy(port, delay, cuts)
			if err != nil {
				return nil, err
			}
			targets[i] = p.port()
		}
	}
	r.config = configOf(targets, "")
	var err error
	if r.direct, err = rediscluster.Open(configOf(ports(servers), "")); err != nil {
		return nil, err
	}
	r.disturbed, err = rediscluster.Open(r.config)
	return r, err
}

// execute runs histories with the numbers from first to first+count-1.
func (r *run) execute(first, count int) error {
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
	if r.mode != "calm" {
		disturb(func() { r.recover(r.direct) })
		disturb(func() { r.recover(r.disturbed) })
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
	begin := time.Now()
	for next := first; next < first+count; {
		begun, err := r.work(next, first+count-next)
		if err != nil {
			return err
		}
		next = begun
		if time.Since(begin) > 10*time.Minute {
			return fmt.Errorf("the histories take too long")
		}
	}
	r.stop.Store(true)
	disturbing.Wait()
	return nil
}

func (r *run) recover(client *rediscluster.Client) {
	found, err := client.Recover(context.Background(), 0)
	if err == nil {
		r.recovered.Add(int64(len(found)))
	}
	pause := 1500
	if r.mode == "delays" {
		pause = 20000 // commands take as much longer
	}
	time.Sleep(time.Duration(rand.Intn(pause)) * time.Microsecond)
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
	if isKilled {
		timer := time.AfterFunc(time.Duration(30+rand.Intn(150))*time.Millisecond, func() { worker.Process.Kill() })
		defer timer.Stop()
	}
	next, err := r.read(output, first)
	if err != nil {
		return 0, err
	}
	if err := worker.Wait(); err != nil && !isKilled {
		return 0, fmt.Errorf("a worker failed: %w", err)
	}
	return next, nil
}

// read reads the events of a worker.
func (r *run) read(output io.Reader, first int) (int, error) {
	next := first
	lines := bufio.NewScanner(output)
	for lines.Scan() {
		var e event
		if json.Unmarshal(lines.Bytes(), &e) != nil {
			continue // the worker was killed in this line
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
