//go:build cgo

package rediscluster

import (
	"context"
	"runtime"
	"time"
)

// An Explanation is what a command would do.
type Explanation struct {
	Command    string // its name
	Strategy   string // one node, split, gather, colocate, transfer, refuse and others
	Atomic     bool   // whether others see all of it at once, or nothing
	RoundTrips int
	Nodes      []string // the aliases of those that it would go to
	Keys       []ExplainedKey
	Steps      []ExplainedStep
	Reason     string // why it is refused, else ""
}

// An ExplainedKey is a key of a command.
type ExplainedKey struct {
	Position int    // among the arguments, the command's name being at 0
	Key      string // as it is stored, its tag stripped where tags are
	Node     string
	Pinned   bool // the tag of the first key drew it there
}

// An ExplainedStep is what one node would be sent in one round trip.
type ExplainedStep struct {
	Round   int // from 1; steps of one round are under way at the same time
	Node    string
	Command string // for people: … stands for what is not known before
}

// Explain tells what a command would do, and does not do it. Where that depends on the size of its operands, they are looked at.
// Arguments are those of Do.
func (c *Client) Explain(ctx context.Context, args ...any) (Explanation, error) {
	request := newRequest()
	defer request.recycle()
	if err := request.command(args); err != nil {
		return Explanation{}, err
	}
	reply, err := c.handle.call(ctx, explain, request.text())
	runtime.KeepAlive(c) // or the collector could close it before the call begins
	if err != nil {
		return Explanation{}, err
	}
	defer reply.free()
	field, err := reply.decoder().value(0).Map()
	if err != nil {
		return Explanation{}, err
	}
	nodes, err := field["nodes"].Strings()
	if err != nil {
		return Explanation{}, err
	}
	keys, err := eachMap(field["keys"], newExplainedKey)
	if err != nil {
		return Explanation{}, err
	}
	steps, err := eachMap(field["steps"], newExplainedStep)
	return Explanation{
		Command:    field["command"].textOrEmpty(),
		Strategy:   field["strategy"].textOrEmpty(),
		Atomic:     field["atomic"].number != 0,
		RoundTrips: int(field["round_trips"].number),
		Nodes:      nodes,
		Keys:       keys,
		Steps:      steps,
		Reason:     field["reason"].textOrEmpty(),
	}, err
}

func newExplainedKey(field map[string]Value) ExplainedKey {
	return ExplainedKey{
		Position: int(field["position"].number),
		Key:      field["key"].textOrEmpty(),
		Node:     field["node"].textOrEmpty(),
		Pinned:   field["pinned"].number != 0,
	}
}

func newExplainedStep(field map[string]Value) ExplainedStep {
	return ExplainedStep{
		Round:   int(field["round"].number),
		Node:    field["node"].textOrEmpty(),
		Command: field["command"].textOrEmpty(),
	}
}

// A Recovered is what an interrupted move had left on a node, and what has become of it.
type Recovered struct {
	Node        string
	Key         string // the hidden one
	Command     string // the move: RENAME, SMOVE, LMOVE …
	Source      string
	Destination string
	Age         time.Duration
	Outcome     string // finished, undone, removed (a copy that was not needed), young or waiting
	Reason      string // why it waits, else ""
}

// Recover finds what interrupted moves between nodes (RENAME, SMOVE, LMOVE and the like) have left on the servers, and brings it to an
// end: what had arrived is removed from where it came from, what had not is put back there. Until then it is kept, and not seen.
//
// A move that began less than minAge ago is left alone, for it may be under way: choose it longer than any call may take.
func (c *Client) Recover(ctx context.Context, minAge time.Duration) ([]Recovered, error) {
	if minAge < 0 {
		return nil, &Error{Code: ErrArgument, Message: "the least age is negative"}
	}
	const millisecond = uint64(time.Millisecond)
	atLeast := (uint64(minAge) + millisecond - 1) / millisecond // never less than what was asked for
	reply, err := c.handle.recover(ctx, atLeast)
	runtime.KeepAlive(c) // or the collector could close it before the call begins
	if err != nil {
		return nil, err
	}
	defer reply.free()
	return eachMap(reply.decoder().value(0), newRecovered)
}

func newRecovered(field map[string]Value) Recovered {
	return Recovered{
		Node:        field["node"].textOrEmpty(),
		Key:         field["key"].textOrEmpty(),
		Command:     field["command"].textOrEmpty(),
		Source:      field["source"].textOrEmpty(),
		Destination: field["destination"].textOrEmpty(),
		Age:         time.Duration(field["age"].number) * time.Millisecond,
		Outcome:     field["outcome"].textOrEmpty(),
		Reason:      field["reason"].textOrEmpty(),
	}
}

// eachMap reads an array of maps.
func eachMap[T any](list Value, read func(map[string]Value) T) ([]T, error) {
	elements, err := list.Array()
	if err != nil {
		return nil, err
	}
	all := make([]T, len(elements))
	for i, element := range elements {
		field, err := element.Map()
		if err != nil {
			return nil, err
		}
		all[i] = read(field)
	}
	return all, nil
}
