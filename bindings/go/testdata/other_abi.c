/* A library of another ABI, for TestOpenRefusesALibraryOfAnotherABI. It exports the same functions; only the version works. */
#include <stdint.h>
#include <stdlib.h>

const char *rediscluster_version(void) { return "9.9.9"; }
uint32_t rediscluster_abi_version(void) { return 999; }

#define ABSENT(name) void name(void) { abort(); }

ABSENT(rediscluster_partition)
ABSENT(rediscluster_open)
ABSENT(rediscluster_open_shared)
ABSENT(rediscluster_close)
ABSENT(rediscluster_execute)
ABSENT(rediscluster_node_for)
ABSENT(rediscluster_each)
ABSENT(rediscluster_node_list)
ABSENT(rediscluster_explain)
ABSENT(rediscluster_recover)
ABSENT(rediscluster_recover_to)
ABSENT(rediscluster_reply_data)
ABSENT(rediscluster_reply_free)
ABSENT(rediscluster_error_code)
ABSENT(rediscluster_error_message)
ABSENT(rediscluster_error_node)
ABSENT(rediscluster_error_executed)
ABSENT(rediscluster_error_free)
