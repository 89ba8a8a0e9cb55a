/* Compares one command whose keys are on several servers: through the library, and written with hiredis. */
#ifndef CROSSNODE_H
#define CROSSNODE_H

#include "bench.h"
#include "hiredis_commands.h"

/* A digest of many values. It does not depend on their order; crossnode_read adds the order itself. */
typedef struct digest {
  size_t count;
  uint64_t sum;
} digest;

void digest_add(digest *d, const char *bytes, size_t length);

typedef struct crossnode {
  rediscluster *cluster;
  hiredis_nodes nodes;
  located_key destination, a, b; /* each on another server; a and b are the operands */
  text_command command;          /* for the library */
  text_command read;             /* reads the stored result; the key replaces argv[1]. argc 0: the reply is the result */
  size_t result_count;           /* expected number of values in the result */
  digest seen;                   /* of the last result that was read */
  int refused;                   /* the library returned CROSSNODE: it does not support the command */
} crossnode;

/* Opens connections and chooses keys that begin with prefix. Stores nothing. */
crossnode crossnode_open(const char *prefix);

/* Runs the command through the library. Returns NULL if the library refuses it with CROSSNODE, and exits after any other failure. The
 * caller frees the reply. */
rediscluster_reply *crossnode_run_library(crossnode *state);
/* Both are bench_functions. The first is for commands that store their result; the second reads every value of the reply. */
void crossnode_library_store(void *state);
void crossnode_library_read(void *state);

/* Returns the digest of a stored value, including its order unless it is a set. */
digest crossnode_read(located_key at, text_command read);

/* Requires equal results of both functions, then compares their times. If the library refuses the command, only the peer is timed. */
void crossnode_compare(crossnode *state, const char *name, const char *target, bench_function ours, bench_function peer);

#endif
