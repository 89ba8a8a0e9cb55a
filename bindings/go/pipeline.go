//go:build cgo

package rediscluster

import (
	"context"
	"fmt"
)

// A Pipeline collects commands and runs them in one call: all commands are sent, each to its node, before any reply is
// read. It is not a transaction. It can be used again after Exec. It is not safe for concurrent use.
type Pipeline struct {
	client  *Client
	request request
	length  int
	err     error // of the first command that has a bad argument
}

// Pipeline returns an empty pipeline.
func (c *Client) Pipeline() *Pipeline { return &Pipeline{client: c} }

// Add appends a command with the arguments of Do. Exec reports bad arguments.
func (p *Pipeline) Add(args ...any) {
	if err := p.request.addCommand(args); err != nil && p.err == nil {
		p.err = fmt.Errorf("command %d of the pipeline: %w", p.length, err)
	}
	p.length++
}

// Len returns the number of commands in the pipeline.
func (p *Pipeline) Len() int { return p.length }

// Exec runs the commands, empties the pipeline, and returns one Result for each command, in order. The failure of a command
// or a node is in the results of the commands that it affects. Exec returns an error if nothing was sent, because an
// argument is bad, ctx is done or the client is closed.
func (p *Pipeline) Exec(ctx context.Context) ([]Result, error) {
	defer p.reset()
	if p.err != nil {
		return nil, p.err
	}
	if p.length == 0 {
		return nil, ctx.Err()
	}
	reply, err := p.client.call(ctx, execute, p.request.unsafeString())
	if err != nil {
		return nil, err
	}
	defer reply.free()
	values, err := reply.decoder().value(0).Array()
	if err != nil {
		return nil, err
	}
	results := make([]Result, len(values))
	for i, value := range values {
		results[i] = newResult(value)
	}
	return results, nil
}

func (p *Pipeline) reset() {
	p.request.bytes, p.length, p.err = p.request.bytes[:0], 0, nil
}
