package main

import (
	"strconv"
	"strings"
)

// "It pops in one step from one key. At a moment after it saw that this key holds an element, it looked at each key before it, and that was empty."
// A call that has waited may be told of any key first.
func popModel(o *operation) []*step {
	n := o.number
	keys := o.words[2 : len(o.words)-1] // LMPOP 2 a b LEFT
	if o.words[0] == "BLPOP" {
		keys = o.words[1 : len(o.words)-1]
	}
	number := func(key string) int { return int(key[0] - 'a') }
	empty := func(bit, after uint32, key int) *step {
		return &step{n, bit, after, func(s state) []state {
			if s.keys[key] != "" {
				return nil
			}
			return []state{s}
		}}
	}
	var steps []*step
	switch o.outcome {
	case notExecuted:
		return nil
	case unknown:
		return []*step{{n, 1, 0, func(s state) []state {
			results := []state{s}
			for _, key := range keys {
				if value := s.keys[number(key)]; value != "" {
					rest, _ := popped(value, "LEFT")
					results = append(results, s.with(number(key), rest))
				}
			}
			return results
		}}}
	case nothing:
		for i, key := range keys {
			steps = append(steps, empty(1<<i, 0, number(key)))
		}
		return steps
	}
	parts := strings.SplitN(o.reply, ",", 2)
	from, after := number(parts[0]), uint32(0)
	pop := &step{n, 1, 0, func(s state) []state {
		if s.keys[from] == "" {
			return nil
		}
		rest, element := popped(s.keys[from], "LEFT")
		if element != parts[1] {
			return nil
		}
		return []state{s.with(from, rest)}
	}}
	if o.words[0] == "LMPOP" && number(keys[0]) != from {
		after = 2
		steps = append(steps, &step{n, 2, 0, func(s state) []state {
			if s.keys[from] == "" {
				return nil
			}
			return []state{s}
		}})
	}
	for i := 0; o.words[0] == "LMPOP" && i < len(keys) && number(keys[i]) != from; i++ {
		steps = append(steps, empty(4<<i, after, number(keys[i])))
		pop.after |= 4 << i
	}
	pop.after |= after
	return append(steps, pop)
}

// "Sources are read on their masters, each at its own moment. The destination changes in one step, or not at all."
func storeModel(o *operation) []*step {
	n := o.number
	destination, sources := o.key(1), []int{o.key(len(o.words) - 2), o.key(len(o.words) - 1)}
	if o.words[0] == "BITOP" {
		destination = o.key(2)
	}
	var steps []*step
	for i, key := range sources {
		i, key := i, key
		steps = append(steps, &step{n, 1 << i, 0, func(s state) []state {
			s.hold[n][i] = s.keys[key]
			return []state{s}
		}})
	}
	return append(steps, &step{n, 4, 3, func(s state) []state {
		result := combined(o.words[0], s.hold[n])
		s.hold[n] = [2]string{}
		stored := s.with(destination, result)
		size := strconv.Itoa(len(elements(result)))
		if o.words[0] == "BITOP" {
			size = strconv.Itoa(max(len(result)-1, 0))
		}
		switch {
		case o.outcome == notExecuted:
			return []state{s}
		case o.outcome == unknown:
			return []state{s, stored}
		case o.reply != size:
			return nil
		}
		return []state{stored}
	}})
}

func combined(command string, values [2]string) string {
	switch command {
	case "SUNIONSTORE":
		result := values[0]
		for _, member := range elements(values[1]) {
			result = withMember(result, member)
		}
		return result
	case "BITOP":
		if len(values[0]) < len(values[1]) {
			values[0], values[1] = values[1], values[0]
		}
		result := []byte(values[0])
		for i := 1; i < len(values[1]); i++ {
			result[i] |= values[1][i]
		}
		return string(result)
	}
	result := values[0]
	for _, one := range elements(values[1]) {
		member, score, _ := strings.Cut(one, "=")
		sum, _ := strconv.Atoi(score)
		for _, other := range elements(values[0]) {
			if name, score, _ := strings.Cut(other, "="); name == member {
				first, _ := strconv.Atoi(score)
				sum += first
			}
		}
		result = withScore(result, member, strconv.Itoa(sum))
	}
	return result
}
