//go:build cgo

package rediscluster

import "context"

// An Explanation describes what a command would do.
type Explanation struct {
	Command     string // the name of the command
	Strategy    string // one node, split, gather, colocate, transfer, refuse and others
	Atomic      bool   // whether other clients see either all of its effect or none of it
	RoundTrips  int
	Nodes       []string // the aliases of the nodes that would be contacted
	Keys        []ExplainedKey
	ServedBy    string // which servers of a node may run it: master, replica, any or nearest, as the option read names them
	Steps       []ExplainedStep
	OthersSee   string // the intermediate states that other clients can see: nothing, parts, and others of docs/commands.md
	Meanwhile   string // these states in words
	WhenItFails string // what a failure can leave, in words
	Reason      string // why the command would be refused, or ""
}

// An ExplainedKey is a key of an explained command.
type ExplainedKey struct {
	Position int    // index among the arguments; the command name is argument 0
	Key      string // the key as the server stores it: without its hash tag if hash_tag is strip
	Node     string // the alias of the node that stores it
	Pinned   bool   // whether the hash tag of the first key, or a rule of pin, moved it to that node
	Previous string // the alias of the server where the previous layout has it; "" without Config.Previous
}

// An ExplainedStep is a command that one node would receive in one round trip.
type ExplainedStep struct {
	Round   int    // from 1; steps of the same round run in parallel
	Node    string // the alias of the node
	Command string // for people to read; … replaces what is known only when the command runs
}

// Explain describes what a command would do, and does not run it. If the strategy depends on the size of the operands,
// Explain asks the servers for it. The arguments are those of Do.
func (c *Client) Explain(ctx context.Context, args ...any) (Explanation, error) {
	reply, err := c.callWithCommand(ctx, explain, args)
	if err != nil {
		return Explanation{}, err
	}
	defer reply.free()
	return newExplanation(reply.decoder().value(0))
}

func newExplanation(reply Value) (Explanation, error) {
	explanation, err := readFields(reply)
	if err != nil {
		return Explanation{}, err
	}
	nodes, err := explanation["nodes"].Strings()
	if err != nil {
		return Explanation{}, err
	}
	keys, err := readList(explanation["keys"], newExplainedKey)
	if err != nil {
		return Explanation{}, err
	}
	steps, err := readList(explanation["steps"], newExplainedStep)
	if err != nil {
		return Explanation{}, err
	}
	return Explanation{
		Command:     explanation.text("command"),
		Strategy:    explanation.text("strategy"),
		Atomic:      explanation.boolean("atomic"),
		RoundTrips:  int(explanation.integer("round_trips")),
		Nodes:       nodes,
		Keys:        keys,
		ServedBy:    explanation.text("served_by"),
		Steps:       steps,
		OthersSee:   explanation.text("others_see"),
		Meanwhile:   explanation.text("meanwhile"),
		WhenItFails: explanation.text("when_it_fails"),
		Reason:      explanation.text("reason"),
	}, nil
}

func newExplainedKey(key fields) ExplainedKey {
	return ExplainedKey{
		Position: int(key.integer("position")),
		Key:      key.text("key"),
		Node:     key.text("node"),
		Pinned:   key.boolean("pinned"),
		Previous: key.text("previous"),
	}
}

func newExplainedStep(step fields) ExplainedStep {
	return ExplainedStep{
		Round:   int(step.integer("round")),
		Node:    step.text("node"),
		Command: step.text("command"),
	}
}
