package main

import (
	"time"

	"github.com/anishathalye/porcupine"
)

// Commands such as MSET and MSETNX do something to each of their keys, at a moment of its own. So a history of them is explained if the history of
// each key is: linearizability is local. Porcupine searches the orders of a few steps of one key, instead of those of all.

// A link is what happens to the value of a key at one moment: the values that can result, none if it cannot happen. A nil link changes nothing.
type link func(value string) []string

// An alternative is one way in which a command can have been executed: for each key, what happens to it, one link after the other. The
// alternatives of a command have parts of the same lengths.
type alternative [keyCount][]link

// A keyState is the value of a key, and how many links of each operation have happened.
type keyState struct {
	value    string
	progress [maxOperations]uint8
}

// A search looks for an alternative of each operation that explains the history of each key.
type search struct {
	operations   []*operation
	alternatives [][]alternative
	// For each operation the alternative that is assumed; -1: any, in each link.
	assumed []int8
	known   [keyCount]map[string]porcupine.CheckResult
	end     time.Time
}

// checkByKey assumes that at most so many attempts of each MSETNX were undone.
func checkByKey(operations []*operation, attempts int, strict bool, limit time.Duration) porcupine.CheckResult {
	s := &search{operations: operations, end: time.Now().Add(limit)}
	for _, o := range operations {
		s.alternatives = append(s.alternatives, o.alternatives(attempts))
		s.assumed = append(s.assumed, -1)
	}
	if strict {
		return s.strictly()
	}
	for key := range s.known {
		s.known[key] = map[string]porcupine.CheckResult{}
	}
	return s.from(0)
}

// from continues with the operation of an index: all before it have an assumed alternative.
func (s *search) from(index int) porcupine.CheckResult {
	for key := 0; key < keyCount; key++ {
		if result := s.key(key); result != porcupine.Ok {
			return result
		}
	}
	for index < len(s.operations) && len(s.alternatives[index]) == 1 {
		index++
	}
	if index == len(s.operations) {
		return porcupine.Ok
	}
	defer func() { s.assumed[index] = -1 }()
	worst := porcupine.Illegal
	for assumed := range s.alternatives[index] {
		s.assumed[index] = int8(assumed)
		switch result := s.from(index + 1); result {
		case porcupine.Ok:
			return result
		case porcupine.Unknown:
			worst = result
		}
	}
	return worst
}

// key checks the history of a key with what is assumed. A command of which nothing is assumed allows what any alternative of it does.
func (s *search) key(key int) porcupine.CheckResult {
	assumed := make([]byte, len(s.operations))
	for i := range s.operations {
		if len(s.alternatives[i][0][key]) > 0 {
			assumed[i] = byte(s.assumed[i])
		}
	}
	if result, isKnown := s.known[key][string(assumed)]; isKnown {
		return result
	}
	var all []porcupine.Operation
	for i, o := range s.operations {
		for nth := range s.alternatives[i][0][key] {
			all = append(all, porcupine.Operation{ClientId: o.number, Input: s.step(i, key, nth), Call: o.call, Return: o.ret})
		}
	}
	limit := time.Until(s.end)
	if limit <= 0 {
		return porcupine.Unknown
	}
	result := porcupine.CheckOperationsTimeout(modelOf(keyState{}), all, limit)
	s.known[key][string(assumed)] = result
	return result
}

// step returns the states that can follow when the nth link of an operation happens to a key.
func (s *search) step(index, key, nth int) func(interface{}) []interface{} {
	number := s.operations[index].number
	possible := s.alternatives[index]
	if assumed := s.assumed[index]; assumed >= 0 {
		possible = possible[assumed : assumed+1]
	}
	return func(state interface{}) []interface{} {
		from := state.(keyState)
		if from.progress[number] != uint8(nth) {
			return nil
		}
		from.progress[number]++
		if nth+1 == len(possible[0][key]) {
			from.progress[number] = 0 // porcupine knows that it has happened
		}
		var results []interface{}
		for _, one := range possible {
			for _, value := range one[key][nth].run(from.value) {
				results = append(results, keyState{value, from.progress})
			}
		}
		return results
	}
}

func (l link) run(value string) []string {
	if l == nil {
		return []string{value}
	}
	return l(value)
}

// strictly checks that all links of a command happen at one moment.
func (s *search) strictly() porcupine.CheckResult {
	type values = [keyCount]string
	var all []porcupine.Operation
	for i, o := range s.operations {
		possible := s.alternatives[i]
		step := func(state interface{}) []interface{} {
			var results []interface{}
			for _, one := range possible {
				states := []values{state.(values)}
				for key, part := range one {
					for _, link := range part {
						var next []values
						for _, before := range states {
							for _, value := range link.run(before[key]) {
								after := before
								after[key] = value
								next = append(next, after)
							}
						}
						states = next
					}
				}
				for _, one := range states {
					results = append(results, one)
				}
			}
			return results
		}
		all = append(all, porcupine.Operation{ClientId: o.number, Input: step, Call: o.call, Return: o.ret})
	}
	return porcupine.CheckOperationsTimeout(modelOf(values{}), all, time.Until(s.end))
}

// modelOf returns the model whose inputs are functions from a state to those that can follow.
func modelOf(initial interface{}) porcupine.Model {
	model := porcupine.NondeterministicModel{
		Init: func() []interface{} { return []interface{}{initial} },
		Step: func(from, input, _ interface{}) []interface{} { return input.(func(interface{}) []interface{})(from) },
	}
	return model.ToModel()
}
