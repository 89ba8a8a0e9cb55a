//go:build !cgo

package rediscluster

// This package needs cgo to call the library. The undefined name is the error message of the compiler.
var _ = rediscluster_needs_cgo__set_CGO_ENABLED_1_and_install_a_C_compiler_and_pkg_config
