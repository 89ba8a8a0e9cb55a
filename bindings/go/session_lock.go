package rediscluster

import "sync"

// A sessionLock is a mutex with two kinds of holders. A command interrupts the receiver that holds the lock and gets it
// before any other receiver; a receiver gets it when no command waits.
type sessionLock struct {
	mutex           sync.Mutex
	changed         sync.Cond
	locked          bool
	waitingCommands int
}

func (l *sessionLock) init() { l.changed.L = &l.mutex }

// lockForCommand calls interrupt once if the lock is held, and waits until it is free. The holder may be another command;
// the interrupt then ends the next wait for a message early, and that wait starts again.
func (l *sessionLock) lockForCommand(interrupt func()) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	l.waitingCommands++
	if l.locked {
		interrupt()
	}
	for l.locked {
		l.changed.Wait()
	}
	l.waitingCommands--
	l.locked = true
}

// lockForReceive waits until the lock is free and no command waits for it.
func (l *sessionLock) lockForReceive() {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	for l.locked || l.waitingCommands > 0 {
		l.changed.Wait()
	}
	l.locked = true
}

func (l *sessionLock) unlock() {
	l.mutex.Lock()
	l.locked = false
	l.mutex.Unlock()
	l.changed.Broadcast()
}

func (l *sessionLock) isLocked() bool {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	return l.locked
}
