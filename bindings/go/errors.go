package rediscluster

import (
	"errors"
	"strconv"
)

// ErrClosed is the answer of a Client that has been closed.
var ErrClosed = errors.New("rediscluster: the client is closed")

// ErrNil is the answer of an accessor that wants a value from a nil reply.
var ErrNil = errors.New("rediscluster: nil reply")

// Code is the kind of a failure. It is an error itself, so that errors.Is(err, ErrTimeout) asks for a kind.
type Code int32

// The kinds of failures, numbered as in the library.
const (
	ErrArgument  Code = 1  // a value that cannot be sent, or an accessor that does not fit the reply
	ErrConfig    Code = 2  // the configuration; the message names the place
	ErrRequest   Code = 3  // a command that cannot be routed
	ErrCrossNode Code = 4  // keys on several nodes, and no way to run the command there
	ErrConnect   Code = 5  // no connection to the node; never executed
	ErrPool      Code = 6  // all connections of the node are in use; never executed
	ErrTimeout   Code = 7  // the node did not answer in time
	ErrIO        Code = 8  // the connection was lost
	ErrProtocol  Code = 9  // the server sent what is not RESP
	ErrMemory    Code = 10 // out of memory
	ErrInternal  Code = 11 // a fault of the library
)

var codeNames = [...]string{
	ErrArgument:  "wrong argument",
	ErrConfig:    "wrong configuration",
	ErrRequest:   "wrong request",
	ErrCrossNode: "keys on several nodes",
	ErrConnect:   "no connection",
	ErrPool:      "all connections are in use",
	ErrTimeout:   "timeout",
	ErrIO:        "connection lost",
	ErrProtocol:  "protocol error",
	ErrMemory:    "out of memory",
	ErrInternal:  "internal error",
}

// Error says the kind in words.
func (c Code) Error() string {
	if c >= ErrArgument && int(c) < len(codeNames) {
		return "rediscluster: " + codeNames[c]
	}
	return "rediscluster: error " + strconv.Itoa(int(c))
}

// Error says why a command has no reply, or why a client could not be opened.
type Error struct {
	Code     Code   // the kind; errors.Is(err, ErrTimeout) compares it
	Message  string // what happened, for people
	Node     string // the alias of the node that failed, or "" if it was none
	Executed bool   // false: the command was certainly not executed; true: perhaps it was
}

// Error answers the message.
func (e *Error) Error() string { return "rediscluster: " + e.Message }

// Unwrap answers the Code, for errors.Is.
func (e *Error) Unwrap() error { return e.Code }

// ServerError is an error reply of a server, as it came: "WRONGTYPE Operation against a key …".
type ServerError string

// Error answers the server's words.
func (e ServerError) Error() string { return string(e) }
