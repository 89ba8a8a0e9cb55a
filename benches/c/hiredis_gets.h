/* The GETs of loop_gets.h through the asynchronous functions of hiredis in libevent, with one context per server. */
#ifndef HIREDIS_GETS_H
#define HIREDIS_GETS_H

#include "checksum.h"
#include "keys.h"

struct event_base;
struct redisAsyncContext;

typedef struct hiredis_gets {
  struct event_base *base;
  struct redisAsyncContext **nodes;
  int count;
  key_list keys;
  size_t begun, ended;
  checksum seen;
} hiredis_gets;

/* Connects to the first count servers of REDISCLUSTER_PORTS. The keys belong to the caller. */
hiredis_gets hiredis_gets_open(int count, key_list keys);

/* Runs GETS commands. */
void hiredis_gets_run(hiredis_gets *gets);

#endif
