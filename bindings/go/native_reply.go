package rediscluster

// #include "native.h"
import "C"

import "unsafe"

// A nativeReply is a reply in memory of the library. It must be freed.
type nativeReply struct {
	pointer *C.rediscluster_reply
	data    C.rediscluster_data
	// What has interrupted its call, or nil.
	cause error
}

func newNativeReply(r C.reply_result) (nativeReply, error) {
	if r.status != C.REDISCLUSTER_OK {
		C.rediscluster_reply_free(r.reply)
		return nativeReply{}, consumeError(r.status, r.error)
	}
	return nativeReply{pointer: r.reply, data: r.data}, nil
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

// result returns the outcome at an entry, with the origin of an error.
func (r nativeReply) result(at int, v Value) Result {
	result := newResult(v)
	if result.Err == nil {
		return result
	}
	result.Err = withCause(result.Err, r.cause)
	var origin, failure *C.rediscluster_error
	if C.rediscluster_reply_error(r.pointer, C.size_t(at), &origin, &failure) != C.REDISCLUSTER_OK {
		C.rediscluster_error_free(failure)
		return result
	}
	defer C.rediscluster_error_free(origin)
	node, address, command := originOf(origin)
	switch err := result.Err.(type) {
	case ServerError:
		result.Err = &CommandError{ServerError: err, Node: node, Address: address, Command: command}
	case *Error:
		err.Address, err.Command = address, command
	}
	return result
}

// results returns the outcomes of the commands of a request, and the first error among them.
func (r nativeReply) results() (results []Result, first error) {
	decoder := r.decoder()
	replies := decoder.value(0).elements()
	results = make([]Result, len(replies))
	at := 1
	for i, reply := range replies {
		results[i] = r.result(at, reply)
		if first == nil {
			first = results[i].Err
		}
		at = decoder.nextSibling(at)
	}
	return results, first
}

func originOf(err *C.rediscluster_error) (node, address, command string) {
	return C.GoString(C.rediscluster_error_node(err)), C.GoString(C.rediscluster_error_address(err)), C.GoString(C.rediscluster_error_command(err))
}

// consumeError copies an error of the library and frees it.
func consumeError(status C.rediscluster_status, from *C.rediscluster_error) error {
	if from == nil {
		return &Error{Code: Code(status), Message: "the library reported no message"}
	}
	defer C.rediscluster_error_free(from)
	node, address, command := originOf(from)
	return &Error{
		Code:     Code(C.rediscluster_error_code(from)),
		Message:  C.GoString(C.rediscluster_error_message(from)),
		Node:     node,
		Executed: C.rediscluster_error_executed(from) != 0,
		Address:  address,
		Command:  command,
	}
}

// charPointer passes the bytes of text to C for one call. They are not NUL-terminated.
func charPointer(text string) *C.char { return (*C.char)(unsafe.Pointer(unsafe.StringData(text))) }
