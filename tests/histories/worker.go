package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand"
	"os"
	"sort"
	"strings"
	"sync"
	"time"

	rediscluster "github.com/rediscluster/rediscluster/bindings/go"
)

const (
	clients    = 3
	perClient  = 5
	inParallel = 4 // histories
)

// An event is a line that a worker writes: before a command, and after it.
type event struct {
	History int      `json:"h"`
	Number  int      `json:"n"` // of the command in its history
	At      int64    `json:"at"`
	Words   []string `json:"words,omitempty"`
	Outcome outcome  `json:"outcome,omitempty"`
	Reply   string   `json:"reply,omitempty"`
	IsEnd   bool     `json:"end,omitempty"`
	Text    string   `json:"text,omitempty"`
}

// keyName returns the name of a key of a history. The keys a, b and c are on three nodes.
func keyName(history int, letter string) string {
	for suffix := 0; ; suffix++ {
		name := fmt.Sprintf("history%d:%s:%d", history, letter, suffix)
		if rediscluster.Partition(name, keyCount) == int(letter[0]-'a')+1 {
			return name
		}
	}
}

// A worker is a process that runs histories and may be killed.
type worker struct {
	client *rediscluster.Client
	lock   sync.Mutex
}

func runWorker(config, kind string, first, count int, seed int64) error {
	client, err := rediscluster.Open(config)
	if err != nil {
		return err
	}
	w := &worker{client: client}
	var group sync.WaitGroup
	for lane := 0; lane < inParallel; lane++ {
		lane := lane
		group.Add(1)
		go func() {
			defer group.Done()
			for history := first + lane; history < first+count; history += inParallel {
				w.history(kind, history, seed+int64(history)*clients)
			}
		}()
	}
	group.Wait()
	return nil
}

func (w *worker) history(kind string, history int, seed int64) {
	names := map[string]string{}
	for _, letter := range []string{"a", "b", "c"} {
		names[letter] = keyName(history, letter)
	}
	for i, words := range workloads[kind].prepare {
		w.command(history, i, strings.Fields(words), names)
	}
	var group sync.WaitGroup
	for client := 0; client < clients; client++ {
		client := client
		group.Add(1)
		go func() {
			defer group.Done()
			random := rand.New(rand.NewSource(seed + int64(client)))
			for i := 0; i < perClient; i++ {
				number := len(workloads[kind].prepare) + client*perClient + i
				w.command(history, number, workloads[kind].command(random, client, fmt.Sprint(number)), names)
			}
		}()
	}
	group.Wait()
}

func (w *worker) write(e event) {
	e.At = time.Now().UnixNano()
	line, _ := json.Marshal(e)
	w.lock.Lock()
	defer w.lock.Unlock()
	os.Stdout.Write(append(line, '\n')) // one system call: the process may be killed at any time
}

func (w *worker) command(history, number int, words []string, names map[string]string) {
	args := make([]any, len(words))
	for i, word := range words {
		args[i] = word
		if name, isKey := names[word]; isKey {
			args[i] = name
		}
	}
	w.write(event{History: history, Number: number, Words: words})
	reply, err := w.client.Do(context.Background(), args...)
	end := event{History: history, Number: number, IsEnd: true}
	end.Outcome, end.Reply, end.Text = evaluate(words[0], reply, err)
	if (words[0] == "LMPOP" || words[0] == "BLPOP") && end.Outcome == succeeded {
		for letter, name := range names {
			end.Reply = strings.Replace(end.Reply, name, letter, 1)
		}
	}
	w.write(end)
}

// evaluate returns the outcome of a command, and its reply as the models write it.
func evaluate(command string, reply rediscluster.Value, err error) (outcome, string, string) {
	var failure *rediscluster.Error
	var text rediscluster.ServerError
	switch {
	case errors.As(err, &failure) && strings.Contains(err.Error(), "; executed by ") && !strings.Contains(err.Error(), "may have been executed"):
		return partly, "", err.Error()
	case errors.As(err, &failure) && failure.Executed:
		return unknown, "", err.Error()
	case errors.As(err, &failure):
		return notExecuted, "", err.Error()
	case errors.As(err, &text) && strings.HasPrefix(string(text), "ERR no such key"):
		return nothing, "", err.Error()
	case errors.As(err, &text) && strings.HasPrefix(string(text), wrongType):
		if command == "LMOVE" {
			return refused, "", err.Error()
		}
		return succeeded, wrongType, ""
	case errors.As(err, &text): // such as LOADING and TRYAGAIN
		return notExecuted, "", err.Error()
	case err != nil:
		panic(err)
	}
	shown := show(command, reply)
	switch {
	case command == "RENAMENX" && shown == "0":
		return refused, shown, ""
	case (command == "SMOVE" || command == "MSETNX") && shown == "0":
		return nothing, shown, ""
	case (command == "LMOVE" || command == "LMPOP" || command == "BLPOP") && shown == "nil":
		return nothing, shown, ""
	}
	return succeeded, shown, ""
}

func show(command string, reply rediscluster.Value) string {
	if reply.IsNil() {
		return "nil"
	}
	switch reply.Type() {
	case rediscluster.TypeArray, rediscluster.TypeSet:
		parts, _ := reply.Array()
		var all []string
		for _, part := range parts {
			all = append(all, show("", part))
		}
		if command == "ZRANGE" {
			for i := 0; i < len(all); i += 2 {
				all[i/2] = all[i] + "=" + all[i+1]
			}
			all = all[:len(all)/2]
		}
		if command == "ZRANGE" || command == "SMEMBERS" {
			sort.Strings(all)
		}
		return strings.Join(all, ",")
	}
	return reply.String()
}
