//go:build cgo

package rediscluster

import (
	"context"
	"runtime"
	"time"
)

// A RecoveredMove is an interrupted move that Recover found, and what Recover did about it.
type RecoveredMove struct {
	Node        string // the alias of the node that stores HiddenKey
	HiddenKey   string // the key that holds the value until the move is finished or undone
	Command     string // RENAME, SMOVE, LMOVE and the like
	Source      string
	Destination string
	Age         time.Duration
	Outcome     string // finished, undone, removed (an unneeded copy), young (less than minAge old), waiting, or moved (RecoverTo)
	Reason      string // why it is waiting, or ""
}

// RecoverMinAge is a minAge for Recover that is longer than almost any call takes.
const RecoverMinAge = time.Minute

// Recover finds the moves between nodes (RENAME, SMOVE, LMOVE and the like) that were interrupted, and finishes or undoes
// them. If the value arrived at the destination, Recover removes it from the source; otherwise it restores the source.
// Until then a hidden key keeps the value.
//
// Recover does not touch moves that began less than minAge ago, because they may be in progress. No minAge is unsafe, but a
// move that Recover overtakes fails: pass RecoverMinAge, or a time that is longer than any call takes. It is rounded up to milliseconds; a negative one is an *Error with the code ErrArgument.
func (c *Client) Recover(ctx context.Context, minAge time.Duration) ([]RecoveredMove, error) {
	defer runtime.KeepAlive(c) // otherwise the finalizer could close the client before the call begins
	if minAge < 0 {
		return nil, &Error{Code: ErrArgument, Message: "minAge is " + minAge.String() + ", it must not be negative"}
	}
	reply, err := c.handle.recoverMoves(ctx, millisecondsRoundedUp(minAge))
	if err != nil {
		return nil, err
	}
	defer reply.free()
	return readList(reply.decoder().value(0), newRecoveredMove)
}

// RecoverTo moves a value that Recover reports as waiting, because its source key is in use again, to another key, which must
// not exist. hiddenKey is the HiddenKey of that report.
//
// The Outcome is moved; finished if the value had arrived at its destination after all; or waiting: then the value is in
// HiddenKey, which may be another one than before. It is a ServerError if no interrupted move has its value in hiddenKey.
func (c *Client) RecoverTo(ctx context.Context, hiddenKey, key string) (RecoveredMove, error) {
	defer runtime.KeepAlive(c) // otherwise the finalizer could close the client before the call begins
	reply, err := c.handle.recoverTo(ctx, hiddenKey, key)
	if err != nil {
		return RecoveredMove{}, err
	}
	defer reply.free()
	return readMove(reply.decoder().value(0))
}

func millisecondsRoundedUp(d time.Duration) uint64 {
	const millisecond = uint64(time.Millisecond)
	return (uint64(d) + millisecond - 1) / millisecond
}

func newRecoveredMove(move fields) RecoveredMove {
	return RecoveredMove{
		Node:        move.text("node"),
		HiddenKey:   move.text("key"),
		Command:     move.text("command"),
		Source:      move.text("source"),
		Destination: move.text("destination"),
		Age:         time.Duration(move.integer("age_ms")) * time.Millisecond,
		Outcome:     move.text("outcome"),
		Reason:      move.text("reason"),
	}
}

func readMove(reply Value) (RecoveredMove, error) {
	move, err := readFields(reply)
	if err != nil {
		return RecoveredMove{}, err
	}
	return newRecoveredMove(move), nil
}
