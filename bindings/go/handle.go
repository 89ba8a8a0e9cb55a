package rediscluster

// #include <rediscluster.h>
import "C"

import (
	"context"
	"sync/atomic"
)

// A keeper keeps something of the library's while somebody uses it: its owner until it is closed, and every call that runs.
type keeper struct {
	free   func()
	closed atomic.Bool
	users  atomic.Int64
}

// acquire keeps it for one call, which must release it.
func (k *keeper) acquire() error {
	for !k.closed.Load() {
		users := k.users.Load()
		if users == 0 {
			break
		}
		if k.users.CompareAndSwap(users, users+1) {
			return nil
		}
	}
	return ErrClosed
}

// release gives it up; the last user frees it.
func (k *keeper) release() {
	if k.users.Add(-1) == 0 {
		k.free()
	}
}

// close ends the owner's use and lets no call begin any more. It tells whether it was open.
func (k *keeper) close() bool {
	if !k.closed.CompareAndSwap(false, true) {
		return false
	}
	k.release()
	return true
}

// A handle is the library's.
type handle struct {
	keeper
	native *C.rediscluster
}

func newHandle(native *C.rediscluster) *handle {
	h := &handle{native: native}
	h.free = func() { C.rediscluster_close(native) }
	h.users.Store(1)
	return h
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

// eachOn is the operation that takes a number and bytes.
func (h *handle) eachOn(ctx context.Context, nodes Nodes, input string) (reply, error) {
	if err := h.enter(ctx); err != nil {
		return reply{}, err
	}
	defer h.release()
	return eachOnNative(h.native, nodes, input)
}

// withRead makes another handle.
func (h *handle) withRead(read Read) (*handle, error) {
	if err := h.acquire(); err != nil {
		return nil, err
	}
	defer h.release()
	return withReadNative(h.native, read)
}

// enter acquires the handle unless the context is done.
func (h *handle) enter(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	return h.acquire()
}
