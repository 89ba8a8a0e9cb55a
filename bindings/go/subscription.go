//go:build cgo

package rediscluster

import (
	"context"
	"errors"
	"sync"
	"time"
)

// A Message is what a subscription receives.
type Message struct {
	Channel string
	Pattern string // that the channel matches, if the subscription is to a pattern
	Payload string
	// Err is not nil if the connection to a server was lost: messages may have been lost. The other fields are empty then. The
	// subscription goes on, and subscribes there again.
	Err error
}

// A Subscription receives the messages of channels and patterns, on all nodes. It is safe for concurrent use by multiple
// goroutines.
type Subscription struct {
	session *Session
	once    sync.Once
	// ctx is that of the goroutine of Messages, which stop ends.
	ctx      context.Context
	stop     context.CancelFunc
	messages chan Message
}

// Subscribe subscribes to channels. Messages that are published after it has returned are received.
func (c *Client) Subscribe(ctx context.Context, channels ...string) (*Subscription, error) {
	return c.subscribe(ctx, "SUBSCRIBE", channels)
}

// PSubscribe subscribes to patterns, such as news.*.
func (c *Client) PSubscribe(ctx context.Context, patterns ...string) (*Subscription, error) {
	return c.subscribe(ctx, "PSUBSCRIBE", patterns)
}

// SSubscribe subscribes to channels of SPUBLISH.
func (c *Client) SSubscribe(ctx context.Context, channels ...string) (*Subscription, error) {
	return c.subscribe(ctx, "SSUBSCRIBE", channels)
}

// SubscribeFunc subscribes to channels and calls handler for each message, one at a time, on the goroutine of the caller. It returns
// the error of ctx when ctx is done, or the first error of handler.
func (c *Client) SubscribeFunc(ctx context.Context, handler func(Message) error, channels ...string) error {
	s, err := c.Subscribe(ctx, channels...)
	if err != nil {
		return err
	}
	defer s.Close()
	return s.Handle(ctx, handler)
}

func (c *Client) subscribe(ctx context.Context, command string, names []string) (*Subscription, error) {
	session, err := c.Session(ctx)
	if err != nil {
		return nil, err
	}
	s := &Subscription{session: session, messages: make(chan Message)}
	s.ctx, s.stop = context.WithCancel(context.Background())
	if err := s.change(ctx, command, names); err != nil {
		s.Close()
		return nil, err
	}
	return s, nil
}

// Do changes the subscription, with SUBSCRIBE, PUNSUBSCRIBE and the like; the arguments are those of Session.Do. It may be called
// while messages are received.
func (s *Subscription) Do(ctx context.Context, args ...any) (Value, error) {
	return s.session.Do(ctx, args...)
}

func (s *Subscription) change(ctx context.Context, command string, names []string) error {
	args := []any{command}
	for _, name := range names {
		args = append(args, name)
	}
	_, err := s.Do(ctx, args...)
	return err
}

// Messages returns a channel that receives the messages. Each call returns the same channel. It is closed after Close, and after the
// last channel or pattern is unsubscribed. If the program does not read it, messages wait in the buffers of the servers, which
// disconnect a client that exceeds their client-output-buffer-limit.
//
// Do not use it together with Handle: each message would be passed to only one of them.
func (s *Subscription) Messages() <-chan Message {
	s.once.Do(func() {
		go func() {
			defer close(s.messages)
			s.Handle(s.ctx, func(message Message) error {
				select {
				case s.messages <- message:
					return nil
				case <-s.ctx.Done():
					return s.ctx.Err()
				}
			})
		}()
	})
	return s.messages
}

// Handle calls handler for each message, one at a time, on the goroutine of the caller. It returns the error of ctx when ctx is
// done, ErrClosed after Close, an *Error with the code ErrRequest after the last channel or pattern is unsubscribed, or the first
// error of handler.
func (s *Subscription) Handle(ctx context.Context, handler func(Message) error) error {
	const shortest, longest = 10 * time.Millisecond, time.Second
	for pause := shortest; ; {
		message, err := s.receive(ctx)
		switch {
		case err == nil: // also if ctx is done by now: the message was received
		case ctx.Err() != nil:
			return ctx.Err()
		case errors.Is(err, ErrClosed), errors.Is(err, ErrRequest): // ErrRequest: there is no subscription
			return err
		default:
			message = Message{Err: err}
		}
		if err := handler(message); err != nil {
			return err
		}
		if message.Err == nil {
			pause = shortest
			continue
		}
		// The server may be unavailable for a long time.
		if err := sleep(ctx, pause); err != nil {
			return err
		}
		pause = min(2*pause, longest)
	}
}

func (s *Subscription) receive(ctx context.Context) (Message, error) {
	v, err := s.session.Receive(ctx)
	if err != nil {
		return Message{}, err
	}
	parts, err := v.Strings()
	if err != nil {
		return Message{}, err
	}
	switch {
	case len(parts) == 4: // pmessage
		return Message{Pattern: parts[1], Channel: parts[2], Payload: parts[3]}, nil
	case len(parts) == 3:
		return Message{Channel: parts[1], Payload: parts[2]}, nil
	}
	return Message{}, &Error{Code: ErrProtocol, Message: "unexpected form of a message: " + v.String()}
}

// Close ends the subscription, and closes the channel of Messages. It always returns nil.
func (s *Subscription) Close() error {
	s.stop()
	return s.session.Close()
}

func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
