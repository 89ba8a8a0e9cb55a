/* Peak memory of a whole walk over 1,000,000 keys on 4 servers by SCAN … COUNT 1000, beside the size of the largest reply. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crossnode.h"
#include "peak.h"

enum { KEYS = 1000000, LONGEST_CURSOR = 32 };

static void store(void) {
  peers by_hand = peers_open();
  store_keys(&by_hand, "memory-scan", KEYS, 1);
}

static words scan(const char *cursor, int whole) {
  return (words){4, {"SCAN", cursor, "COUNT", whole ? "1000" : "10"}};
}

static void require_all(size_t found, int whole) {
  if (whole) bench_require(found == KEYS, "the walk found another number of keys than there are");
}

/* Puts the cursor of a reply into text and answers how many keys came with it. */
static size_t step(const rediscluster_reply *reply, char *text) {
  rediscluster_view cursor, found;
  bench_require(rediscluster_reply_view(reply, 1, &cursor, NULL) == REDISCLUSTER_OK && cursor.length < LONGEST_CURSOR, "no cursor");
  bench_require(rediscluster_reply_view(reply, cursor.next, &found, NULL) == REDISCLUSTER_OK, "no keys");
  memcpy(text, cursor.bytes, cursor.length);
  text[cursor.length] = 0;
  return found.length;
}

static double ours(int whole) {
  static rediscluster *rc;
  char cursor[LONGEST_CURSOR] = "0";
  double largest = 0;
  size_t found = 0;
  if (!rc) rc = ours_open();
  do {
    words command = scan(cursor, whole);
    rediscluster_reply *reply = ours_over_nodes(rc, command.count, command.word, NULL);
    double size = peak_reply_size(reply);
    if (!reply) return size;
    if (size > largest) largest = size;
    found += step(reply, cursor);
    rediscluster_reply_free(reply);
  } while (whole && strcmp(cursor, "0"));
  require_all(found, whole);
  return largest;
}

static size_t walk(redisContext *node, int whole) {
  char cursor[LONGEST_CURSOR] = "0";
  size_t found = 0;
  do {
    by_hand_send_words(node, scan(cursor, whole));
    redisReply *reply = by_hand_reply(node);
    snprintf(cursor, sizeof cursor, "%s", reply->element[0]->str);
    found += reply->element[1]->elements;
    freeReplyObject(reply);
  } while (whole && strcmp(cursor, "0"));
  return found;
}

static double by_hand(int whole) {
  static peers nodes;
  size_t found = 0;
  if (!nodes.node[0]) nodes = peers_open();
  for (int node = 0; node < NODES; node++) found += walk(nodes.node[node], whole);
  require_all(found, whole);
  return 0;
}

int main(void) {
  peak_prepare(store);
  peak_compare_to_reply("SCAN 1,000,000 keys, whole walk, peak", ours, by_hand);
  return 0;
}
