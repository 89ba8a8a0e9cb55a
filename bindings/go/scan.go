//go:build cgo

package rediscluster

import (
	"context"
	"fmt"
)

// Scan returns an iterator over the keys of all nodes, an iter.Seq2[string, error]. The options are those of SCAN: MATCH, COUNT,
// TYPE. As on one server, a key that exists all the time is returned at least once, and can be returned several times.
//
// An error ends the iteration; it comes with an empty key. Nothing is sent before the iteration begins.
//
//	for key, err := range c.Scan(ctx, "MATCH", "user:*") {
//		if err != nil {
//			return err
//		}
//		fmt.Println(key)
//	}
//
// The loop needs Go 1.23. With an older version, call the iterator with a function that returns whether to go on.
func (c *Client) Scan(ctx context.Context, options ...any) func(yield func(string, error) bool) {
	return scan(c, ctx, []any{"SCAN"}, options, 1, textOf)
}

// SScan is like Scan for the members of a set.
func (c *Client) SScan(ctx context.Context, key string, options ...any) func(yield func(string, error) bool) {
	return scan(c, ctx, []any{"SSCAN", key}, options, 1, textOf)
}

// A Field is one field of a hash.
type Field struct{ Name, Value string }

// HScan is like Scan for the fields of a hash. The option NOVALUES is not supported.
func (c *Client) HScan(ctx context.Context, key string, options ...any) func(yield func(Field, error) bool) {
	return scan(c, ctx, []any{"HSCAN", key}, options, 2, func(pair []Value) (Field, error) {
		name, err := pair[0].Text()
		if err != nil {
			return Field{}, err
		}
		value, err := pair[1].Text()
		return Field{Name: name, Value: value}, err
	})
}

// A Member is one member of a sorted set.
type Member struct {
	Name  string
	Score float64
}

// ZScan is like Scan for the members of a sorted set.
func (c *Client) ZScan(ctx context.Context, key string, options ...any) func(yield func(Member, error) bool) {
	return scan(c, ctx, []any{"ZSCAN", key}, options, 2, func(pair []Value) (Member, error) {
		name, err := pair[0].Text()
		if err != nil {
			return Member{}, err
		}
		score, err := pair[1].Float()
		return Member{Name: name, Score: score}, err
	})
}

func textOf(values []Value) (string, error) { return values[0].Text() }

// scan iterates over the elements of a command that takes and returns a cursor, of which size values make one element.
func scan[T any](c *Client, ctx context.Context, command, options []any, size int, element func([]Value) (T, error)) func(func(T, error) bool) {
	return func(yield func(T, error) bool) {
		var none T
		for cursor := "0"; ; {
			args := append(append(append([]any{}, command...), cursor), options...)
			next, values, err := readPage(c.Do(ctx, args...))
			for ; err == nil && len(values) >= size; values = values[size:] {
				var e T
				if e, err = element(values); err == nil && !yield(e, nil) {
					return
				}
			}
			if err != nil {
				yield(none, err)
				return
			}
			if cursor = next; cursor == "0" {
				return
			}
		}
	}
}

// readPage reads the reply of SCAN and its kind: the next cursor and the elements.
func readPage(reply Value, err error) (cursor string, elements []Value, _ error) {
	if err != nil {
		return "", nil, err
	}
	parts, err := reply.Array()
	if err != nil {
		return "", nil, err
	}
	if len(parts) != 2 {
		return "", nil, &Error{Code: ErrProtocol, Message: fmt.Sprintf("the reply of a scan has %d elements, not a cursor and an array", len(parts))}
	}
	if cursor, err = parts[0].Text(); err != nil {
		return "", nil, err
	}
	elements, err = parts[1].Array()
	return cursor, elements, err
}
