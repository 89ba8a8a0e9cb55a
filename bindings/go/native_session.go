package rediscluster

// #include "native.h"
import "C"

import (
	"context"
	"unsafe"
)

// A sessionHandle is a rediscluster_session of the library. One goroutine at a time uses it: see sessionLock.
type sessionHandle struct {
	refCount
	native *C.rediscluster_session
	lock   sessionLock
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
	s := &sessionHandle{native: r.session}
	s.init(func() { C.rediscluster_session_close(r.session) })
	s.lock.init()
	return s, nil
}

// runCommand calls run with the session locked; a goroutine that waits for messages is interrupted.
func (s *sessionHandle) runCommand(run func() error) error {
	if err := s.acquire(); err != nil {
		return err
	}
	defer s.release()
	s.lock.lockForCommand(func() { C.rediscluster_session_interrupt(s.native) })
	defer s.lock.unlock()
	if s.closed.Load() {
		return ErrClosed
	}
	return run()
}

// runReceive calls run with the session locked. run returns early, with nothing, when a command needs the session.
func (s *sessionHandle) runReceive(run func() error) error {
	if err := s.acquire(); err != nil {
		return err
	}
	defer s.release()
	s.lock.lockForReceive()
	defer s.lock.unlock()
	if s.closed.Load() {
		return ErrClosed
	}
	return run()
}

func (s *sessionHandle) execute(request string) (reply nativeReply, err error) {
	err = s.runCommand(func() (err error) {
		reply, err = newNativeReply(C.session_execute(s.native, charPointer(request), C.size_t(len(request))))
		return err
	})
	return reply, err
}

// receive waits for a message. The reply is nil if the wait was interrupted.
func (s *sessionHandle) receive(ctx context.Context) (reply nativeReply, err error) {
	err = s.runReceive(func() (err error) {
		if err = ctx.Err(); err == nil {
			reply, err = newNativeReply(C.session_receive(s.native))
		}
		return err
	})
	return reply, err
}

func (s *sessionHandle) write(data []byte) error {
	return s.runCommand(func() error {
		_, err := transferred(C.session_write(s.native, bytePointer(data), C.size_t(len(data))))
		return err
	})
}

// read returns 0 when the time is up or the wait was interrupted. It calls timeoutMs when it has the lock, because the
// wait for the lock takes time; a negative timeout waits forever.
func (s *sessionHandle) read(buffer []byte, timeoutMs func() int64) (length int, err error) {
	err = s.runReceive(func() (err error) {
		length, err = transferred(C.session_read(s.native, C.int64_t(timeoutMs()), bytePointer(buffer), C.size_t(len(buffer))))
		return err
	})
	return length, err
}

// interrupt ends the wait for a message, or the next one if none is in progress.
func (s *sessionHandle) interrupt() {
	if s.acquire() == nil {
		C.rediscluster_session_interrupt(s.native)
		s.release()
	}
}

// interruptIfLocked ends the wait for a message that may be in progress.
func (s *sessionHandle) interruptIfLocked() {
	if s.lock.isLocked() {
		s.interrupt()
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
