package rediscluster

// #include "native.h"
import "C"

import (
	"fmt"
	"unsafe"
)

// abiVersion is the ABI that this package is written for. native.h compares it with the header when the package is
// compiled, checkABI with the library when a client is opened.
const abiVersion = 1

// These lines do not compile if a number or a layout in Go differs from the header.
var (
	_ = [1]bool{}[ErrInternal-C.REDISCLUSTER_ERROR_INTERNAL]
	_ = [1]bool{}[TypeFailure-C.REDISCLUSTER_TYPE_FAILURE]
	_ = [1]bool{}[TypePush-C.REDISCLUSTER_TYPE_PUSH]
	_ = [1]bool{}[typeAttribute-C.REDISCLUSTER_TYPE_ATTRIBUTE]
	_ = [1]bool{}[Masters-C.REDISCLUSTER_NODES_MASTERS]
	_ = [1]bool{}[Replicas-C.REDISCLUSTER_NODES_REPLICAS]
	_ = [1]bool{}[All-C.REDISCLUSTER_NODES_ALL]
	_ = [1]bool{}[ReadReplica-C.REDISCLUSTER_READ_REPLICA]
	_ = [1]bool{}[ReadMaster-C.REDISCLUSTER_READ_MASTER]
	_ = [1]bool{}[unsafe.Sizeof(entry{})-C.sizeof_rediscluster_entry]
	_ = [1]bool{}[unsafe.Offsetof(entry{}.data)-unsafe.Offsetof(C.rediscluster_entry{}.data)]
)

// Version returns the version of the loaded library, such as "0.6.0".
func Version() string { return C.GoString(C.rediscluster_version()) }

// checkABI compares the loaded library with this package. They may come from different installations.
func checkABI() error {
	if loaded := uint32(C.rediscluster_abi_version()); loaded != abiVersion {
		return fmt.Errorf("rediscluster: the loaded library has ABI %d (version %s), this package needs ABI %d: install the library and the package of one release",
			loaded, Version(), abiVersion)
	}
	return nil
}
