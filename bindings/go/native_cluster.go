package rediscluster

// #cgo pkg-config: rediscluster
// #include "native.h"
import "C"

import "context"

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
	native *C.rediscluster
}

func openCluster(open openFunction, config string) (*clusterHandle, error) {
	return newClusterHandle(C.open_cluster(open, charPointer(config), C.size_t(len(config))))
}

func newClusterHandle(r C.open_result) (*clusterHandle, error) {
	if r.status != C.REDISCLUSTER_OK {
		return nil, consumeError(r.status, r.error)
	}
	h := &clusterHandle{native: r.cluster}
	h.init(func() { C.rediscluster_close(r.cluster) })
	return h, nil
}

// withRead opens a handle that shares the connections of this one.
func (h *clusterHandle) withRead(read Read) (*clusterHandle, error) {
	if err := h.acquire(); err != nil {
		return nil, err
	}
	defer h.release()
	return newClusterHandle(C.open_with_read(h.native, C.int32_t(read)))
}

// call runs an operation. The input is a request, or the key of nodeFor.
func (h *clusterHandle) call(ctx context.Context, run operation, input string) (nativeReply, error) {
	if err := h.acquireFor(ctx); err != nil {
		return nativeReply{}, err
	}
	defer h.release()
	return newNativeReply(C.run_operation(run, h.native, charPointer(input), C.size_t(len(input))))
}

func (h *clusterHandle) eachOn(ctx context.Context, nodes Nodes, request string) (nativeReply, error) {
	if err := h.acquireFor(ctx); err != nil {
		return nativeReply{}, err
	}
	defer h.release()
	return newNativeReply(C.run_each_on(h.native, C.int32_t(nodes), charPointer(request), C.size_t(len(request))))
}

func (h *clusterHandle) recoverMoves(ctx context.Context, minAgeMs uint64) (nativeReply, error) {
	if err := h.acquireFor(ctx); err != nil {
		return nativeReply{}, err
	}
	defer h.release()
	return newNativeReply(C.run_recover(h.native, C.uint64_t(minAgeMs)))
}

func (h *clusterHandle) recoverTo(ctx context.Context, hiddenKey, key string) (nativeReply, error) {
	if err := h.acquireFor(ctx); err != nil {
		return nativeReply{}, err
	}
	defer h.release()
	hidden, to := charPointer(hiddenKey), charPointer(key)
	return newNativeReply(C.run_recover_to(h.native, hidden, C.size_t(len(hiddenKey)), to, C.size_t(len(key))))
}

func (h *clusterHandle) nodeList(ctx context.Context, discover bool) (nativeReply, error) {
	if err := h.acquireFor(ctx); err != nil {
		return nativeReply{}, err
	}
	defer h.release()
	flag := C.int32_t(0)
	if discover {
		flag = 1
	}
	return newNativeReply(C.run_node_list(h.native, flag))
}

// acquireFor acquires the handle unless ctx is done.
func (h *clusterHandle) acquireFor(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	return h.acquire()
}
