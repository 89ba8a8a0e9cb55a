package rediscluster

// #include "native.h"
import "C"

import (
	"context"
	"time"
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
	// executing holds an element while a goroutine runs a command. An interrupt ends the blocking command of that goroutine.
	executing chan struct{}
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
	s := &sessionHandle{native: r.session, receiving: make(chan struct{}, 1), executing: make(chan struct{}, 1)}
	s.init(func() { C.rediscluster_session_close(r.session) })
	return s, nil
}

// execute runs commands. If ctx is done, a blocking command ends as if its time were up.
func (s *sessionHandle) execute(ctx context.Context, request string) (nativeReply, error) {
	select {
	case s.executing <- struct{}{}:
		defer func() { <-s.executing }()
	case <-ctx.Done():
		return nativeReply{}, ctx.Err()
	}
	if err := s.acquire(); err != nil {
		return nativeReply{}, err
	}
	defer s.release()
	returned := make(chan struct{})
	defer close(returned)
	stop := context.AfterFunc(ctx, func() { s.interruptUntil(returned) })
	defer stop()
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

// interruptUntil interrupts until the call has returned: an interrupt before its command waits has no effect on it.
func (s *sessionHandle) interruptUntil(returned <-chan struct{}) {
	const interval = 10 * time.Millisecond
	for {
		select {
		case <-returned:
			return
		default:
			s.interrupt()
		}
		select {
		case <-returned:
			return
		case <-time.After(interval):
		}
	}
}

// closedOr returns ErrClosed if the session was closed, otherwise err.
func (s *sessionHandle) closedOr(err error) error {
	if s.closed.Load() {
		return ErrClosed
	}
	return err
}

// close makes all calls fail with ErrClosed, and ends waits and a blocking command in progress.
func (s *sessionHandle) close() {
	if s.acquire() != nil {
		return
	}
	s.refCount.close()
	C.rediscluster_session_shutdown(s.native)
	s.release()
}

func transferred(r C.transfer_result) (int, error) {
	if r.status != C.REDISCLUSTER_OK {
		return 0, consumeError(r.status, r.error)
	}
	return int(r.length), nil
}

func bytePointer(data []byte) *C.char { return (*C.char)(unsafe.Pointer(unsafe.SliceData(data))) }
