package rediscluster

// #include <rediscluster.h>
import "C"

import (
	"context"
	"sync/atomic"
)

// A handle is the library's, kept while somebody uses it: the client until it is closed, and every call that runs.
type handle struct {
	native *C.rediscluster
	closed atomic.Bool
	users  atomic.Int64
}

func newHandle(native *C.rediscluster) *handle {
	h := &handle{native: native}
	h.users.Store(1)
	return h
}

// acquire keeps the handle for one call, which must release it.
func (h *handle) acquire() error {
	for !h.closed.Load() {
		users := h.users.Load()
		if users == 0 {
			break
		}
		if h.users.CompareAndSwap(users, users+1) {
			return nil
		}
	}
	return ErrClosed
}

// release gives the handle up; the last user closes it.
func (h *handle) release() {
	if h.users.Add(-1) == 0 {
		C.rediscluster_close(h.native)
	}
}

// close ends the client's use and lets no call begin any more.
func (h *handle) close() {
	if h.closed.CompareAndSwap(false, true) {
		h.release()
	}
}

// call runs one operation of the library, unless the context is done or the client closed.
func (h *handle) call(ctx context.Context, run operation, input string) (reply, error) {
	if err := h.enter(ctx); err != nil {
		return reply{}, err
	}
	defer h.release()
	return callNative(run, h.native, input)
}

// recover is the operation that takes a number instead of bytes.
func (h *handle) recover(ctx context.Context, minAge uint64) (reply, error) {
	if err := h.enter(ctx); err != nil {
		return reply{}, err
	}
	defer h.release()
	return recoverNative(h.native, minAge)
}

// enter acquires the handle unless the context is done.
func (h *handle) enter(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	return h.acquire()
}
