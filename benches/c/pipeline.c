/* A pipeline of 1,000 GETs, including the encoding of the arguments and reading the values: to one server compared with the append
 * functions of hiredis, and over 4 servers compared with the library to one.
 * Pipelines of commands without keys, compared with that of GETs. */
#include "bench.h"
#include "checksum.h"
#include "keys.h"
#include "resp.h"

#include <string.h>

enum { COMMANDS = 1000, CALLS = 30 };

typedef struct state {
  rediscluster *cluster;
  redisContext *connection;
  key_list on_one_node, on_all_nodes;
  resp request;
  checksum seen;
} state;

static void run_library(state *s, const key_list *keys) {
  resp_clear(&s->request);
  for (size_t at = 0; at < keys->count; at++) {
    resp_array(&s->request, 2);
    resp_bulk(&s->request, "GET", 3);
    resp_bulk(&s->request, keys->text[at], keys->length[at]);
  }
  rediscluster_reply *reply = library_execute(s->cluster, s->request.bytes, s->request.length);
  checksum_add_strings(&s->seen, reply);
  rediscluster_reply_free(reply);
}

static void library_one_node(void *context) {
  run_library(context, &((state *)context)->on_one_node);
}

static void library_all_nodes(void *context) {
  run_library(context, &((state *)context)->on_all_nodes);
}

static void run_repeated(state *s, const char *command) {
  resp_clear(&s->request);
  for (size_t at = 0; at < COMMANDS; at++) {
    resp_array(&s->request, 1);
    resp_bulk(&s->request, command, strlen(command));
  }
  rediscluster_reply_free(library_execute(s->cluster, s->request.bytes, s->request.length));
}

static void library_ping(void *context) {
  run_repeated(context, "PING");
}

static void library_dbsize(void *context) {
  run_repeated(context, "DBSIZE");
}

static void hiredis_append(void *context) {
  state *s = context;
  for (size_t at = 0; at < s->on_one_node.count; at++) {
    const char *argv[] = {"GET", s->on_one_node.text[at]};
    const size_t lengths[] = {3, s->on_one_node.length[at]};
    bench_require(redisAppendCommandArgv(s->connection, 2, argv, lengths) == REDIS_OK, "hiredis cannot append");
  }
  for (size_t at = 0; at < s->on_one_node.count; at++) {
    redisReply *reply;
    bench_require(redisGetReply(s->connection, (void **)&reply) == REDIS_OK, "hiredis got no reply");
    checksum_add(&s->seen, reply->str, reply->len);
    freeReplyObject(reply);
  }
}

static checksum checksum_of(state *s, bench_function run) {
  s->seen = (checksum){0};
  run(s);
  return s->seen;
}

int main(void) {
  hiredis_nodes nodes = hiredis_open();
  state s = {.cluster = library_open(), .connection = nodes.node[0]};
  s.on_one_node = store_key_list(&nodes, "near", COMMANDS, 0);
  s.on_all_nodes = store_key_list(&nodes, "wide", COMMANDS, ANY_NODE);
  checksum one = checksum_of(&s, library_one_node), peer = checksum_of(&s, hiredis_append), all = checksum_of(&s, library_all_nodes);
  bench_require(peer.bytes == COMMANDS * VALUE_LENGTH && checksum_equal(&one, &peer), "the library and hiredis read different values");
  bench_require(all.bytes == peer.bytes, "values are missing on a node");

  bench_compare(&(bench_case){"1,000 GETs in a pipeline, one server", "speed >= 1.30", CALLS, library_one_node, hiredis_append, &s});
  bench_compare(&(bench_case){"1,000 GETs, ours: 4 servers / 1 server", "ratio <= 1.00 ~", CALLS, library_all_nodes, library_one_node, &s});
  bench_compare(&(bench_case){"1,000 PINGs / 1,000 GETs, 4 servers", "ratio <= 3.00", CALLS, library_ping, library_all_nodes, &s});
  bench_compare(&(bench_case){"1,000 DBSIZEs / 1,000 GETs, 4 servers", "ratio <= 3.00", CALLS, library_dbsize, library_all_nodes, &s});
  resp_free(&s.request);
  rediscluster_close(s.cluster);
  return 0;
}
