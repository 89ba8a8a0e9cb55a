/* Peak memory of SUNION of two sets on different servers that have 1,000,000 members together. */
#include "crossnode.h"
#include "peak.h"

enum { EACH = 500000, FEW = 8 };

static place whole_a, whole_b, few_a, few_b;

static void place_keys(void) {
  peers by_hand = peers_open();
  whole_a = place_on(&by_hand, "memory-whole", 1);
  whole_b = place_on(&by_hand, "memory-whole", 2);
  few_a = place_on(&by_hand, "memory-few", 1);
  few_b = place_on(&by_hand, "memory-few", 2);
}

static void store(void) {
  place_keys();
  store_set(whole_a, 0, EACH);
  store_set(whole_b, EACH, EACH);
  store_set(few_a, 0, FEW);
  store_set(few_b, FEW, FEW);
}

static double ours(int whole) {
  static rediscluster *rc;
  if (!rc) {
    rc = ours_open();
    place_keys();
  }
  words command = {3, {"SUNION", whole ? whole_a.key : few_a.key, whole ? whole_b.key : few_b.key}};
  rediscluster_reply *reply = ours_over_nodes(rc, command.count, command.word, NULL);
  size_t members = 0;
  if (reply) bench_require(rediscluster_reply_length(reply, 0, &members, NULL) == REDISCLUSTER_OK, "the reply is no array");
  if (reply) bench_require(members == 2 * (whole ? EACH : FEW), "members are missing");
  double size = peak_reply_size(reply);
  rediscluster_reply_free(reply);
  return size;
}

static double by_hand(int whole) {
  redisReply *reply[2];
  if (!whole_a.key) place_keys();
  members all = by_hand_union(whole ? whole_a : few_a, whole ? whole_b : few_b, reply);
  bench_require(all.count == 2 * (whole ? EACH : FEW), "members are missing");
  members_free(&all);
  by_hand_free_both(reply);
  return 0;
}

int main(void) {
  peak_prepare(store);
  peak_compare_to_reply("SUNION 500,000 + 500,000, peak", ours, by_hand);
  return 0;
}
