package rediscluster

// #include <rediscluster.h>
import "C"

// Partition returns the number of the node, from 1 to masters, that key hashes to: crc32(key) % masters + 1. It hashes the
// whole key and ignores hash tags; NodeFor applies them. It returns 0 if masters is less than 1.
func Partition(key string, masters int) int {
	if masters < 1 || uint64(masters) > 1<<32-1 {
		return 0
	}
	return int(C.rediscluster_partition(charPointer(key), C.size_t(len(key)), C.uint32_t(masters)))
}
