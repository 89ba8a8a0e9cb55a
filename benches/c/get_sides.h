/* One GET through the library and one through hiredis, shared by the time and the instructions of it. */
#ifndef GET_SIDES_H
#define GET_SIDES_H

#include "nodes.h"

typedef struct get_state {
  rediscluster *rc;      /* knows all nodes, though the keys live on the first: routing is part of the cost */
  redisContext *by_hand; /* the first node */
  keys keys;
  size_t turn;
  touched seen;
} get_state;

get_state get_open(void);
void get_close(get_state *state);

/* Each reads the next key, looks at the value and frees the reply. */
void get_ours(void *state);
void get_hiredis(void *state);        /* redisCommandArgv, hiredis' cheapest form */
void get_hiredis_format(void *state); /* redisCommand("GET %b"), its usual form */

#endif
