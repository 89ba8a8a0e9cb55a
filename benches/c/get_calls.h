/* One GET through the library and one through hiredis, for the measurements of time and of instructions. */
#ifndef GET_CALLS_H
#define GET_CALLS_H

#include "checksum.h"
#include "keys.h"

typedef struct get_state {
  rediscluster *cluster;    /* of all nodes, although all keys are on the first: routing is part of the cost */
  redisContext *connection; /* to the first node */
  key_list keys;
  size_t calls;
  checksum seen;
} get_state;

get_state get_open(void);
void get_close(get_state *state);

/* Each is a bench_function that reads the next key, looks at the value and frees the reply. */
void get_library(void *state);
void get_hiredis(void *state);        /* redisCommandArgv, the fastest function of hiredis */
void get_hiredis_format(void *state); /* redisCommand("GET %b"), its usual function */

#endif
