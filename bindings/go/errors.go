package rediscluster

import (
	"context"
	"errors"
	"strconv"
)

// ErrClosed is returned by the methods of a Client or Session that has been closed.
var ErrClosed = errors.New("rediscluster: the client or session is closed")

// ErrNil is returned by the accessors of a nil Value.
var ErrNil = errors.New("rediscluster: the reply is nil")

// Nil is ErrNil, under the name that other clients give it: errors.Is(err, rediscluster.Nil).
var Nil = ErrNil

// Code is the kind of an Error. It is an error itself, so that errors.Is(err, ErrTimeout) tests for a kind.
type Code int32

// The kinds of errors. The numbers are the rediscluster_status values of the library.
const (
	ErrArgument  Code = 1  // an argument that cannot be sent, or an accessor for another type
	ErrConfig    Code = 2  // a bad configuration; the message gives the path of the value
	ErrRequest   Code = 3  // a command that cannot be routed; nothing was sent
	ErrCrossNode Code = 4  // keys on several nodes, where the command is not possible; nothing was sent
	ErrConnect   Code = 5  // no connection to the node; the command was not executed
	ErrPool      Code = 6  // all connections of the node (pool_size) are in use; the command was not executed
	ErrTimeout   Code = 7  // the node did not reply, or accepted no bytes, in time
	ErrIO        Code = 8  // the connection was lost
	ErrProtocol  Code = 9  // the server sent something other than RESP
	ErrMemory    Code = 10 // out of memory
	ErrInternal  Code = 11 // internal error (a bug in the library)
)

var codeTexts = [...]string{
	ErrArgument:  "invalid argument",
	ErrConfig:    "invalid configuration",
	ErrRequest:   "invalid request",
	ErrCrossNode: "keys on several nodes",
	ErrConnect:   "no connection",
	ErrPool:      "all connections are in use",
	ErrTimeout:   "timeout",
	ErrIO:        "connection lost",
	ErrProtocol:  "protocol error",
	ErrMemory:    "out of memory",
	ErrInternal:  "internal error",
}

// Error returns a description of the kind.
func (c Code) Error() string {
	if c >= ErrArgument && int(c) < len(codeTexts) {
		return "rediscluster: " + codeTexts[c]
	}
	return "rediscluster: error " + strconv.Itoa(int(c))
}

// An Error says why a command has no reply, or why a client could not be opened.
type Error struct {
	Code     Code   // the kind, for errors.Is
	Message  string // for people
	Node     string // the alias of the node that failed, or ""
	Executed bool   // true if the server may have executed the command, false if it certainly has not
	Address  string // host and port of the server, or the path of its socket, or ""
	Command  string // the name of the command, in capital letters, or ""

	cause error // what has interrupted the call: context.Canceled, ErrClosed or nil
}

// Error returns the message.
func (e *Error) Error() string { return "rediscluster: " + e.Message }

// newErrorWithoutReply returns the error of a call that has ended before its reply, because of cause. The command may still be executed.
func newErrorWithoutReply(message string, cause error) *Error {
	failure := &Error{Code: ErrTimeout, Message: message + ": " + cause.Error(), Executed: true}
	if cause != context.DeadlineExceeded {
		failure.cause = cause
	}
	return failure
}

// Unwrap returns the Code, for errors.Is.
func (e *Error) Unwrap() error { return e.Code }

// Is reports whether target is context.Canceled and the error that of a call whose context was canceled; target is ErrClosed and
// the error that of a call that Close has ended; or target is context.DeadlineExceeded and the error another timeout, as for the
// timeouts of package net.
func (e *Error) Is(target error) bool {
	if e.cause != nil {
		return target == e.cause
	}
	return target == context.DeadlineExceeded && e.Code == ErrTimeout
}

// A ServerError is an error reply of a server, unchanged: "WRONGTYPE Operation against a key …".
type ServerError string

// Error returns the error reply.
func (e ServerError) Error() string { return string(e) }

// A CommandError is the ServerError that a command ended with, and where it comes from: errors.As finds the ServerError too.
// The elements of an array that are errors are ServerErrors only.
type CommandError struct {
	ServerError
	Node    string // the alias of the node, or "" if the command took several steps on several nodes
	Address string // host and port of the server, or the path of its socket, or ""
	Command string // the name of the command, in capital letters, or ""
}

// Unwrap returns the ServerError.
func (e *CommandError) Unwrap() error { return e.ServerError }
