package rediscluster

// #include "native.h"
import "C"

import "unsafe"

// A nativeReply is a reply in memory of the library. It must be freed.
type nativeReply struct {
	pointer *C.rediscluster_reply
	data    C.rediscluster_data
}

func newNativeReply(r C.reply_result) (nativeReply, error) {
	if r.status != C.REDISCLUSTER_OK {
		C.rediscluster_reply_free(r.reply)
		return nativeReply{}, consumeError(r.status, r.error)
	}
	return nativeReply{r.reply, r.data}, nil
}

// isNil reports whether there is no reply: the wait for a message was interrupted.
func (r nativeReply) isNil() bool { return r.pointer == nil }

func (r nativeReply) free() { C.rediscluster_reply_free(r.pointer) }

// decoder reads the memory of the reply, so it is valid until free.
func (r nativeReply) decoder() decoder {
	return decoder{
		entries: unsafe.Slice((*entry)(unsafe.Pointer(r.data.entries)), int(r.data.entries_length)),
		bytes:   unsafe.String((*byte)(unsafe.Pointer(r.data.bytes)), int(r.data.bytes_length)),
	}
}

// consumeError copies an error of the library and frees it.
func consumeError(status C.rediscluster_status, from *C.rediscluster_error) error {
	if from == nil {
		return &Error{Code: Code(status), Message: "the library reported no message"}
	}
	defer C.rediscluster_error_free(from)
	return &Error{
		Code:     Code(C.rediscluster_error_code(from)),
		Message:  C.GoString(C.rediscluster_error_message(from)),
		Node:     C.GoString(C.rediscluster_error_node(from)),
		Executed: C.rediscluster_error_executed(from) != 0,
	}
}

// charPointer passes the bytes of text to C for one call. They are not NUL-terminated.
func charPointer(text string) *C.char { return (*C.char)(unsafe.Pointer(unsafe.StringData(text))) }
