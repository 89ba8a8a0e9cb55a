//go:build race

package rediscluster_test

// The race detector allocates memory of its own.
func init() { countsAllocations = false }
