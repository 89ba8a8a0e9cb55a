package main

import (
	"math/bits"
	"strconv"
	"strings"
)

// isByKey returns whether each command of a history does something of its own to each of its keys.
func isByKey(operations []*operation) bool {
	for _, o := range operations {
		switch o.words[0] {
		case "RENAME", "RENAMENX", "LMOVE", "SMOVE", "COPY", "LMPOP", "BLPOP", "SUNIONSTORE", "ZUNIONSTORE", "BITOP":
			return false
		}
	}
	return true
}

// alternatives returns the ways in which a command can have been executed, as the documentation describes it.
func (o *operation) alternatives(attempts int) []alternative {
	switch {
	case o.isFinalState:
		return finalContent(o)
	case o.words[0] == "MSETNX":
		return msetnxAlternatives(o, attempts)
	case o.words[0] == "MSET":
		return msetAlternatives(o)
	case o.words[0] == "DEL" && len(o.words) > 2:
		return deleteAlternatives(o)
	}
	key := o.key(1)
	only := singleKeyModel(o)[0]
	var result alternative
	result[key] = []link{func(value string) (values []string) {
		for _, next := range only.apply(state{}.with(key, value)) {
			values = append(values, next.keys[key])
		}
		return values
	}}
	return []alternative{result}
}

// require is the link of a key whose value has been seen.
func require(holds func(value string) bool) link {
	return func(value string) []string {
		if holds(value) {
			return []string{value}
		}
		return nil
	}
}

func exists(value string) bool   { return value != "" }
func isAbsent(value string) bool { return value == "" }

// replace is the link of a key that gets another value, if the value before is such a one.
func replace(next string, onlyIf func(value string) bool) link {
	return func(value string) []string {
		if onlyIf != nil && !onlyIf(value) {
			return nil
		}
		return []string{next}
	}
}

// maybe is the link of what happens perhaps.
func maybe(what link) link {
	return func(value string) []string {
		next := what(value)
		if len(next) == 1 && next[0] == value {
			return next
		}
		return append(next, value)
	}
}

func finalContent(o *operation) []alternative {
	var result alternative
	for key, content := range strings.Split(o.reply, "|") {
		content := content
		result[key] = []link{require(func(value string) bool { return value == content && len(o.kept) == 0 })}
	}
	return []alternative{result}
}

// A history that needs more attempts of one MSETNX that were undone after another client has seen them counts as broken.
const maxUndone = 3

// "An attempt fails if another command than MSETNX creates one of the keys between the two round trips, if `recover` overtakes it, or if a node fails":
// otherwise an MSETNX that returns 0 stores nothing.
func mayAttemptsFail(operations []*operation, mode string) bool {
	has := map[string]bool{}
	for _, o := range operations {
		has[o.words[0]] = true
	}
	return has["MSETNX"] && (has["APPEND"] || mode != "calm")
}

// "All nodes store their parts at the same time. If a node cannot store, the others remove what they stored, each key only while it still has the
// value that was stored", and another attempt follows.
func msetnxAlternatives(o *operation, attempts int) []alternative {
	own := "t" + o.words[2]
	store := replace(own, isAbsent)
	remove := func(value string) []string {
		if value == own {
			value = ""
		}
		return []string{value}
	}
	var undone []link
	for attempt := 0; attempt < attempts; attempt++ {
		undone = append(undone, maybe(store), remove)
	}
	// ends returns the alternative in which the attempts before are undone, and the last one ends as `of` says of each key.
	ends := func(of func(key int) []link) (result alternative) {
		for i := 1; i < len(o.words); i += 2 {
			key := o.key(i)
			result[key] = append(append([]link{}, undone...), of(key)...)
		}
		return result
	}
	all := func(links ...link) alternative { return ends(func(int) []link { return links }) }
	switch o.outcome {
	case succeeded:
		return []alternative{all(store)}
	case unknown:
		return []alternative{all(store, nil), all(maybe(store), remove)}
	case nothing:
		var results []alternative
		for i := 1; i < len(o.words); i += 2 {
			seen := o.key(i)
			results = append(results, ends(func(key int) []link {
				if key != seen {
					return []link{nil}
				}
				return []link{require(func(value string) bool { return value != "" && value != own })}
			}))
		}
		return results
	}
	return []alternative{all()}
}

// part is the link of a key of a split command. "Each node's part is atomic; the whole is not. The message names the nodes that executed their
// part": here each key is on another node.
func (o *operation) part(key int, executed link) link {
	_, names, _ := strings.Cut(o.text, "executed by ")
	switch {
	case o.outcome == succeeded || strings.Contains(names, "node_"+strconv.Itoa(key+1)):
		return executed
	case o.outcome == notExecuted || o.outcome == partly:
		return nil
	}
	return maybe(executed)
}

func msetAlternatives(o *operation) []alternative {
	var result alternative
	for i := 1; i < len(o.words); i += 2 {
		result[o.key(i)] = []link{o.part(o.key(i), replace("t"+o.words[i+1], nil))}
	}
	return []alternative{result}
}

// The reply says how many keys were deleted, not which.
func deleteAlternatives(o *operation) []alternative {
	keys := o.words[1:]
	if o.outcome != succeeded {
		var result alternative
		for i := range keys {
			result[o.key(i+1)] = []link{o.part(o.key(i+1), replace("", nil))}
		}
		return []alternative{result}
	}
	var results []alternative
	for deleted := uint(0); deleted < 1<<len(keys); deleted++ {
		if strconv.Itoa(bits.OnesCount(deleted)) != o.reply {
			continue
		}
		var result alternative
		for i := range keys {
			if deleted&(1<<i) != 0 {
				result[o.key(i+1)] = []link{replace("", exists)}
			} else {
				result[o.key(i+1)] = []link{require(isAbsent)}
			}
		}
		results = append(results, result)
	}
	return results
}
