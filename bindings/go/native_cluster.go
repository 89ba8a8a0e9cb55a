package rediscluster

// #cgo pkg-config: rediscluster
// #include "native.h"
import "C"

import (
	"context"
	"time"
)

type (
	openFunction = C.open_function
	operation    = C.operation
)

// The functions of the library that share a signature.
var (
	openExclusive = openFunction(C.rediscluster_open)
	openShared    = openFunction(C.rediscluster_open_shared)

	execute = operation(C.rediscluster_execute)
	each    = operation(C.rediscluster_each)
	explain = operation(C.rediscluster_explain)
	nodeFor = operation(C.rediscluster_node_for)
)

// A clusterHandle is a rediscluster of the library.
type clusterHandle struct {
	refCount
	// Other handles and sessions are made from this one, so they do not end with the client.
	base *C.rediscluster
	// For calls whose contexts cannot be done: they end with the client only.
	native         *interruptible
	interruptibles *interruptibles
}

func openCluster(open openFunction, config string) (*clusterHandle, error) {
	return newClusterHandle(C.open_cluster(open, charPointer(config), C.size_t(len(config))))
}

func newClusterHandle(r C.open_result) (*clusterHandle, error) {
	if r.status != C.REDISCLUSTER_OK {
		return nil, consumeError(r.status, r.error)
	}
	h := &clusterHandle{base: r.cluster, interruptibles: newInterruptibles(r.cluster)}
	var err error
	if h.native, err = h.interruptibles.add(); err != nil {
		C.rediscluster_close(r.cluster)
		return nil, err
	}
	h.init(func() {
		h.interruptibles.free()
		C.rediscluster_close(h.base)
	})
	return h, nil
}

// close ends the calls in progress. Later ones fail with ErrClosed.
func (h *clusterHandle) close() {
	if h.acquire() != nil {
		return
	}
	defer h.release()
	h.refCount.close()
	h.interruptibles.interruptAll()
}

func (h *clusterHandle) withRead(read Read) (*clusterHandle, error) {
	return h.derive(func(base *C.rediscluster) C.open_result { return C.open_with_read(base, C.int32_t(read)) })
}

func (h *clusterHandle) withReadYourWrites(readYourWrites bool) (*clusterHandle, error) {
	return h.derive(func(base *C.rediscluster) C.open_result {
		return C.open_with_read_your_writes(base, flag(readYourWrites))
	})
}

func (h *clusterHandle) withPartial(partial bool) (*clusterHandle, error) {
	return h.derive(func(base *C.rediscluster) C.open_result { return C.open_with_partial(base, flag(partial)) })
}

// derive opens a handle that shares the connections of this one.
func (h *clusterHandle) derive(open func(*C.rediscluster) C.open_result) (*clusterHandle, error) {
	if err := h.acquire(); err != nil {
		return nil, err
	}
	defer h.release()
	return newClusterHandle(open(h.base))
}

// call runs an operation. The input is a request, or the key of nodeFor.
func (h *clusterHandle) call(ctx context.Context, run operation, input string) (nativeReply, error) {
	return h.run(ctx, func(native *C.rediscluster, deadline C.uint64_t) C.reply_result {
		return C.run_operation(run, native, deadline, charPointer(input), C.size_t(len(input)))
	})
}

func (h *clusterHandle) eachOn(ctx context.Context, nodes Nodes, request string) (nativeReply, error) {
	return h.run(ctx, func(native *C.rediscluster, deadline C.uint64_t) C.reply_result {
		return C.run_each_on(native, deadline, C.int32_t(nodes), charPointer(request), C.size_t(len(request)))
	})
}

func (h *clusterHandle) recoverMoves(ctx context.Context, minAgeMs uint64) (nativeReply, error) {
	return h.run(ctx, func(native *C.rediscluster, deadline C.uint64_t) C.reply_result {
		return C.run_recover(native, deadline, C.uint64_t(minAgeMs))
	})
}

func (h *clusterHandle) recoverTo(ctx context.Context, hiddenKey, key string) (nativeReply, error) {
	return h.run(ctx, func(native *C.rediscluster, deadline C.uint64_t) C.reply_result {
		hidden, to := charPointer(hiddenKey), charPointer(key)
		return C.run_recover_to(native, deadline, hidden, C.size_t(len(hiddenKey)), to, C.size_t(len(key)))
	})
}

func (h *clusterHandle) nodeList(ctx context.Context, discover bool) (nativeReply, error) {
	return h.run(ctx, func(native *C.rediscluster, deadline C.uint64_t) C.reply_result {
		return C.run_node_list(native, deadline, flag(discover))
	})
}

func flag(value bool) C.int32_t {
	if value {
		return 1
	}
	return 0
}

func (h *clusterHandle) stats() (nativeReply, error) {
	if err := h.acquire(); err != nil {
		return nativeReply{}, err
	}
	defer h.release()
	return newNativeReply(C.run_stats(h.base))
}

// acquireFor acquires the handle unless ctx is done.
func (h *clusterHandle) acquireFor(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	return h.acquire()
}

// deadlineMs returns the time to the deadline of ctx, rounded up; 0 if it has none.
func deadlineMs(ctx context.Context) C.uint64_t {
	deadline, ok := ctx.Deadline()
	if !ok {
		return 0
	}
	return C.uint64_t(max(1, int64((time.Until(deadline)+time.Millisecond-1)/time.Millisecond)))
}
