package rediscluster

// #include "native.h"
import "C"

import (
	"context"
	"unsafe"
)

// A sessionHandle is a rediscluster_session of the library, which lets calls that run commands pass those that wait for
// messages.
type sessionHandle struct {
	refCount
	native *C.rediscluster_session
	// receiving holds an element while a goroutine waits for messages. An interrupt ends the wait of one thread, so only
	// one may wait.
	receiving chan struct{}
}

func openSession(ctx context.Context, cluster *clusterHandle) (*sessionHandle, error) {
	if err := cluster.acquireFor(ctx); err != nil {
		return nil, err
	}
	defer cluster.release()
	r := C.session_open(cluster.native)
	if r.status != C.REDISCLUSTER_OK {
		return nil, consumeError(r.status, r.error)
	}
	s := &sessionHandle{native: r.session, receiving: make(chan struct{}, 1)}
	s.init(func() { C.rediscluster_session_close(r.session) })
	return s, nil
}

func (s *sessionHandle) execute(request string) (nativeReply, error) {
	if err := s.acquire(); err != nil {
		return nativeReply{}, err
	}
	defer s.release()
	return newNativeReply(C.session_execute(s.native, charPointer(request), C.size_t(len(request))))
}

func (s *sessionHandle) write(data []byte) error {
	if err := s.acquire(); err != nil {
		return err
	}
	defer s.release()
	_, err := transferred(C.session_write(s.native, bytePointer(data), C.size_t(len(data))))
	return err
}

// beginReceiving waits until no other goroutine receives. The caller must call endReceiving if the error is nil.
func (s *sessionHandle) beginReceiving(ctx context.Context) error {
	select {
	case s.receiving <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (s *sessionHandle) endReceiving() { <-s.receiving }

// receive waits for a message. The reply is nil if the wait was interrupted.
func (s *sessionHandle) receive() (nativeReply, error) {
	if err := s.acquire(); err != nil {
		return nativeReply{}, err
	}
	defer s.release()
	return newNativeReply(C.session_receive(s.native))
}

// read returns 0 when the time is up or the wait was interrupted. A negative timeout waits forever.
func (s *sessionHandle) read(buffer []byte, timeoutMs int64) (int, error) {
	if err := s.acquire(); err != nil {
		return 0, err
	}
	defer s.release()
	return transferred(C.session_read(s.native, C.int64_t(timeoutMs), bytePointer(buffer), C.size_t(len(buffer))))
}

// interrupt ends the wait for a message, or the next one if none is in progress.
func (s *sessionHandle) interrupt() {
	if s.acquire() == nil {
		C.rediscluster_session_interrupt(s.native)
		s.release()
	}
}

// close makes all calls fail with ErrClosed, and ends a wait in progress.
func (s *sessionHandle) close() {
	if s.acquire() != nil {
		return
	}
	s.refCount.close()
	C.rediscluster_session_interrupt(s.native)
	s.release()
}

func transferred(r C.transfer_result) (int, error) {
	if r.status != C.REDISCLUSTER_OK {
		return 0, consumeError(r.status, r.error)
	}
	return int(r.length), nil
}

func bytePointer(data []byte) *C.char { return (*C.char)(unsafe.Pointer(unsafe.SliceData(data))) }
