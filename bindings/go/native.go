package rediscluster

/*
#cgo pkg-config: rediscluster
#include <rediscluster.h>

#if REDISCLUSTER_ABI_VERSION != 1
#error "this version of the Go package is written for ABI 1 of rediscluster: install the library and the package of one release"
#endif

// execute, node_for, each and explain, and both ways to open, are of one form.
typedef rediscluster_status (*operation)(const rediscluster *, const char *, size_t, rediscluster_reply **, rediscluster_error **);
typedef rediscluster_status (*opener)(const char *, size_t, rediscluster **, rediscluster_error **);

typedef struct {
	rediscluster_status status;
	rediscluster_error *error;
	rediscluster_reply *reply;
	rediscluster_data data;
} answer;

// A call and the look at its reply, in one crossing between Go and C. (#cgo noescape and nocallback want Go 1.24 and gain
// nothing here: what crosses lies on the heap already, in pooled requests.)
static answer call(operation run, const rediscluster *rc, const char *input, size_t length) {
	answer a = {0};
	a.status = run(rc, input, length, &a.reply, &a.error);
	if (a.status == REDISCLUSTER_OK)
		a.status = rediscluster_reply_data(a.reply, &a.data, &a.error);
	return a;
}

static answer call_recover(const rediscluster *rc, uint64_t min_age) {
	answer a = {0};
	a.status = rediscluster_recover(rc, min_age, &a.reply, &a.error);
	if (a.status == REDISCLUSTER_OK)
		a.status = rediscluster_reply_data(a.reply, &a.data, &a.error);
	return a;
}

static answer call_each_on(const rediscluster *rc, int32_t nodes, const char *input, size_t length) {
	answer a = {0};
	a.status = rediscluster_each_on(rc, nodes, input, length, &a.reply, &a.error);
	if (a.status == REDISCLUSTER_OK)
		a.status = rediscluster_reply_data(a.reply, &a.data, &a.error);
	return a;
}

typedef struct {
	rediscluster_status status;
	rediscluster_error *error;
	rediscluster *rc;
} opened;

static opened open_with(opener open, const char *config, size_t length) {
	opened o = {0};
	o.status = open(config, length, &o.rc, &o.error);
	return o;
}

static opened view_of(const rediscluster *rc, int32_t read) {
	opened o = {0};
	o.status = rediscluster_with_read(rc, read, &o.rc, &o.error);
	return o;
}
*/
import "C"

import (
	"fmt"
	"unsafe"
)

// abiVersion is what this package is written for; the header was compared when the package was compiled.
const abiVersion = 1

// The numbers and the layout that are written down in Go are the header's, or this does not compile.
var (
	_ = [1]bool{}[ErrInternal-C.REDISCLUSTER_ERROR_INTERNAL]
	_ = [1]bool{}[TypeFailure-C.REDISCLUSTER_TYPE_FAILURE]
	_ = [1]bool{}[Masters-C.REDISCLUSTER_NODES_MASTERS]
	_ = [1]bool{}[Replicas-C.REDISCLUSTER_NODES_REPLICAS]
	_ = [1]bool{}[All-C.REDISCLUSTER_NODES_ALL]
	_ = [1]bool{}[ReadReplica-C.REDISCLUSTER_READ_REPLICA]
	_ = [1]bool{}[ReadMaster-C.REDISCLUSTER_READ_MASTER]
	_ = [1]bool{}[unsafe.Sizeof(entry{})-C.sizeof_rediscluster_entry]
	_ = [1]bool{}[unsafe.Offsetof(entry{}.data)-unsafe.Offsetof(C.rediscluster_entry{}.data)]
)

type (
	operation = C.operation
	opener    = C.opener
)

// What the library does with a handle, and how it opens one.
var (
	execute = operation(C.rediscluster_execute)
	nodeFor = operation(C.rediscluster_node_for)
	each    = operation(C.rediscluster_each)
	explain = operation(C.rediscluster_explain)

	openOwn    = opener(C.rediscluster_open)
	openShared = opener(C.rediscluster_open_shared)
)

