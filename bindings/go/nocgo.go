//go:build !cgo

package rediscluster

// Without cgo this package cannot reach the library. The name below is undefined: it is there for the compiler to say.
var _ = rediscluster_needs_cgo__set_CGO_ENABLED_1_and_install_a_C_compiler_and_pkg_config
