//go:build cgo

package rediscluster

import (
	"context"
	"fmt"
)

// A Pipeline collects commands and runs them in one call: all are written, each to its node, before a reply is read.
// It is no transaction. It may be used again after Exec, and by one goroutine at a time.
type Pipeline struct {
	client  *Client
	request request
	length  int
	err     error // the first command that could not be collected
}

// A Result is what became of one command: its reply, or the ServerError or *Error that stands in its place.
type Result struct {
	Value Value
	Err   error
}

func newResult(v Value) Result {
	if err := v.Err(); err != nil {
		return Result{Err: err}
	}
	return Result{Value: v}
}

// Pipeline makes an empty pipeline.
func (c *Client) Pipeline() *Pipeline { return &Pipeline{client: c} }

// Add collects a command, with arguments as Do takes them. One that cannot be sent is reported by Exec.
func (p *Pipeline) Add(args ...any) {
	if err := p.request.command(args); err != nil && p.err == nil {
		p.err = fmt.Errorf("command %d of the pipeline: %w", p.length, err)
	}
	p.length++
}

// Len is the number of commands collected.
func (p *Pipeline) Len() int { return p.length }

// Exec runs the commands and answers one result for each, in their order: the failure of one command or node leaves
// the results of the others as they are. An error is returned if nothing was sent at all, because an argument was
// wrong, the context done or the client closed. The pipeline is empty afterwards.
func (p *Pipeline) Exec(ctx context.Context) ([]Result, error) {
	defer p.reset()
	if p.err != nil {
		return nil, p.err
	}
	if p.length == 0 {
		return nil, ctx.Err()
	}
	reply, err := p.client.handle.call(ctx, execute, p.request.text())
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
