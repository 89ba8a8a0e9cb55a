/* Peak memory of a GET of 64 MiB above the memory before it. Each measurement runs in a new process. */
#include <stdlib.h>
#include <string.h>

#include "bench.h"
#include "keys.h"
#include "peak_memory.h"

enum { MEBIBYTES = 64, ROUNDS = 3 };

static const char KEY[] = "memory";
static const size_t VALUE_SIZE = (size_t)MEBIBYTES << 20;

static const char *command_name(int full_size) {
  return full_size ? "GET" : "EXISTS";
}

static void require_value(const void *bytes, size_t length) {
  const char *at = bytes;
  bench_require(length == VALUE_SIZE && at[0] == 'x' && at[length - 1] == 'x', "the value differs from the stored one");
}

static double library(int full_size) {
  static rediscluster *cluster;
  if (!cluster) cluster = library_open();
  rediscluster_reply *reply = library_command(cluster, 2, (const char *[]){command_name(full_size), KEY}, NULL);
  const uint8_t *bytes;
  size_t length;
  if (rediscluster_reply_bytes(reply, 0, &bytes, &length, NULL) == REDISCLUSTER_OK) require_value(bytes, length);
  rediscluster_reply_free(reply);
  return 0;
}

static double hiredis(int full_size) {
  static redisContext *node;
  if (!node) node = hiredis_open().node[node_of(KEY, strlen(KEY))];
  const char *argv[] = {command_name(full_size), KEY};
  const size_t lengths[] = {strlen(argv[0]), strlen(KEY)};
  redisReply *reply = hiredis_command(node, 2, argv, lengths);
  if (reply->type == REDIS_REPLY_STRING) require_value(reply->str, reply->len);
  freeReplyObject(reply);
  return 0;
}

static void store(void) {
  char *value = malloc(VALUE_SIZE);
  bench_require(value != NULL, "out of memory");
  memset(value, 'x', VALUE_SIZE);
  const size_t lengths[] = {3, strlen(KEY), VALUE_SIZE};
  redisContext *node = hiredis_open().node[node_of(KEY, strlen(KEY))];
  freeReplyObject(hiredis_command(node, 3, (const char *[]){"SET", KEY, value}, lengths));
  free(value);
}

int main(void) {
  double our_peaks[ROUNDS], peer_peaks[ROUNDS];
  peak_prepare(store);
  for (int round = 0; round < ROUNDS; round++) {
    our_peaks[round] = peak_of(library);
    peer_peaks[round] = peak_of(hiredis);
  }
  bench_print("GET 64 MiB, peak memory", "MiB", "ours <= 83.2", ROUNDS, our_peaks, peer_peaks);
  freeReplyObject(redisCommand(hiredis_open().node[node_of(KEY, strlen(KEY))], "DEL %s", KEY));
  return 0;
}
