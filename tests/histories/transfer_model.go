package main

// The sentences of docs/commands-across-nodes.md about moves: "The value leaves the source in one step and reaches the destination in another. The
// value is for a moment at neither key. It is always stored on some server."

// A transfer says what moves.
type transfer struct {
	// canTake is false if the source has nothing to move.
	canTake func(state) bool
	// take returns the state without the value, and the value in the form of a key with only that.
	take func(state) (state, string)
	// isRefused tells whether a server refuses the command or the delivery.
	isRefused func(state) bool
	// looksFirst: the command takes nothing if it sees beforehand that it will be refused.
	looksFirst bool
	deliver    func(state, string) state
	// back puts the value back in its place; false if the source is in use again.
	back func(state, string) (state, bool)
}

const (
	takeBit = 1 << iota
	deliverBit
	backBit
	lookBit
)

func (t transfer) steps(o *operation) []*step {
	n := o.number
	hold := func(s state) string { return s.hold[n][0] }
	taken := func(s state) []state {
		next, value := t.take(s)
		return []state{next.holding(n, value)}
	}
	restored := func(s state) []state {
		if hold(s) == "" {
			return []state{s}
		}
		if next, ok := t.back(s, hold(s)); ok {
			return []state{next.holding(n, "")}
		}
		return nil
	}
	take := &step{n, takeBit, 0, func(s state) []state {
		if !t.canTake(s) {
			return nil
		}
		return taken(s)
	}}
	deliver := &step{n, deliverBit, takeBit, func(s state) []state {
		if t.isRefused(s) {
			return nil
		}
		return []state{t.deliver(s, hold(s)).holding(n, "")}
	}}
	// What another client can see of a transfer that fails: perhaps the source without the value.
	mayTake := &step{n, takeBit, 0, func(s state) []state {
		results := []state{s}
		if t.canTake(s) {
			results = append(results, taken(s)...)
		}
		return results
	}}
	back := &step{n, backBit, takeBit | deliverBit, restored}
	switch o.outcome {
	case succeeded:
		return []*step{take, deliver}
	case nothing:
		return []*step{{n, takeBit, 0, func(s state) []state {
			if t.canTake(s) {
				return nil
			}
			return []state{s}
		}}}
	case refused:
		observed := &step{n, deliverBit, takeBit, func(s state) []state {
			if !t.isRefused(s) {
				return nil
			}
			return []state{s}
		}}
		if t.looksFirst {
			return append(t.afterLook(n, mayTake), observed, back)
		}
		return []*step{mayTake, observed, back}
	case notExecuted:
		return []*step{mayTake, {n, deliverBit, takeBit, func(s state) []state { return []state{s} }}, back}
	}
	// Unknown: nothing, or done, or undone; or the value waits, because its source is in use again.
	mayDeliver := &step{n, deliverBit, takeBit, func(s state) []state {
		if hold(s) == "" || t.isRefused(s) {
			return []state{s}
		}
		return []state{s, t.deliver(s, hold(s)).holding(n, "")}
	}}
	mayBack := &step{n, backBit, takeBit | deliverBit, func(s state) []state { return append(restored(s), s) }}
	return []*step{mayTake, mayDeliver, mayBack}
}

// "RENAMENX looks for the destination just before it claims the source, and returns 0 without any change if it exists."
func (t transfer) afterLook(n int, mayTake *step) []*step {
	look := &step{n, lookBit, 0, func(s state) []state {
		if t.isRefused(s) {
			s.hold[n][1] = "refused"
		}
		return []state{s}
	}}
	take := &step{n, takeBit, lookBit, func(s state) []state {
		if s.hold[n][1] != "" {
			s.hold[n][1] = ""
			return []state{s}
		}
		return mayTake.apply(s)
	}}
	return []*step{look, take}
}

func never(state) bool { return false }

func renameModel(o *operation) []*step {
	source, destination := o.key(1), o.key(2)
	t := transfer{
		canTake:   func(s state) bool { return s.keys[source] != "" },
		take:      func(s state) (state, string) { return s.with(source, ""), s.keys[source] },
		isRefused: never,
		deliver:   func(s state, value string) state { return s.with(destination, value) },
		back: func(s state, value string) (state, bool) {
			return s.with(source, value), s.keys[source] == ""
		},
	}
	if o.words[0] == "RENAMENX" {
		t.isRefused, t.looksFirst = func(s state) bool { return s.keys[destination] != "" }, true
	}
	return t.steps(o)
}

func listMoveModel(o *operation) []*step {
	source, destination, from, to := o.key(1), o.key(2), o.words[3], o.words[4]
	isList := func(s state, key int) bool { return isKind(s.keys[key], "l") }
	return transfer{
		canTake: func(s state) bool {
			if !isList(s, source) || s.keys[source] == "" {
				return o.outcome == nothing && s.keys[source] != "" // that is not nothing
			}
			_, element := popped(s.keys[source], from)
			return o.outcome != succeeded || element == o.reply
		},
		take: func(s state) (state, string) {
			rest, element := popped(s.keys[source], from)
			return s.with(source, rest), "l" + element
		},
		isRefused: func(s state) bool { return !isList(s, destination) || !isList(s, source) && s.hold[o.number][0] == "" },
		deliver: func(s state, value string) state {
			return s.with(destination, pushed(s.keys[destination], to, value[1:]))
		},
		// At the same end.
		back: func(s state, value string) (state, bool) {
			if !isList(s, source) {
				return s, false
			}
			return s.with(source, pushed(s.keys[source], from, value[1:])), true
		},
	}.steps(o)
}

func setMoveModel(o *operation) []*step {
	source, destination, member := o.key(1), o.key(2), o.words[3]
	return transfer{
		canTake: func(s state) bool { return contains(s.keys[source], member) },
		take: func(s state) (state, string) {
			return s.with(source, withoutMember(s.keys[source], member)), "s" + member
		},
		isRefused: never,
		deliver:   func(s state, _ string) state { return s.with(destination, withMember(s.keys[destination], member)) },
		back:      func(s state, _ string) (state, bool) { return s.with(source, withMember(s.keys[source], member)), true },
	}.steps(o)
}

// "COPY reads on one server and stores on the other in one step."
func copyModel(o *operation) []*step {
	n, source, destination := o.number, o.key(1), o.key(2)
	read := &step{n, takeBit, 0, func(s state) []state { return []state{s.holding(n, s.keys[source])} }}
	store := &step{n, deliverBit, takeBit, func(s state) []state {
		value, isFree := s.hold[n][0], s.keys[destination] == ""
		s = s.holding(n, "")
		stored := s.with(destination, value)
		switch {
		case o.outcome == notExecuted:
			return []state{s}
		case o.outcome == unknown && (value == "" || !isFree):
			return []state{s}
		case o.outcome == unknown:
			return []state{s, stored}
		case (o.reply == "1") != (value != "" && isFree):
			return nil
		case o.reply == "1":
			return []state{stored}
		}
		return []state{s}
	}}
	return []*step{read, store}
}
