/* One command whose keys live on several servers: ours beside by hand, and the proof that both did the same. */
#ifndef CROSSNODE_H
#define CROSSNODE_H

#include "bench.h"
#include "by_hand.h"

/* Many values whose order is nobody's concern, or whose order is mixed in by the one who adds them. */
typedef struct digest {
  size_t count;
  uint64_t sum;
} digest;

void digest_add(digest *to, const char *bytes, size_t length);

typedef struct crossnode {
  rediscluster *rc;
  peers by_hand;
  place to, a, b; /* a destination and two operands, each on a server of its own */
  words command;  /* for the library */
  words read;     /* reads what a command has stored; the second word becomes the key. None: the reply is the result */
  size_t result;  /* how many values the result has */
  digest seen;    /* of the last result that a side read */
  int refused;    /* the library answered CROSSNODE: it cannot do this one yet */
} crossnode;

/* Connections, and keys that begin with prefix; nothing is stored. */
crossnode crossnode_open(const char *prefix);

/* Runs the command through the library. NULL if it is refused as one over several nodes; any other failure ends the program. Free it. */
rediscluster_reply *crossnode_ours(crossnode *state);
/* The same as sides of a comparison: the first for commands that store, the second looks at every value of the reply. */
void crossnode_ours_stores(void *state);
void crossnode_ours_reads(void *state);

/* What is at the place, in order, except of a set, which has none. */
digest crossnode_read(place at, words read);

/* Sees that both sides have the same result, then compares their times; by hand alone if the library refuses the command. */
void crossnode_compare(crossnode *state, const char *name, const char *asked, bench_side ours, bench_side peer);

enum { MEMBER_LENGTH = 16 };

/* Replaces what is at the place by the members with the numbers from first on, random bytes that are the same every time. */
void store_set(place at, size_t first, size_t count);
/* Likewise; the scores are below 1,000,000 and written with so many decimals. */
void store_sorted_set(place at, size_t first, size_t count, int decimals);
/* Keys prefix:0000000, prefix:0000001 … on the nodes where they belong, with values of so many bytes. */
void store_keys(const peers *by_hand, const char *prefix, size_t count, size_t length);
enum { NUMBERED_KEY = 32 };
void numbered_key(char text[NUMBERED_KEY], const char *prefix, size_t number);
/* Random bytes that are the same every time. */
void fill_random(char *bytes, size_t length, uint64_t seed);

#endif
