/* The servers of a measurement, reached both ways: through the library, and by hand through hiredis. */
#ifndef NODES_H
#define NODES_H

#include <hiredis/hiredis.h>
#include <rediscluster.h>
#include <stddef.h>
#include <stdint.h>

enum { NODES = 4, VALUE_LENGTH = 32 };

/* What a user without the library keeps: one connection a node, the first is node_1's. */
typedef struct peers {
  redisContext *node[NODES];
} peers;

rediscluster *ours_open(void);
peers peers_open(void);

/* One command through the library; ends the program if it fails. Free the reply. */
rediscluster_reply *ours_command(const rediscluster *rc, size_t argc, const char *const *argv, const size_t *lengths);
/* The same, but NULL if the library refuses the command because its keys lie on several nodes, as an error or as a reply. */
rediscluster_reply *ours_over_nodes(const rediscluster *rc, size_t argc, const char *const *argv, const size_t *lengths);
/* One request of many commands through the library, likewise. */
rediscluster_reply *ours_execute(const rediscluster *rc, const char *request, size_t length);
/* One command through hiredis, in its cheapest form; ends the program if it fails. Free the reply. */
redisReply *peer_command(redisContext *node, size_t argc, const char **argv, const size_t *lengths);

/* The node of a key, from 0, as a user works it out by hand. */
int node_of(const char *key, size_t length);

/* Keys as the commands take them: pointers and lengths. */
typedef struct keys {
  size_t count;
  const char **text;
  size_t *length;
} keys;

enum { ANY_NODE = -1 };

/* A key that begins with prefix and lives on that node, from 0, or anywhere. */
char *key_on(const char *prefix, int node);

/* count keys that begin with prefix and live on that node (from 0), or on all, each set to a value of VALUE_LENGTH bytes. */
keys keys_stored(const peers *by_hand, const char *prefix, size_t count, int node);

/* A value that the two sides can be compared by: how long it was, and whether its bytes were reached. */
typedef struct touched {
  size_t bytes;
  unsigned checksum;
} touched;

void touch(touched *sum, const void *bytes, size_t length);
void touch_entries(touched *sum, const rediscluster_reply *reply); /* every string of an array, by the index */
int same(const touched *a, const touched *b);

#endif
