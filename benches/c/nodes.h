/* The servers of a measurement, through the library and through hiredis. */
#ifndef NODES_H
#define NODES_H

#include <hiredis/hiredis.h>
#include <rediscluster.h>
#include <stddef.h>

enum { NODES = 4 };

/* Opens the servers of REDISCLUSTER_CONFIG. */
rediscluster *library_open(void);

/* Each of the next three runs commands through the library and exits if the call fails. The caller frees the reply. */
rediscluster_reply *library_command(const rediscluster *cluster, size_t argc, const char *const *argv, const size_t *lengths);
rediscluster_reply *library_execute(const rediscluster *cluster, const char *request, size_t length);
/* Returns NULL if the library refuses the command with CROSSNODE. */
rediscluster_reply *library_command_or_refusal(const rediscluster *cluster, size_t argc, const char *const *argv, const size_t *lengths);

/* One hiredis connection to each server; the first is to node_1. */
typedef struct hiredis_nodes {
  redisContext *node[NODES];
} hiredis_nodes;

/* Connects to the servers of REDISCLUSTER_PORTS. */
hiredis_nodes hiredis_open(void);

/* Runs one command with redisCommandArgv, the fastest function of hiredis, and exits if it fails. The caller frees the reply. */
redisReply *hiredis_command(redisContext *node, size_t argc, const char **argv, const size_t *lengths);

#endif
