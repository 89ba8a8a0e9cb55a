/* GETs through the loop, with many in flight: a new one is begun for each reply. */
#ifndef LOOP_GETS_H
#define LOOP_GETS_H

#include "checksum.h"
#include "keys.h"
#include "resp.h"

enum { IN_FLIGHT = 10000, GETS = 40000 };

typedef struct loop_gets {
  rediscluster_loop *loop;
  key_list keys;
  resp request;
  size_t begun, ended;
  checksum seen;
} loop_gets;

/* Opens a loop, and closes it. The keys belong to the caller. */
loop_gets loop_gets_open(const rediscluster *cluster, key_list keys);
void loop_gets_close(loop_gets *gets);

/* Runs GETS commands, with poll(2). */
void loop_gets_run(loop_gets *gets);

#endif
