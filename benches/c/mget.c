/* MGET of keys on 4 servers. The peer groups the keys by node with crc32 and sends one MGET to each node, one after the other. */
#include <stdlib.h>

#include "bench.h"
#include "checksum.h"
#include "keys.h"

typedef struct state {
  rediscluster *cluster;
  hiredis_nodes nodes;
  const char **argv; /* MGET and the keys */
  size_t *lengths;
  size_t key_count;
  checksum seen;
} state;

/* The MGET for one node, and the position of each of its keys in the whole request. */
typedef struct node_request {
  const char **argv;
  size_t *lengths;
  size_t *positions;
  size_t argc;
} node_request;

static void library(void *context) {
  state *s = context;
  rediscluster_reply *reply = library_command(s->cluster, s->key_count + 1, s->argv, s->lengths);
  checksum_add_strings(&s->seen, reply);
  rediscluster_reply_free(reply);
}

static node_request node_request_new(size_t capacity) {
  node_request request = {malloc((capacity + 1) * sizeof *request.argv), malloc((capacity + 1) * sizeof *request.lengths), malloc(capacity * sizeof *request.positions), 1};
  bench_require(request.argv && request.lengths && request.positions, "out of memory");
  request.argv[0] = "MGET";
  request.lengths[0] = 4;
  return request;
}

static void node_request_add(node_request *to, const state *s, size_t key) {
  to->argv[to->argc] = s->argv[key + 1];
  to->lengths[to->argc] = s->lengths[key + 1];
  to->positions[to->argc - 1] = key;
  to->argc++;
}

static void node_request_free(node_request *request) {
  free(request->argv);
  free(request->lengths);
  free(request->positions);
}

static void hiredis_one_node_at_a_time(void *context) {
  state *s = context;
  node_request requests[NODES];
  redisReply *replies[NODES];
  redisReply **values = malloc(s->key_count * sizeof *values);
  for (int node = 0; node < NODES; node++) requests[node] = node_request_new(s->key_count);
  for (size_t key = 0; key < s->key_count; key++) node_request_add(&requests[node_of(s->argv[key + 1], s->lengths[key + 1])], s, key);
  for (int node = 0; node < NODES; node++) {
    replies[node] = hiredis_command(s->nodes.node[node], requests[node].argc, requests[node].argv, requests[node].lengths);
    for (size_t at = 0; at < replies[node]->elements; at++) values[requests[node].positions[at]] = replies[node]->element[at];
  }
  for (size_t key = 0; key < s->key_count; key++) checksum_add(&s->seen, values[key]->str, values[key]->len);
  for (int node = 0; node < NODES; node++) {
    freeReplyObject(replies[node]);
    node_request_free(&requests[node]);
  }
  free(values);
}

static checksum checksum_of(state *s, bench_function mget) {
  s->seen = (checksum){0};
  mget(s);
  return s->seen;
}

static state state_with(rediscluster *cluster, hiredis_nodes nodes, const char *prefix, size_t count) {
  key_list stored = store_key_list(&nodes, prefix, count, ANY_NODE);
  state s = {cluster, nodes, malloc((count + 1) * sizeof *s.argv), malloc((count + 1) * sizeof *s.lengths), count, {0}};
  bench_require(s.argv && s.lengths, "out of memory");
  s.argv[0] = "MGET";
  s.lengths[0] = 4;
  for (size_t key = 0; key < count; key++) {
    s.argv[key + 1] = stored.text[key];
    s.lengths[key + 1] = stored.length[key];
  }
  return s;
}

static void compare(rediscluster *cluster, hiredis_nodes nodes, size_t count, int calls, const char *name, const char *target) {
  state s = state_with(cluster, nodes, "mget", count);
  checksum a = checksum_of(&s, library), b = checksum_of(&s, hiredis_one_node_at_a_time);
  bench_require(b.bytes == count * VALUE_LENGTH && checksum_equal(&a, &b), "the library and hiredis read different values");
  bench_compare(&(bench_case){name, target, calls, library, hiredis_one_node_at_a_time, &s});
}

int main(void) {
  hiredis_nodes nodes = hiredis_open();
  rediscluster *cluster = library_open();
  compare(cluster, nodes, 100, 300, "MGET 100 keys, 4 servers", "ratio <= 0.50");
  compare(cluster, nodes, 10000, 10, "MGET 10,000 keys, 4 servers", "ratio <= 0.60");
  rediscluster_close(cluster);
  return 0;
}
