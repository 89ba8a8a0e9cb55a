/* LRANGE of 100,000 elements of 32 bytes. The client reads every element. */
#include <stdio.h>
#include <string.h>

#include "bench.h"
#include "checksum.h"
#include "keys.h"

enum { ELEMENTS = 100000, BATCH = 1000 };

typedef struct state {
  rediscluster *cluster;
  redisContext *connection;
  const char *argv[4];
  size_t lengths[4];
  checksum seen;
} state;

static void library_by_index(void *context) {
  state *s = context;
  rediscluster_reply *reply = library_command(s->cluster, 4, s->argv, s->lengths);
  checksum_add_strings(&s->seen, reply);
  rediscluster_reply_free(reply);
}

static void library_by_value(void *context) {
  state *s = context;
  rediscluster_reply *reply = library_command(s->cluster, 4, s->argv, s->lengths);
  rediscluster_value value;
  for (size_t at = 1; at <= ELEMENTS; at = value.next) {
    bench_require(rediscluster_reply_value(reply, at, &value, NULL) == REDISCLUSTER_OK, "an element is missing");
    checksum_add(&s->seen, value.bytes, value.length);
  }
  rediscluster_reply_free(reply);
}

static void hiredis(void *context) {
  state *s = context;
  redisReply *reply = hiredis_command(s->connection, 4, s->argv, s->lengths);
  for (size_t at = 0; at < reply->elements; at++) checksum_add(&s->seen, reply->element[at]->str, reply->element[at]->len);
  freeReplyObject(reply);
}

static checksum checksum_of(state *s, bench_function read) {
  s->seen = (checksum){0};
  read(s);
  return s->seen;
}

static void store_list(redisContext *node, const char *key) {
  char elements[BATCH][VALUE_LENGTH + 1];
  const char *argv[2 + BATCH] = {"RPUSH", key};
  size_t lengths[2 + BATCH] = {5, strlen(key)};
  for (int stored = 0; stored < ELEMENTS; stored += BATCH) {
    for (int at = 0; at < BATCH; at++) {
      snprintf(elements[at], sizeof elements[at], "%0*d", VALUE_LENGTH, stored + at);
      argv[2 + at] = elements[at];
      lengths[2 + at] = VALUE_LENGTH;
    }
    freeReplyObject(hiredis_command(node, 2 + BATCH, argv, lengths));
  }
}

int main(void) {
  hiredis_nodes nodes = hiredis_open();
  const char *key = "lrange";
  state s = {library_open(), nodes.node[node_of(key, strlen(key))], {"LRANGE", key, "0", "-1"}, {6, strlen(key), 1, 2}, {0}};
  freeReplyObject(redisCommand(s.connection, "DEL %s", key));
  store_list(s.connection, key);
  checksum index = checksum_of(&s, library_by_index), value = checksum_of(&s, library_by_value), peer = checksum_of(&s, hiredis);
  bench_require(peer.bytes == (size_t)ELEMENTS * VALUE_LENGTH && checksum_equal(&index, &peer) && checksum_equal(&value, &peer), "the library and hiredis read different lists");

  bench_compare(&(bench_case){"LRANGE 100,000 x 32 bytes", "ratio <= 0.60", 3, library_by_index, hiredis, &s});
  bench_compare(&(bench_case){"LRANGE, one value per element", "-", 3, library_by_value, hiredis, &s});
  rediscluster_close(s.cluster);
  return 0;
}
