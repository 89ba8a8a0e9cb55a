//go:build cgo

package rediscluster

import (
	"context"
	"fmt"
)

// A Pipeline collects commands and runs them in one call: all commands are sent, each to its node, before any reply is
// read. It is not a transaction. It can be used again after Exec. It is not safe for concurrent use.
type Pipeline struct {
	settings *settings
	run      func(context.Context, *Pipeline) ([]Result, error)
	request  request
	length   int
	first    string // the name of the first command
	err      error  // of the first command that has a bad argument
	tx       *Tx    // nil if it is no transaction
}

// Pipeline returns an empty pipeline.
func (c *Client) Pipeline() *Pipeline { return &Pipeline{settings: &c.settings, run: c.runPipeline} }

// Add appends a command with the arguments of Do. Exec reports bad arguments.
func (p *Pipeline) Add(args ...any) {
	if err := p.request.addCommand(args); err != nil && p.err == nil {
		p.err = fmt.Errorf("command %d of the pipeline: %w", p.length, err)
	}
	if p.length == 0 && len(args) > 0 {
		p.first, _ = args[0].(string)
	}
	if p.tx != nil {
		p.tx.note(args)
	}
	p.length++
}

// Len returns the number of commands in the pipeline.
func (p *Pipeline) Len() int { return p.length }

// Exec runs the commands, empties the pipeline, and returns one Result for each command, in order, and the error of the first
// command that failed. The other commands are not affected: their results are valid. A nil reply is not an error.
//
// If nothing was sent, because an argument is bad, ctx is done or the client is closed, the results are nil.
func (p *Pipeline) Exec(ctx context.Context) ([]Result, error) {
	defer p.reset()
	if p.err != nil {
		return nil, p.err
	}
	if p.length == 0 {
		return nil, ctx.Err()
	}
	end := p.settings.start(ctx, Call{Command: p.first, Count: p.length, IsTransaction: p.tx != nil})
	results, err := p.run(ctx, p)
	end(err)
	return results, err
}

func (p *Pipeline) reset() {
	p.request.bytes, p.length, p.err = p.request.bytes[:0], 0, nil
}

func (c *Client) runPipeline(ctx context.Context, p *Pipeline) ([]Result, error) {
	reply, err := c.call(ctx, execute, p.request.unsafeString())
	if err != nil {
		return nil, err
	}
	defer reply.free()
	return reply.results()
}
