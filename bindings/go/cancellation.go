//go:build cgo

package rediscluster

// #include "native.h"
import "C"

import (
	"context"
	"errors"
)

// run runs a call, which ends when ctx is canceled or the client is closed. The library ends it at the deadline of ctx.
func (h *clusterHandle) run(ctx context.Context, call func(*C.rediscluster, C.uint64_t) C.reply_result) (nativeReply, error) {
	if err := h.acquireFor(ctx); err != nil {
		return nativeReply{}, err
	}
	defer h.release()
	if ctx.Done() == nil {
		reply, err := newNativeReply(call(h.native.native, 0))
		return reply.endedBy(h.closedCause(), err)
	}
	i, err := h.interruptibles.take(ctx)
	if err != nil {
		return nativeReply{}, err
	}
	reply, err := newNativeReply(call(i.native, deadlineMs(ctx)))
	if !h.interruptibles.put(i) {
		return reply, err
	}
	cause := h.closedCause()
	if cause == nil {
		cause = context.Canceled
	}
	return reply.endedBy(cause, err)
}

// closedCause is ErrClosed if the client was closed during a call, which was interrupted then.
func (h *clusterHandle) closedCause() error {
	if h.closed.Load() {
		return ErrClosed
	}
	return nil
}

// endedBy notes what has interrupted a call, if anything: the timeouts among its errors have that cause.
func (r nativeReply) endedBy(cause, err error) (nativeReply, error) {
	r.cause = cause
	return r, withCause(err, cause)
}

// withCause marks the error of a call that was interrupted.
func withCause(err, cause error) error {
	if err == nil || cause == nil {
		return err
	}
	var failure *Error // on the heap, hence after the return
	if errors.As(err, &failure) && failure.Code == ErrTimeout {
		failure.cause = cause
	}
	return err
}
