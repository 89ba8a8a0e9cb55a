/* The bytes of the GETs of loop_gets.h, written and read by a bare program with epoll: no encoding, no routing, no parsing. */
#ifndef BARE_GETS_H
#define BARE_GETS_H

#include "keys.h"

typedef struct bare_node bare_node;

typedef struct bare_request {
  const char *bytes;
  size_t length;
  int node;
} bare_request;

typedef struct bare_gets {
  int epoll, count;
  bare_node *nodes;
  bare_request *requests; /* one per key */
  size_t keys, begun, ended;
} bare_gets;

/* Connects to the first count servers of REDISCLUSTER_PORTS. */
bare_gets bare_gets_open(int count, key_list keys);
void bare_gets_close(bare_gets *gets);

/* Runs GETS commands, with IN_FLIGHT in flight; a new one is begun for each reply. */
void bare_gets_run(bare_gets *gets);

#endif
