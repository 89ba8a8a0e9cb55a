//go:build cgo

package rediscluster

import (
	"context"
	"runtime"
	"sync"
	"sync/atomic"
	"time"
)

const (
	// maxFlushers limits the batches in progress. There is more than one only if a server is slow.
	maxFlushers = 4
	// A batch that takes longer does not hold up the next one.
	slowBatch = 2 * time.Millisecond
	// Limits of one batch.
	maxBatchCommands = 1024
	maxBatchBytes    = 256 << 10
	// Commands that are longer run on their own.
	maxBatchedBytes = 16 << 10
)

// A batcher collects the commands of concurrent callers and runs them in one call of the library. A separate call for each command
// would occupy and wake a thread.
type batcher struct {
	// execute runs the commands of a request in one call of the library.
	execute func(request string) (nativeReply, error)
	// A call runs on its own.
	isDirect atomic.Bool
	// The number of goroutines that run batches. It changes only under the mutex.
	flushers atomic.Int32

	mutex sync.Mutex
	queue []*batched
	// The newest batch takes longer than slowBatch. The timer sets it.
	isSlow bool
	timer  *time.Timer
}

func newBatcher(execute func(request string) (nativeReply, error)) *batcher {
	b := &batcher{execute: execute}
	b.timer = time.AfterFunc(slowBatch, b.noteSlowBatch)
	return b
}

// A batched is a command of a caller that waits for its batch.
type batched struct {
	request request
	state   atomic.Int32
	done    chan struct{} // has an element when result is set
	result  Result
}

// The states of a batched.
const (
	isQueued    = iota
	isTaken     // by a flusher
	isAbandoned // by its caller
)

var batchedPool = sync.Pool{New: func() any { return &batched{done: make(chan struct{}, 1)} }}

// enter reports whether a call should run on its own, because no other is in progress. If so, the caller must call leave after it.
func (b *batcher) enter() bool {
	return b.flushers.Load() == 0 && b.isDirect.CompareAndSwap(false, true)
}

func (b *batcher) leave() { b.isDirect.Store(false) }

// do runs a command in a batch.
func (b *batcher) do(ctx context.Context, one *batched) (Value, error) {
	b.add(one)
	if ctx.Done() == nil {
		<-one.done
		return one.take()
	}
	select {
	case <-one.done:
		return one.take()
	case <-ctx.Done():
		return Value{}, one.abandon(ctx.Err())
	}
}

// take returns the result and makes the batched reusable.
func (one *batched) take() (Value, error) {
	result := one.result
	one.result = Result{}
	one.recycle()
	return result.Value, result.Err
}

func (one *batched) recycle() {
	if cap(one.request.bytes) <= maxBatchedBytes {
		one.request.bytes = one.request.bytes[:0]
		one.state.Store(isQueued)
		batchedPool.Put(one)
	}
}

// abandon returns the error of a call whose caller does not wait for the result. The flusher may still use the batched.
func (one *batched) abandon(cause error) error {
	if one.state.CompareAndSwap(isQueued, isAbandoned) {
		return cause
	}
	return newErrorWithoutReply("the call ended before its reply", cause)
}

func (b *batcher) add(one *batched) {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	b.queue = append(b.queue, one)
	b.startFlusher()
}

// noteSlowBatch starts a flusher for the commands that were queued while the newest batch was not slow yet.
func (b *batcher) noteSlowBatch() {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	b.isSlow = true
	b.startFlusher()
}

// startFlusher starts a flusher if commands are queued and no other is about to take them. The caller holds the mutex.
func (b *batcher) startFlusher() {
	flushers := b.flushers.Load()
	if len(b.queue) > 0 && (flushers == 0 || flushers < maxFlushers && b.isSlow) {
		b.flushers.Add(1)
		b.restartTimer()
		go b.flush()
	}
}

func (b *batcher) restartTimer() {
	b.isSlow = false
	b.timer.Reset(slowBatch)
}

// flush runs batches until there is no command left.
func (b *batcher) flush() {
	var batch []*batched
	request := requestFromPool()
	defer request.returnToPool()
	for {
		// Callers that are runnable add their commands first.
		runtime.Gosched()
		request.bytes = request.bytes[:0]
		if batch = b.next(batch[:0], request); batch == nil {
			return
		}
		b.run(batch, request)
	}
}

// next takes commands from the queue. It returns nil, and ends the flusher, if there are none.
func (b *batcher) next(batch []*batched, request *request) []*batched {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	if len(b.queue) == 0 {
		b.flushers.Add(-1)
		return nil
	}
	b.restartTimer()
	taken := 0
	for _, one := range b.queue {
		if len(batch) == maxBatchCommands || len(request.bytes) > maxBatchBytes {
			break
		}
		taken++
		if one.state.CompareAndSwap(isQueued, isTaken) {
			batch = append(batch, one)
			request.bytes = append(request.bytes, one.request.bytes...)
		}
	}
	rest := copy(b.queue, b.queue[taken:])
	clear(b.queue[rest:])
	b.queue = b.queue[:rest]
	return batch
}

func (b *batcher) run(batch []*batched, request *request) {
	if len(batch) == 0 {
		return
	}
	reply, err := b.execute(request.unsafeString())
	if err != nil {
		for _, one := range batch {
			one.finish(Result{Err: err})
		}
		return
	}
	defer reply.free()
	decoder, at := reply.decoder(), 1
	for _, one := range batch {
		one.finish(reply.result(at, decoder.detached(at)))
		at = decoder.nextSibling(at)
	}
}

func (one *batched) finish(result Result) {
	one.result = result
	one.done <- struct{}{}
}
