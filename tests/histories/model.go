package main

import (
	"fmt"
	"sort"
	"strconv"
	"strings"
	"time"

	"github.com/anishathalye/porcupine"
)

type outcome int

const (
	unknown     outcome = iota // the client died, or the error says that the command may have been executed
	succeeded                  // a reply
	nothing                    // the reply that there is nothing to move
	refused                    // an error reply, or the reply that the destination exists
	notExecuted                // the error says so
	partly                     // the error says which nodes have executed their part; the others have not
)

// An operation is a command of a client, with its reply.
type operation struct {
	number       int
	words        []string
	outcome      outcome
	reply        string
	call, ret    int64
	text         string   // of the error
	kept         []string // of the last read: the values that recover_to had to bring to other keys
	isFinalState bool
}

// key returns the number of the key that is the nth word.
func (o *operation) key(nth int) int { return int(o.words[nth][0] - 'a') }

// steps returns what happens at one moment each, as the documentation describes the command.
func (o *operation) steps() []*step {
	if o.isFinalState {
		return finalModel(o)
	}
	switch o.words[0] {
	case "RENAME", "RENAMENX":
		return renameModel(o)
	case "LMOVE":
		return listMoveModel(o)
	case "SMOVE":
		return setMoveModel(o)
	case "COPY":
		return copyModel(o)
	case "LMPOP", "BLPOP":
		return popModel(o)
	case "SUNIONSTORE", "ZUNIONSTORE", "BITOP":
		return storeModel(o)
	}
	return singleKeyModel(o)
}

// "Single keys": one step, as on one server.
func singleKeyModel(o *operation) []*step {
	return []*step{{o.number, 1, 0, func(s state) []state {
		if o.outcome == notExecuted {
			return []state{s}
		}
		next, reply := execute(s, o)
		switch {
		case o.outcome == unknown:
			return []state{s, next}
		case reply != o.reply:
			return nil
		}
		return []state{next}
	}}}
}

const wrongType = "WRONGTYPE"

// execute runs a command with one key. An error reply is the first word of the text.
func execute(s state, o *operation) (state, string) {
	key := o.key(1)
	value := s.keys[key]
	count := func(next string) (state, string) { return s.with(key, next), strconv.Itoa(len(elements(next))) }
	changed := func(next string) (state, string) {
		return s.with(key, next), strconv.Itoa(max(len(elements(next))-len(elements(value)), len(elements(value))-len(elements(next))))
	}
	kinds := map[string]string{"GET": "t", "APPEND": "t", "RPUSH": "l", "LRANGE": "l", "LPOP": "l", "SADD": "s", "SREM": "s", "SMEMBERS": "s", "ZRANGE": "z", "ZADD": "z"}
	if kind := kinds[o.words[0]]; kind != "" && !isKind(value, kind) {
		return s, wrongType
	}
	switch o.words[0] {
	case "SET":
		return s.with(key, "t"+o.words[2]), "OK"
	case "GET":
		if value == "" {
			return s, "nil"
		}
		return s, value[1:]
	case "APPEND":
		next := "t" + strings.TrimPrefix(value, "t") + o.words[2]
		return s.with(key, next), strconv.Itoa(len(next) - 1)
	case "DEL":
		if value == "" {
			return s, "0"
		}
		return s.with(key, ""), "1"
	case "RPUSH":
		return count(pushed(value, "RIGHT", o.words[2]))
	case "LPOP":
		if value == "" {
			return s, "nil"
		}
		rest, element := popped(value, "LEFT")
		return s.with(key, rest), element
	case "SADD":
		return changed(withMember(value, o.words[2]))
	case "SREM":
		return changed(withoutMember(value, o.words[2]))
	case "ZADD":
		return changed(withScore(value, o.words[3], o.words[2]))
	case "LRANGE", "SMEMBERS", "ZRANGE":
		return s, strings.Join(elements(value), ",")
	}
	panic("no model of " + o.words[0])
}

func withScore(value, member, score string) string {
	var all []string
	for _, one := range elements(value) {
		if !strings.HasPrefix(one, member+"=") {
			all = append(all, one)
		}
	}
	all = append(all, member+"="+score)
	sort.Strings(all)
	return collection("z", all)
}

// The end: all keys, and the values that could not return to their source.
func finalModel(o *operation) []*step {
	return []*step{{o.number, 1, 0, func(s state) []state {
		var kept []string
		for _, hold := range s.hold {
			if hold[0] != "" {
				kept = append(kept, hold[0])
			}
		}
		sort.Strings(kept)
		sort.Strings(o.kept)
		if strings.Join(kept, " ") != strings.Join(o.kept, " ") || strings.Join(s.keys[:], "|") != o.reply {
			return nil
		}
		return []state{s}
	}}}
}

// An undecided history is one for which that took longer.
const searchLimit = 20 * time.Second

// check returns whether an order of all steps explains the history. Strict: all steps of an operation happen at one moment.
func check(operations []*operation, mode string, strict bool) porcupine.CheckResult {
	if !isByKey(operations) {
		return checkSteps(operations, strict, searchLimit)
	}
	// Most histories need no attempt that was undone, and the search grows with them.
	attempts := 0
	if !strict && mayAttemptsFail(operations, mode) {
		attempts = maxUndone
	}
	result := porcupine.Illegal
	for undone := 0; undone <= attempts && result == porcupine.Illegal; undone++ {
		result = checkByKey(operations, undone, strict, searchLimit)
	}
	return result
}

func checkSteps(operations []*operation, strict bool, limit time.Duration) porcupine.CheckResult {
	var all []porcupine.Operation
	for _, o := range operations {
		var groups [][]*step
		for _, s := range o.steps() {
			if strict && len(groups) == 1 {
				groups[0] = append(groups[0], s)
			} else {
				groups = append(groups, []*step{s})
			}
		}
		for _, group := range groups {
			all = append(all, porcupine.Operation{ClientId: o.number, Input: inSequence(group), Call: o.call, Return: o.ret})
		}
	}
	return porcupine.CheckOperationsTimeout(modelOf(state{}), all, limit)
}

// inSequence returns what some steps do at one moment.
func inSequence(steps []*step) func(interface{}) []interface{} {
	return func(from interface{}) []interface{} {
		states := []state{from.(state)}
		for _, s := range steps {
			var next []state
			for _, one := range states {
				next = append(next, s.run(one)...)
			}
			states = next
		}
		results := make([]interface{}, len(states))
		for i, one := range states {
			results[i] = one
		}
		return results
	}
}

func (o *operation) String() string {
	return fmt.Sprintf("%10d %10d  %s: %s %s", o.call/1000, o.ret/1000, strings.Join(o.words, " "), [...]string{"unknown", "", "nothing:", "refused:", "not executed", "partly executed"}[o.outcome], o.reply+o.text)
}
