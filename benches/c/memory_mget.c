/* Peak memory of MGET of 100,000 keys with values of 100 bytes on 4 servers. */
#include <string.h>

#include "crossnode.h"
#include "peak.h"

enum { ALL = 100000, FEW = 16, LENGTH = 100 };

static const char PREFIX[] = "memory-mget";

static void store(void) {
  peers by_hand = peers_open();
  store_keys(&by_hand, PREFIX, ALL, LENGTH);
}

/* MGET and the keys: what a caller has anyway, so it belongs to the base. */
static const char **request(void) {
  static char key[ALL][NUMBERED_KEY];
  static const char *argv[ALL + 1] = {"MGET"};
  for (size_t at = 0; !argv[ALL] && at < ALL; at++) {
    numbered_key(key[at], PREFIX, at);
    argv[at + 1] = key[at];
  }
  return argv;
}

static double ours(int whole) {
  static rediscluster *rc;
  const char **argv = request();
  if (!rc) rc = ours_open();
  rediscluster_reply *reply = ours_command(rc, (whole ? ALL : FEW) + 1, argv, NULL);
  touched seen = {0, 0};
  touch_entries(&seen, reply);
  bench_require(seen.bytes == (size_t)(whole ? ALL : FEW) * LENGTH, "values are missing");
  double size = peak_reply_size(reply);
  rediscluster_reply_free(reply);
  return size;
}

static double by_hand(int whole) {
  static peers nodes;
  size_t count = whole ? ALL : FEW;
  const char **argv = request();
  chunks part[NODES];
  redisReply *reply[NODES];
  touched seen = {0, 0};
  if (!nodes.node[0]) nodes = peers_open();
  for (int node = 0; node < NODES; node++) part[node] = chunks_of(nodes.node[node], "MGET", NULL, count);
  for (size_t at = 1; at <= count; at++) chunks_add(&part[node_of(argv[at], strlen(argv[at]))], argv[at], strlen(argv[at]));
  for (int node = 0; node < NODES; node++) reply[node] = chunks_sent(&part[node]) ? by_hand_reply(nodes.node[node]) : NULL;
  for (int node = 0; node < NODES; node++)
    for (size_t at = 0; reply[node] && at < reply[node]->elements; at++) touch(&seen, reply[node]->element[at]->str, reply[node]->element[at]->len);
  for (int node = 0; node < NODES; node++) freeReplyObject(reply[node]);
  bench_require(seen.bytes == count * LENGTH, "values are missing");
  return 0;
}

int main(void) {
  peak_prepare(store);
  peak_compare_to_reply("MGET 100,000 x 100 bytes, peak", ours, by_hand);
  return 0;
}
