/* Keys on chosen nodes. */
#ifndef KEYS_H
#define KEYS_H

#include "nodes.h"

enum { ANY_NODE = -1, VALUE_LENGTH = 32 };

/* Returns the node of a key, from 0, as a program without the library computes it: of the servers of a case, and of another number of nodes. */
int node_of(const char *key, size_t length);
int node_among(const char *key, size_t length, int nodes);

/* Returns a key that begins with prefix and belongs to the node (from 0, or ANY_NODE). The caller frees it. */
char *key_on(const char *prefix, int node);

typedef struct key_list {
  size_t count;
  const char **text;
  size_t *length;
} key_list;

/* Stores count keys that begin with prefix and belong to the node (from 0, or ANY_NODE), with values of VALUE_LENGTH bytes. */
key_list store_key_list(const hiredis_nodes *nodes, const char *prefix, size_t count, int node);

#endif
