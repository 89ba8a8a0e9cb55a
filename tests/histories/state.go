package main

import (
	"sort"
	"strings"
)

const (
	maxOperations = 20
	keyCount      = 3
)

// A state is the content of the keys and how far each operation is. It is comparable.
//
// The value of a key: "" if it does not exist, "t" and the bytes of a string, "l" and the elements of a list, "s" and the members of a set, "z" and
// the members and scores of a sorted set. Elements are separated by commas.
type state struct {
	keys [keyCount]string
	// What an operation has taken from a key, or read, and not stored yet.
	hold [maxOperations][2]string
	// The steps of an operation that have happened, one bit each.
	done [maxOperations]uint32
}

// A step is what happens to one node at one moment. Its operation is the sum of its steps.
type step struct {
	operation int
	bit       uint32
	after     uint32 // the steps of the operation that come before it
	// The states in which it can result; none if it cannot happen.
	apply func(state) []state
}

func (s *step) run(from state) []state {
	if from.done[s.operation]&s.after != s.after {
		return nil
	}
	results := s.apply(from)
	for i := range results {
		results[i].done[s.operation] |= s.bit
	}
	return results
}

func (s state) with(key int, value string) state {
	s.keys[key] = value
	return s
}

func (s state) holding(operation int, value string) state {
	s.hold[operation][0] = value
	return s
}

func elements(value string) []string {
	if len(value) < 2 {
		return nil
	}
	return strings.Split(value[1:], ",")
}

func collection(kind string, elements []string) string {
	if len(elements) == 0 {
		return ""
	}
	return kind + strings.Join(elements, ",")
}

func isKind(value, kind string) bool { return value == "" || value[:1] == kind }

// popped removes the element at one end of a list.
func popped(value, end string) (rest, element string) {
	all := elements(value)
	if end == "LEFT" {
		return collection("l", all[1:]), all[0]
	}
	return collection("l", all[:len(all)-1]), all[len(all)-1]
}

func pushed(value, end, element string) string {
	all := elements(value)
	if end == "LEFT" {
		return collection("l", append([]string{element}, all...))
	}
	return collection("l", append(append([]string{}, all...), element))
}

func contains(value, member string) bool {
	for _, one := range elements(value) {
		if one == member {
			return true
		}
	}
	return false
}

func withMember(value, member string) string {
	if contains(value, member) {
		return value
	}
	all := append(append([]string{}, elements(value)...), member)
	sort.Strings(all)
	return collection("s", all)
}

func withoutMember(value, member string) string {
	var left []string
	for _, one := range elements(value) {
		if one != member {
			left = append(left, one)
		}
	}
	return collection("s", left)
}
