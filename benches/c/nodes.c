#include "nodes.h"

#include <stdlib.h>
#include <string.h>

#include "bench.h"

/* The error is passed by address because the call in the first argument writes it. */
static void require_ok(rediscluster_status status, rediscluster_error *const *error) {
  if (status != REDISCLUSTER_OK) bench_require(0, rediscluster_error_message(*error));
}

rediscluster *library_open(void) {
  const char *config = getenv("REDISCLUSTER_CONFIG");
  bench_require(config != NULL, "REDISCLUSTER_CONFIG is not set: use scripts/with-redis 4");
  rediscluster *cluster;
  rediscluster_error *error;
  require_ok(rediscluster_open(config, strlen(config), &cluster, &error), &error);
  return cluster;
}

hiredis_nodes hiredis_open(void) {
  const char *ports = getenv("REDISCLUSTER_PORTS");
  bench_require(ports != NULL, "REDISCLUSTER_PORTS is not set: use scripts/with-redis 4");
  hiredis_nodes nodes;
  for (int node = 0; node < NODES; node++) {
    char *end;
    long port = strtol(ports, &end, 10);
    bench_require(end != ports, "REDISCLUSTER_PORTS has fewer than 4 servers: use scripts/with-redis 4");
    ports = end;
    nodes.node[node] = redisConnect("127.0.0.1", (int)port);
    bench_require(nodes.node[node] && !nodes.node[node]->err, "hiredis cannot connect");
  }
  return nodes;
}

rediscluster_reply *library_command(const rediscluster *cluster, size_t argc, const char *const *argv, const size_t *lengths) {
  rediscluster_reply *reply;
  rediscluster_error *error;
  require_ok(rediscluster_command(cluster, argc, argv, lengths, &reply, &error), &error);
  return reply;
}

/* Returns the text of a reply that is an error, or NULL. */
static const char *error_in(const rediscluster_reply *reply) {
  rediscluster_value root;
  bench_require(rediscluster_reply_value(reply, 0, &root, NULL) == REDISCLUSTER_OK, "a reply has no root");
  return root.type == REDISCLUSTER_TYPE_ERROR ? (const char *)root.bytes : NULL;
}

rediscluster_reply *library_command_or_refusal(const rediscluster *cluster, size_t argc, const char *const *argv, const size_t *lengths) {
  rediscluster_reply *reply;
  rediscluster_error *error;
  rediscluster_status status = rediscluster_command(cluster, argc, argv, lengths, &reply, &error);
  if (status == REDISCLUSTER_ERROR_CROSSNODE) {
    rediscluster_error_free(error);
    return NULL;
  }
  require_ok(status, &error);
  const char *refusal = error_in(reply);
  if (!refusal) return reply;
  bench_require(!strncmp(refusal, "CROSSNODE", strlen("CROSSNODE")), "a command through the library failed");
  rediscluster_reply_free(reply);
  return NULL;
}

rediscluster_reply *library_execute(const rediscluster *cluster, const char *request, size_t length) {
  rediscluster_reply *reply;
  rediscluster_error *error;
  require_ok(rediscluster_execute(cluster, request, length, &reply, &error), &error);
  return reply;
}

redisReply *hiredis_command(redisContext *node, size_t argc, const char **argv, const size_t *lengths) {
  redisReply *reply = redisCommandArgv(node, (int)argc, argv, lengths);
  bench_require(reply && reply->type != REDIS_REPLY_ERROR, "a command through hiredis failed");
  return reply;
}
