/* The function of Go that receives the events of the library. A file with an exported Go function may include declarations only. */
#ifndef REDISCLUSTER_GO_NATIVE_LOG_H
#define REDISCLUSTER_GO_NATIVE_LOG_H

#include <rediscluster.h>
#include <stdbool.h>

void rediscluster_go_set_log(bool report);

#endif
