package rediscluster

/*
#include <rediscluster.h>

typedef struct {
	rediscluster_status status;
	rediscluster_error *error;
	rediscluster_reply *reply;
	rediscluster_data data;
} answer_of_session;

static answer_of_session looked_at(answer_of_session a) {
	if (a.status == REDISCLUSTER_OK && a.reply)
		a.status = rediscluster_reply_data(a.reply, &a.data, &a.error);
	return a;
}

static answer_of_session execute_in(const rediscluster_session *session, const char *request, size_t length) {
	answer_of_session a = {0};
	a.status = rediscluster_session_execute(session, request, length, &a.reply, &a.error);
	return looked_at(a);
}

static answer_of_session receive_in(const rediscluster_session *session) {
	answer_of_session a = {0};
	a.status = rediscluster_session_receive(session, -1, &a.reply, &a.error);
	return looked_at(a);
}

typedef struct {
	rediscluster_status status;
	rediscluster_error *error;
	size_t length;
} transferred;

static transferred write_to(const rediscluster_session *session, const char *data, size_t length) {
	transferred t = {0};
	t.status = rediscluster_session_write(session, data, length, &t.error);
	return t;
}

static transferred read_from(const rediscluster_session *session, int64_t timeout, char *buffer, size_t capacity) {
	transferred t = {0};
	t.status = rediscluster_session_read(session, timeout, buffer, capacity, &t.length, &t.error);
	return t;
}
*/
import "C"

import (
	"context"
	"sync"
	"unsafe"
)

// A sessionHandle is the library's session. One goroutine at a time has its turn.
type sessionHandle struct {
	keeper
	native *C.rediscluster_session
	turns  turns
}

func openSession(of *handle) (*sessionHandle, error) {
	var native *C.rediscluster_session
	var failure *C.rediscluster_error
	if status := C.rediscluster_session_open(of.native, &native, &failure); status != C.REDISCLUSTER_OK {
		return nil, takeError(status, failure)
	}
	s := &sessionHandle{native: native}
	s.free = func() { C.rediscluster_session_close(native) }
	s.users.Store(1)
	s.turns.changed.L = &s.turns.lock
	return s, nil
}

// work has the turn that a command needs; who waits for messages is interrupted.
func (s *sessionHandle) work(do func() error) error {
	if err := s.acquire(); err != nil {
		return err
	}
	defer s.release()
	s.turns.take(func() { C.rediscluster_session_interrupt(s.native) })
	defer s.turns.give()
	if s.closed.Load() {
		return ErrClosed
	}
	return do()
}

// wait has the turn for as long as nobody has a command.
func (s *sessionHandle) wait(do func() error) error {
	if err := s.acquire(); err != nil {
		return err
	}
	defer s.release()
	s.turns.await()
	defer s.turns.give()
	if s.closed.Load() {
		return ErrClosed
	}
	return do()
}

func (s *sessionHandle) execute(request string) (answer reply, err error) {
	err = s.work(func() (err error) {
		answer, err = replyOf(C.execute_in(s.native, chars(request), C.size_t(len(request))))
		return err
	})
	return answer, err
}

// receive answers a reply that is none when somebody interrupted.
func (s *sessionHandle) receive(ctx context.Context) (answer reply, err error) {
	err = s.wait(func() (err error) {
		if err = ctx.Err(); err == nil {
			answer, err = replyOf(C.receive_in(s.native))
		}
		return err
	})
	return answer, err
}

func (s *sessionHandle) write(data []byte) error {
	return s.work(func() error {
		t := C.write_to(s.native, (*C.char)(unsafe.Pointer(unsafe.SliceData(data))), C.size_t(len(data)))
		return errorOf(t)
	})
}

// read answers 0 when the time is up, or somebody interrupted. The patience, in milliseconds, is asked for when the turn
// has come.
func (s *sessionHandle) read(buffer []byte, patience func() int64) (length int, err error) {
	err = s.wait(func() error {
		t := C.read_from(s.native, C.int64_t(patience()), (*C.char)(unsafe.Pointer(unsafe.SliceData(buffer))), C.size_t(len(buffer)))
		length = int(t.length)
		return errorOf(t)
	})
	return length, err
}

// interrupt ends a wait.
func (s *sessionHandle) interrupt() {
	if s.acquire() == nil {
		C.rediscluster_session_interrupt(s.native)
		s.release()
	}
}

// interruptReader ends the wait of who has the turn, if anybody has.
func (s *sessionHandle) interruptReader() {
	if s.turns.isTaken() {
		s.interrupt()
	}
}

// shut closes the session, and ends a wait.
func (s *sessionHandle) shut() {
	if s.acquire() != nil {
		return
	}
	s.close()
	C.rediscluster_session_interrupt(s.native)
	s.release()
}

func errorOf(t C.transferred) error {
	if t.status != C.REDISCLUSTER_OK {
		return takeError(t.status, t.error)
	}
	return nil
}

func replyOf(a C.answer_of_session) (reply, error) {
	if a.status != C.REDISCLUSTER_OK {
		C.rediscluster_reply_free(a.reply)
		return reply{}, takeError(a.status, a.error)
	}
	return reply{a.reply, a.data}, nil
}

// turns lets one goroutine do something at a time. Those that only wait make way for those that work.
type turns struct {
	lock    sync.Mutex
	changed sync.Cond
	busy    bool
	urgent  int // those that want to work
}

func (t *turns) take(interrupt func()) {
	t.lock.Lock()
	defer t.lock.Unlock()
	t.urgent++
	if t.busy {
		interrupt()
	}
	for t.busy {
		t.changed.Wait()
	}
	t.urgent--
	t.busy = true
}

func (t *turns) await() {
	t.lock.Lock()
	defer t.lock.Unlock()
	for t.busy || t.urgent > 0 {
		t.changed.Wait()
	}
	t.busy = true
}

func (t *turns) isTaken() bool {
	t.lock.Lock()
	defer t.lock.Unlock()
	return t.busy
}

func (t *turns) give() {
	t.lock.Lock()
	t.busy = false
	t.lock.Unlock()
	t.changed.Broadcast()
}
