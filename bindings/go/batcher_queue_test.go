package rediscluster

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"
)

func TestBatchesAreBoundedInOrderAndLeaveOutAbandonedCommands(t *testing.T) {
	b := &batcher{timer: time.AfterFunc(time.Hour, func() {})} // which starts no flusher
	b.flushers.Store(1)
	for i := 0; i < 2*maxBatchCommands+10; i++ {
		one := &batched{}
		one.request.bytes = append(one.request.bytes, fmt.Sprint(i, " ")...)
		b.queue = append(b.queue, one)
	}
	if err := b.queue[1].abandon(context.Canceled); err != context.Canceled {
		t.Error("a command that was not sent:", err)
	}
	first := b.queue[0]
	var request request
	for _, want := range []struct {
		count  int
		prefix string
	}{{maxBatchCommands, "0 2 3 4 "}, {maxBatchCommands, "1025 1026 "}, {9, "2049 2050 "}} {
		request.bytes = request.bytes[:0]
		batch := b.next(nil, &request)
		if len(batch) != want.count || string(request.bytes[:len(want.prefix)]) != want.prefix {
			t.Errorf("%d commands: %.20s, want %d: %s", len(batch), request.bytes, want.count, want.prefix)
		}
	}
	var failure *Error
	if err := first.abandon(context.Canceled); !errors.Is(err, context.Canceled) || !errors.As(err, &failure) || !failure.Executed {
		t.Error("a command that may have been sent:", err)
	}
	if b.next(nil, &request) != nil || b.flushers.Load() != 0 {
		t.Error("a flusher goes on without commands")
	}
	large := &batched{}
	large.request.bytes = make([]byte, maxBatchBytes+1)
	b.queue = []*batched{large, {}}
	if batch := b.next(nil, &request); len(batch) != 1 {
		t.Error("a batch has more bytes than the limit:", len(batch))
	}
}

func TestOnlyShortCommandsThatDoNotBlockAreBatched(t *testing.T) {
	for _, x := range []struct {
		args []any
		want bool
	}{
		{[]any{"GET", "a"}, true}, {[]any{"hset", "a", "b", 1}, true}, {[]any{"BLPOP", "a", 0}, false}, {[]any{"EVAL", "x", 0}, false},
		{[]any{"MGET", "a", "b"}, false}, {[]any{"LRANGE", "a", 0, -1}, false}, {[]any{"UNKNOWN"}, false}, {[]any{1}, false}, {nil, false},
	} {
		if canBatch(x.args) != x.want {
			t.Error(x.args)
		}
	}
}

// The commands wait for no other call: a timer starts their batch.
func TestASlowBatchDoesNotDelayCommandsThatWereQueuedAfterIt(t *testing.T) {
	executing, release := make(chan string), make(chan struct{})
	refused := errors.New("refused")
	b := newBatcher(func(request string) (nativeReply, error) {
		executing <- request
		<-release
		return nativeReply{}, refused
	})
	ended := make(chan error, maxFlushers)
	for i := 0; i < maxFlushers; i++ {
		one := &batched{done: make(chan struct{}, 1)}
		one.request.bytes = []byte{byte('0' + i)}
		go func() { _, err := b.do(context.Background(), one); ended <- err }()
		if got := <-executing; got != string(one.request.bytes) {
			t.Errorf("%s, want %s", got, one.request.bytes)
		}
	}
	close(release)
	for i := 0; i < maxFlushers; i++ {
		if err := <-ended; err != refused {
			t.Error(err)
		}
	}
}
