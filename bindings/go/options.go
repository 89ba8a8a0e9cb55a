package rediscluster

import (
	"context"
	"log/slog"
	"strings"
	"time"
)

// An Option changes what a client does in Go. The configuration says what the library does.
type Option func(*settings)

type settings struct {
	hooks       []Hook
	isUnbatched bool
	hasDeadline bool // the option deadline of the configuration
}

func newSettings(options []Option) settings {
	var s settings
	for _, option := range options {
		option(&s)
	}
	return s
}

// WithoutBatching makes each call of Do a call of its own into the library.
//
// By default, when several goroutines call Do at the same time, short commands with one key, such as GET, SET, INCR and HGET, are
// collected and sent together. That is several times as fast, and needs fewer threads. A command is sent at once while no other call
// is in progress. A server that does not reply delays the commands in one batch with a command for it, until its timeout or the
// deadline of their contexts. At most four batches are in progress: the next commands wait for the end of one.
func WithoutBatching() Option { return func(s *settings) { s.isUnbatched = true } }

// A Call is a call of a client or session that has ended.
type Call struct {
	Command string // its name, in capital letters: that of the first command of a pipeline; "" if the name is not a string
	Count   int    // the number of commands
	// The commands are those of a transaction: see Client.Tx and Tx.Exec. MULTI and EXEC are not counted.
	IsTransaction bool
	Duration      time.Duration // from the beginning of the call to its end
	Err           error         // what the call returned
}

// A Hook is called at the end of each call of Do, DoMulti, Exec, Each and EachOn, on the goroutine of the caller, with the context of
// the call.
type Hook func(ctx context.Context, call Call)

// WithHook adds a hook, for metrics and tracing. It is also called for clients, sessions and transactions that are made from the client.
func WithHook(hook Hook) Option {
	return func(s *settings) { s.hooks = append(s.hooks[:len(s.hooks):len(s.hooks)], hook) }
}

// WithLogger logs every call of the client: at the level Warn if it has failed, otherwise at the level Debug. Arguments are not
// logged. To log what happens to the servers, such as a failover, use SetLogger.
func WithLogger(logger *slog.Logger) Option {
	return WithHook(func(ctx context.Context, call Call) {
		level, text := slog.LevelDebug, "rediscluster: call"
		if call.Err != nil {
			level, text = slog.LevelWarn, "rediscluster: call failed"
		}
		if !logger.Enabled(ctx, level) {
			return
		}
		attributes := []slog.Attr{
			slog.String("command", call.Command), slog.Int("count", call.Count), slog.Duration("duration", call.Duration),
		}
		if call.Err != nil {
			attributes = append(attributes, slog.Any("error", call.Err))
		}
		logger.LogAttrs(ctx, level, text, attributes...)
	})
}

// startCall returns the function that calls the hooks at the end of a call. command is the name of the command if it is a string.
func (s *settings) startCall(ctx context.Context, count int, command any) func(error) {
	name, _ := command.(string)
	return s.start(ctx, Call{Command: name, Count: count})
}

func (s *settings) start(ctx context.Context, call Call) func(error) {
	if len(s.hooks) == 0 {
		return func(error) {}
	}
	return s.report(ctx, call, time.Now())
}

// report is a function of its own, because the closure puts call on the heap.
func (s *settings) report(ctx context.Context, call Call, begin time.Time) func(error) {
	return func(err error) {
		call.Command, call.Duration, call.Err = strings.ToUpper(call.Command), time.Since(begin), err
		for _, hook := range s.hooks {
			hook(ctx, call)
		}
	}
}

// nameOf returns the first argument of a command.
func nameOf(args []any) any {
	if len(args) == 0 {
		return nil
	}
	return args[0]
}
