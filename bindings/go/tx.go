//go:build cgo

package rediscluster

import (
	"context"
	"errors"
	"strings"
)

// ErrConflict is returned by transactions whose watched keys were changed by another client. Nothing was executed: begin again.
var ErrConflict = errors.New("rediscluster: a watched key was changed by another client")

// A Tx is a transaction with watched keys: see Client.Watch. It is not safe for concurrent use.
type Tx struct {
	session    *Session
	isWatching bool // until Exec
	// A command may have changed the state of the session, so it is not used for later transactions.
	hasState bool
}

// Tx runs the commands that fn adds in one transaction: MULTI and EXEC. It returns one Result for each command and the error of the
// first that failed. If fn returns an error, nothing is sent and the error is returned. If a server refuses to queue a command,
// nothing is executed, the results are nil, and the error is its reply.
//
// All keys must be on one node, see hash tags; the option transactions of the configuration can allow several.
func (c *Client) Tx(ctx context.Context, fn func(p *Pipeline) error) ([]Result, error) {
	session, err := c.takeSession(ctx)
	if err != nil {
		return nil, err
	}
	tx := &Tx{session: session}
	isClean := false
	defer func() { c.putSession(session, isClean) }() // also after a panic of fn
	results, err := tx.Exec(ctx, fn)
	isClean = results != nil && !tx.hasState
	return results, err
}

// Watch watches keys and calls fn, which reads with tx.Do and writes with tx.Exec. If another client changes one of the keys before
// tx.Exec, that returns ErrConflict and executes nothing. Watch returns the error of fn and does not repeat it:
//
//	for {
//		err := c.Watch(ctx, transfer, "account:{1}")
//		if !errors.Is(err, rediscluster.ErrConflict) {
//			return err
//		}
//	}
func (c *Client) Watch(ctx context.Context, fn func(tx *Tx) error, keys ...string) error {
	session, err := c.takeSession(ctx)
	if err != nil {
		return err
	}
	isClean := false
	defer func() { c.putSession(session, isClean) }() // also after a panic of fn
	watch := []any{"WATCH"}
	for _, key := range keys {
		watch = append(watch, key)
	}
	if _, err := session.Do(ctx, watch...); err != nil {
		return err
	}
	tx := &Tx{session: session, isWatching: true}
	if err := fn(tx); err != nil {
		isClean = errors.Is(err, ErrConflict) && !tx.isWatching && !tx.hasState
		return err
	}
	if tx.isWatching && !tx.hasState {
		_, err = session.Do(ctx, "UNWATCH")
		tx.isWatching = err != nil
	}
	isClean = !tx.isWatching && !tx.hasState
	return nil
}

// Do runs one command at once, like Session.Do: commands that read, before Exec.
func (tx *Tx) Do(ctx context.Context, args ...any) (Value, error) {
	tx.note(args)
	return tx.session.Do(ctx, args...)
}

// Exec runs the commands that fn adds in one transaction, unless a watched key has changed: then it returns ErrConflict. The results
// are those of Client.Tx.
func (tx *Tx) Exec(ctx context.Context, fn func(p *Pipeline) error) ([]Result, error) {
	p := Pipeline{settings: &tx.session.settings, run: tx.session.runTransaction, tx: tx}
	if err := fn(&p); err != nil {
		return nil, err
	}
	results, err := p.Exec(ctx)
	if results != nil || err == ErrConflict { // EXEC had a reply
		tx.isWatching = false
	}
	return results, err
}

// note notes whether a command may change the state of the session.
func (tx *Tx) note(args []any) {
	name, isString := nameOf(args).(string)
	_, isStateful := stateful[strings.ToUpper(name)]
	tx.hasState = tx.hasState || isStateful || !isString
}

// stateful has the commands that the library refuses outside of a session.
var stateful = setOf(`ASKING AUTH CLIENT CLUSTER DISCARD EXEC HELLO HIMPORT MONITOR MULTI PSUBSCRIBE PSYNC PUNSUBSCRIBE QUIT READONLY
	READWRITE REPLCONF RESET SCRIPT SELECT SSUBSCRIBE SUBSCRIBE SUNSUBSCRIBE SYNC UNSUBSCRIBE UNWATCH WATCH`)

// runTransaction runs the commands of a pipeline between MULTI and EXEC.
func (s *Session) runTransaction(ctx context.Context, p *Pipeline) ([]Result, error) {
	request := requestFromPool()
	addBulkCommand(request, "MULTI")
	request.bytes = append(request.bytes, p.request.bytes...)
	addBulkCommand(request, "EXEC")
	reply, err := s.executeRequest(ctx, request)
	if err != nil {
		return nil, err
	}
	defer reply.free()
	replies, err := reply.results()
	if err != nil {
		return nil, err // of a command that was not queued: it precedes that of EXEC
	}
	executed := replies[len(replies)-1].Value
	if executed.IsNil() {
		return nil, ErrConflict
	}
	values, err := executed.Array()
	if err != nil {
		return nil, err
	}
	results := make([]Result, len(values))
	for i, value := range values {
		results[i] = newResult(value)
		if err == nil {
			err = results[i].Err
		}
	}
	return results, err
}

func addBulkCommand(r *request, name string) {
	r.addHeader('*', 1)
	addBulkString(r, name)
}

// maxIdleSessions is how many sessions a client keeps for later transactions.
const maxIdleSessions = 16

// takeSession returns a session without state.
func (c *Client) takeSession(ctx context.Context) (*Session, error) {
	if c.handle.closed.Load() {
		return nil, ErrClosed
	}
	select {
	case session := <-c.sessions:
		return session, nil
	default:
		return c.Session(ctx)
	}
}

// putSession keeps a session for later transactions, if it has no state.
func (c *Client) putSession(session *Session, isClean bool) {
	if isClean && !c.handle.closed.Load() {
		select {
		case c.sessions <- session:
			if c.handle.closed.Load() { // perhaps after Close has emptied the channel
				c.closeSessions()
			}
			return
		default:
		}
	}
	session.Close()
}

// closeSessions closes the sessions that are kept.
func (c *Client) closeSessions() {
	for {
		select {
		case session := <-c.sessions:
			session.Close()
		default:
			return
		}
	}
}
