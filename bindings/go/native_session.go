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
	// executing holds an element while a command runs. An interrupt ends the blocking command of that goroutine.
	executing chan struct{}
	// closing is closed by close.
	closing chan struct{}
}

func openSession(ctx context.Context, cluster *clusterHandle) (*sessionHandle, error) {
	if err := cluster.acquireFor(ctx); err != nil {
		return nil, err
	}
	defer cluster.release()
	r := C.session_open(cluster.base)
	if r.status != C.REDISCLUSTER_OK {
		return nil, consumeError(r.status, r.error)
	}
	s := &sessionHandle{
		native:    r.session,
		receiving: make(chan struct{}, 1),
		executing: make(chan struct{}, 1),
		closing:   make(chan struct{}),
	}
	s.init(func() { C.rediscluster_session_close(r.session) })
	return s, nil
}

// execute runs the commands of a request, which it returns to the pool.
func (s *sessionHandle) execute(ctx context.Context, request *request) (nativeReply, error) {
	var err error
	select {
	case s.executing <- struct{}{}:
		err = s.acquire()
		if err == nil {
			return s.executeUntil(ctx, request)
		}
		<-s.executing
	case <-ctx.Done():
		err = ctx.Err()
	case <-s.closing:
		err = ErrClosed
	}
	request.returnToPool()
	return nativeReply{}, err
}

// executeUntil is left early if ctx is done or the session is closed, and the server is silent. The call into the library goes
// on then, to keep the order of the commands, and its reply is dropped.
func (s *sessionHandle) executeUntil(ctx context.Context, request *request) (nativeReply, error) {
	if ctx.Done() == nil {
		return s.executeAndRelease(request)
	}
	ended := make(chan outcome, 1)
	go func() {
		reply, err := s.executeAndRelease(request)
		ended <- outcome{reply, err}
	}()
	select {
	case o := <-ended:
		return o.reply, o.err
	case <-ctx.Done():
		return s.interruptCall(ctx.Err(), ended)
	case <-s.closing:
		return s.interruptCall(ErrClosed, ended)
	}
}

func (s *sessionHandle) executeAndRelease(request *request) (nativeReply, error) {
	defer func() {
		request.returnToPool()
		s.release()
		<-s.executing
	}()
	text := request.unsafeString()
	return newNativeReply(C.session_execute(s.native, charPointer(text), C.size_t(len(text))))
}

// An outcome is that of a call into the library.
type outcome struct {
	reply nativeReply
	err   error
}

// silence is how long a server may take to end a command. After that it is not waited for.
const silence = time.Second

// interruptCall ends a blocking command, which returns what it has just received, if anything, so that nothing is lost. It waits
// for the end of any command, at most for that time.
func (s *sessionHandle) interruptCall(cause error, ended chan outcome) (nativeReply, error) {
	// An interrupt before the command waits has no effect on it, hence several.
	const interval = 10 * time.Millisecond
	for begin := time.Now(); time.Since(begin) < silence; {
		s.interrupt()
		select {
		case o := <-ended:
			return o.reply, o.err
		case <-time.After(interval):
		}
	}
	go func() { (<-ended).reply.free() }()
	return nativeReply{}, newErrorWithoutReply("the call ended without the reply of a silent server", cause)
}

// write runs the complete commands of a stream. It ends early when done is closed; the commands go on then.
func (s *sessionHandle) write(data []byte, done <-chan struct{}) (isDone bool, err error) {
	if err := s.acquire(); err != nil {
		return false, err
	}
	request := requestFromPool()
	request.bytes = append(request.bytes, data...) // the caller may change data when this function has returned
	ended := make(chan error, 1)
	go func() {
		defer s.release()
		defer request.returnToPool()
		_, err := transferred(C.session_write(s.native, bytePointer(request.bytes), C.size_t(len(request.bytes))))
		ended <- err
	}()
	select {
	case err := <-ended:
		return false, err
	case <-done:
		return true, nil
	case <-s.closing:
		return false, ErrClosed
	}
}

// beginReceiving waits until no other goroutine receives. The caller must call endReceiving if the result is true. It is false
// when done is closed, or the session.
func (s *sessionHandle) beginReceiving(done <-chan struct{}) bool {
	select {
	case s.receiving <- struct{}{}:
		return true
	case <-done:
	case <-s.closing:
	}
	return false
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
	defer s.release()
	if !s.refCount.close() {
		return
	}
	close(s.closing)
	ended := make(chan struct{})
	s.users.Add(1)
	go func() {
		defer close(ended)
		defer s.release()
		C.rediscluster_session_shutdown(s.native) // waits for a command that is in progress
	}()
	select {
	case <-ended:
	case <-time.After(silence):
	}
}

func transferred(r C.transfer_result) (int, error) {
	if r.status != C.REDISCLUSTER_OK {
		return 0, consumeError(r.status, r.error)
	}
	return int(r.length), nil
}

func bytePointer(data []byte) *C.char { return (*C.char)(unsafe.Pointer(unsafe.SliceData(data))) }