// Version is the version of the library that is loaded.
func Version() string { return C.GoString(C.rediscluster_version()) }

// Partition is the number, 1 to masters, of the node that keeps a key: crc32(key) % masters + 1. The key is hashed as it
// is, tags and all; NodeFor asks for a key as a command would send it. With less than one master the answer is 0.
func Partition(key string, masters int) int {
	if masters < 1 || uint64(masters) > 1<<32-1 {
		return 0
	}
	return int(C.rediscluster_partition(chars(key), C.size_t(len(key)), C.uint32_t(masters)))
}

// checkABI compares the loaded library with this package: they may come from different installations.
func checkABI() error {
	if found := uint32(C.rediscluster_abi_version()); found != abiVersion {
		return fmt.Errorf("rediscluster: the loaded library has ABI %d (version %s), this package needs ABI %d: install the library and the package of one release",
			found, Version(), abiVersion)
	}
	return nil
}

func openNative(how opener, config string) (*handle, error) {
	return newOpened(C.open_with(how, chars(config), C.size_t(len(config))))
}

// withReadNative makes a handle that shares the connections of this one.
func withReadNative(rc *C.rediscluster, read Read) (*handle, error) {
	return newOpened(C.view_of(rc, C.int32_t(read)))
}

func newOpened(o C.opened) (*handle, error) {
	if o.status != C.REDISCLUSTER_OK {
		return nil, takeError(o.status, o.error)
	}
	return newHandle(o.rc), nil
}

// A reply is memory of the library, to be decoded and freed at once.
type reply struct {
	native *C.rediscluster_reply
	data   C.rediscluster_data
}

func callNative(run operation, rc *C.rediscluster, input string) (reply, error) {
	return newReply(C.call(run, rc, chars(input), C.size_t(len(input))))
}

// recoverNative takes the age in milliseconds.
func recoverNative(rc *C.rediscluster, minAge uint64) (reply, error) {
	return newReply(C.call_recover(rc, C.uint64_t(minAge)))
}

func eachOnNative(rc *C.rediscluster, nodes Nodes, input string) (reply, error) {
	return newReply(C.call_each_on(rc, C.int32_t(nodes), chars(input), C.size_t(len(input))))
}

func newReply(a C.answer) (reply, error) {
	if a.status != C.REDISCLUSTER_OK {
		C.rediscluster_reply_free(a.reply)
		return reply{}, takeError(a.status, a.error)
	}
	return reply{a.reply, a.data}, nil
}

// isNone tells whether there is no reply, which of a session is no failure.
func (r reply) isNone() bool { return r.native == nil }

func (r reply) free() { C.rediscluster_reply_free(r.native) }

// decoder looks at the reply where it is; it must not be used after free.
func (r reply) decoder() decoder {
	return decoder{
		entries: unsafe.Slice((*entry)(unsafe.Pointer(r.data.entries)), int(r.data.entries_length)),
		bytes:   unsafe.String((*byte)(unsafe.Pointer(r.data.bytes)), int(r.data.bytes_length)),
	}
}

// chars is the text as C sees it, for the length of one call.
func chars(text string) *C.char { return (*C.char)(unsafe.Pointer(unsafe.StringData(text))) }

// takeError makes an Error of the library's, and frees that.
func takeError(status C.rediscluster_status, from *C.rediscluster_error) error {
	if from == nil {
		return &Error{Code: Code(status), Message: "the library said no more than this"}
	}
	defer C.rediscluster_error_free(from)
	return &Error{
		Code:     Code(C.rediscluster_error_code(from)),
		Message:  C.GoString(C.rediscluster_error_message(from)),
		Node:     C.GoString(C.rediscluster_error_node(from)),
		Executed: C.rediscluster_error_executed(from) != 0,
	}
}
