package rediscluster

import (
	"sync"
	"time"
)

// A connDeadline is the deadline of a Read or Write. It can be changed while calls are in progress.
type connDeadline struct {
	mutex  sync.Mutex
	at     time.Time // zero if there is none
	timer  *time.Timer
	passed chan struct{} // closed when the deadline has passed
}

func newConnDeadline() *connDeadline { return &connDeadline{passed: make(chan struct{})} }

// set reports whether the deadline is another one than before.
func (d *connDeadline) set(at time.Time) bool {
	d.mutex.Lock()
	defer d.mutex.Unlock()
	isChanged := !d.at.Equal(at)
	d.at = at
	if d.timer != nil && !d.timer.Stop() {
		<-d.passed // the timer has fired and closes it
	}
	d.timer = nil
	if at.IsZero() || time.Until(at) > 0 {
		if isClosed(d.passed) {
			d.passed = make(chan struct{})
		}
		if passed := d.passed; !at.IsZero() {
			d.timer = time.AfterFunc(time.Until(at), func() { close(passed) })
		}
	} else if !isClosed(d.passed) {
		close(d.passed)
	}
	return isChanged
}

// done returns a channel that is closed when the deadline has passed.
func (d *connDeadline) done() <-chan struct{} {
	d.mutex.Lock()
	defer d.mutex.Unlock()
	return d.passed
}

func (d *connDeadline) hasPassed() bool { return isClosed(d.done()) }

// leftMs returns the time to the deadline in milliseconds, rounded up, and -1 if there is none.
func (d *connDeadline) leftMs() int64 {
	d.mutex.Lock()
	defer d.mutex.Unlock()
	if d.at.IsZero() {
		return -1
	}
	return max(0, int64((time.Until(d.at)+time.Millisecond-1)/time.Millisecond))
}

func isClosed(c <-chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}
