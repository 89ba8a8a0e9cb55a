package rediscluster

// #include "native_log.h"
//
// extern void redisclusterGoLog(void *, rediscluster_log_event *);
//
// static void report(void *context, const rediscluster_log_event *event) {
// 	redisclusterGoLog(context, (rediscluster_log_event *)event);
// }
//
// void rediscluster_go_set_log(bool reports) { rediscluster_set_log(reports ? report : NULL, NULL); }
import "C"
