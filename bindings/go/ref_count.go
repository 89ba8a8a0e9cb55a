package rediscluster

import "sync/atomic"

// A refCount delays freeing an object of the library until its last user is done with it. The users are the owner, until
// it calls close, and every call in progress.
type refCount struct {
	free   func()
	closed atomic.Bool
	users  atomic.Int64
}

// init starts with one user, the owner. free runs once, when the last user is gone.
func (r *refCount) init(free func()) {
	r.free = free
	r.users.Store(1)
}

// acquire adds a user, who must call release. It fails with ErrClosed after close.
func (r *refCount) acquire() error {
	for !r.closed.Load() {
		users := r.users.Load()
		if users == 0 {
			break
		}
		if r.users.CompareAndSwap(users, users+1) {
			return nil
		}
	}
	return ErrClosed
}

// release removes a user.
func (r *refCount) release() {
	if r.users.Add(-1) == 0 {
		r.free()
	}
}

// close removes the owner and makes acquire fail from now on. Further calls are no-ops and return false.
func (r *refCount) close() bool {
	isFirst := r.closed.CompareAndSwap(false, true)
	if isFirst {
		r.release()
	}
	return isFirst
}
