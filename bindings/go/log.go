//go:build cgo

package rediscluster

// #include "native_log.h"
import "C"

import (
	"context"
	"log/slog"
	"sync/atomic"
	"unsafe"
)

var (
	// eventLogger receives the events of the library. If it is nil, events are not reported.
	eventLogger atomic.Pointer[slog.Logger]
	// activeHandlers is the number of handlers that are running. Calls of a handler are not batched: the batch would wait for the goroutine
	// that runs the handler, and the library could not tell that its events are due to the handler.
	activeHandlers atomic.Int32
)

// SetLogger makes the library report events to l: a server that becomes unavailable or replies again, a failover, a master
// that has lost its data, an address that leads to another server, bytes that are no reply, files of TLS that were read
// again. It applies to all clients of the process. With nil, which is the default, nothing is reported. To log the calls of a
// client, use WithLogger.
//
// The message is the event as a sentence, with the attributes "event" (its kind, such as "breaker_opened"), and "server"
// (host and port, or the path of a Unix socket) if it concerns one. It contains no passwords, keys or values.
//
// The handler of l runs before the call that has noticed the event returns: in the goroutine of the call, or in one of the client
// for calls in a batch. It may use clients; what such calls notice is not reported. A panic of the handler is discarded.
func SetLogger(l *slog.Logger) {
	eventLogger.Store(l)
	C.rediscluster_go_set_log(C.bool(l != nil))
}

//export redisclusterGoLog
func redisclusterGoLog(_ unsafe.Pointer, event *C.rediscluster_log_event) {
	l := eventLogger.Load()
	if l == nil {
		return
	}
	activeHandlers.Add(1)
	defer activeHandlers.Add(-1)
	// A panic must not pass through the library.
	defer func() { _ = recover() }()
	attributes := []slog.Attr{slog.String("event", C.GoString(event.kind))}
	if server := C.GoString(event.server); server != "" {
		attributes = append(attributes, slog.String("server", server))
	}
	l.LogAttrs(context.Background(), logLevel(event.level), C.GoString(event.message), attributes...)
}

func logLevel(level C.rediscluster_log_level) slog.Level {
	switch level {
	case C.REDISCLUSTER_LOG_INFO:
		return slog.LevelInfo
	case C.REDISCLUSTER_LOG_WARNING:
		return slog.LevelWarn
	default:
		return slog.LevelError
	}
}
