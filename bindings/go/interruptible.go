//go:build cgo

package rediscluster

// #include "native.h"
import "C"

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"
)

// An interruptible is a handle on the connections of a client. It is for one call at a time, which can be interrupted.
type interruptible struct {
	native *C.rediscluster
	mutex  sync.Mutex
	// Of the call in progress; nil if there is none, or if it ends only with the client.
	ctx           context.Context
	isInterrupted bool
}

func newInterruptible(base *C.rediscluster) (*interruptible, error) {
	r := C.open_with_interrupt(base)
	if r.status != C.REDISCLUSTER_OK {
		return nil, consumeError(r.status, r.error)
	}
	return &interruptible{native: r.cluster}, nil
}

func (i *interruptible) interrupt() {
	i.mutex.Lock()
	defer i.mutex.Unlock()
	i.interruptLocked()
}

func (i *interruptible) interruptLocked() {
	if !i.isInterrupted {
		i.isInterrupted = true
		C.rediscluster_interrupt(i.native)
	}
}

func (i *interruptible) begin(ctx context.Context) {
	i.mutex.Lock()
	i.ctx = ctx
	i.mutex.Unlock()
}

// end reports whether the call was interrupted. All later calls of such a handle would fail.
func (i *interruptible) end() bool {
	i.mutex.Lock()
	defer i.mutex.Unlock()
	i.ctx = nil
	return i.isInterrupted
}

// watch interrupts the call in progress if its context was canceled, and reports whether there is one. The library has the deadline of
// the context.
func (i *interruptible) watch() bool {
	i.mutex.Lock()
	defer i.mutex.Unlock()
	if i.ctx == nil {
		return false
	}
	if errors.Is(i.ctx.Err(), context.Canceled) {
		i.interruptLocked()
	}
	return true
}

const (
	// maxIdleInterruptibles is how many handles a client keeps for later calls.
	maxIdleInterruptibles = 64
	// The maximum time between a cancellation and the interruption of the call, apart from scheduling.
	watchInterval = 2 * time.Millisecond
	// The watching goroutine ends after this many rounds without a call.
	idleWatchRounds = 50
)

// interruptibles are the handles of a client, and one goroutine that checks the contexts of their calls. context.AfterFunc for each
// call would take 0.3 µs and three allocations.
type interruptibles struct {
	base *C.rediscluster
	// Handles without a call.
	idle chan *interruptible

	mutex      sync.Mutex
	all        map[*interruptible]struct{}
	isClosed   bool
	isWatching atomic.Bool
}

func newInterruptibles(base *C.rediscluster) *interruptibles {
	return &interruptibles{base: base, idle: make(chan *interruptible, maxIdleInterruptibles), all: map[*interruptible]struct{}{}}
}

// take returns a handle for a call with this context.
func (s *interruptibles) take(ctx context.Context) (*interruptible, error) {
	var i *interruptible
	select {
	case i = <-s.idle:
	default:
		var err error
		if i, err = s.add(); err != nil {
			return nil, err
		}
	}
	i.begin(ctx)
	s.startWatching()
	return i, nil
}

// add opens a handle.
func (s *interruptibles) add() (*interruptible, error) {
	i, err := newInterruptible(s.base)
	if err != nil {
		return nil, err
	}
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.all[i] = struct{}{}
	if s.isClosed {
		i.interrupt()
	}
	return i, nil
}

// put ends the call of a handle and reports whether it was interrupted.
func (s *interruptibles) put(i *interruptible) bool {
	isInterrupted := i.end()
	if !isInterrupted {
		select {
		case s.idle <- i:
			return false
		default:
		}
	}
	s.mutex.Lock()
	delete(s.all, i)
	s.mutex.Unlock()
	C.rediscluster_close(i.native)
	return isInterrupted
}

// interruptAll ends all calls in progress and all later ones.
func (s *interruptibles) interruptAll() {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.isClosed = true
	for i := range s.all {
		i.interrupt()
	}
}

// free closes the handles. No call may be in progress.
func (s *interruptibles) free() {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	for i := range s.all {
		C.rediscluster_close(i.native)
	}
	s.all = nil
}

func (s *interruptibles) startWatching() {
	if !s.isWatching.Load() && s.isWatching.CompareAndSwap(false, true) {
		go s.watch()
	}
}

func (s *interruptibles) watch() {
	for idle := 0; idle < idleWatchRounds; idle++ {
		time.Sleep(watchInterval)
		if s.watchAll() {
			idle = 0
		}
	}
	s.isWatching.Store(false)
	// A call that began before the last line has started no goroutine.
	if s.watchAll() {
		s.startWatching()
	}
}

// watchAll reports whether there is a call to watch.
func (s *interruptibles) watchAll() (isBusy bool) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	for i := range s.all {
		isBusy = i.watch() || isBusy
	}
	return isBusy
}
