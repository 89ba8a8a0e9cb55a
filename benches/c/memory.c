/* Peak memory of a GET of 64 MiB, above what the process had before; a fresh child for each measurement. */
#include <stdlib.h>
#include <string.h>

#include "bench.h"
#include "nodes.h"
#include "peak.h"

enum { MEBIBYTES = 64, ROUNDS = 3 };

static const char KEY[] = "memory";
static const size_t VALUE = (size_t)MEBIBYTES << 20;

static const char *command(int whole) {
  return whole ? "GET" : "EXISTS";
}

static void require_whole(const void *bytes, size_t length) {
  const char *at = bytes;
  bench_require(length == VALUE && at[0] == 'x' && at[length - 1] == 'x', "the value came back different");
}

static double ours(int whole) {
  static rediscluster *rc;
  if (!rc) rc = ours_open();
  rediscluster_reply *reply = ours_command(rc, 2, (const char *[]){command(whole), KEY}, NULL);
  const uint8_t *bytes;
  size_t length;
  if (rediscluster_reply_bytes(reply, 0, &bytes, &length, NULL) == REDISCLUSTER_OK) require_whole(bytes, length);
  rediscluster_reply_free(reply);
  return 0;
}

static double hiredis(int whole) {
  static redisContext *node;
  if (!node) node = peers_open().node[node_of(KEY, strlen(KEY))];
  const char *argv[] = {command(whole), KEY};
  const size_t lengths[] = {strlen(argv[0]), strlen(KEY)};
  redisReply *reply = peer_command(node, 2, argv, lengths);
  if (reply->type == REDIS_REPLY_STRING) require_whole(reply->str, reply->len);
  freeReplyObject(reply);
  return 0;
}

static void store(void) {
  char *value = malloc(VALUE);
  bench_require(value != NULL, "out of memory");
  memset(value, 'x', VALUE);
  const size_t lengths[] = {3, strlen(KEY), VALUE};
  redisContext *node = peers_open().node[node_of(KEY, strlen(KEY))];
  freeReplyObject(peer_command(node, 3, (const char *[]){"SET", KEY, value}, lengths));
  free(value);
}

int main(void) {
  double our_peaks[ROUNDS], their_peaks[ROUNDS];
  peak_prepare(store);
  for (int round = 0; round < ROUNDS; round++) {
    our_peaks[round] = peak_of(ours);
    their_peaks[round] = peak_of(hiredis);
  }
  bench_print("GET 64 MiB, peak above the base", "MiB", "ours <= 83.2", ROUNDS, our_peaks, their_peaks);
  freeReplyObject(redisCommand(peers_open().node[node_of(KEY, strlen(KEY))], "DEL %s", KEY));
  return 0;
}
