/* Peak memory of SUNION of two sets on two servers with 1,000,000 members in total. */
#include "bench.h"
#include "datasets.h"
#include "peak_memory.h"

enum { MEMBERS_EACH = 500000, FEW = 8 };

static located_key full_a, full_b, few_a, few_b;

static void choose_keys(void) {
  hiredis_nodes nodes = hiredis_open();
  full_a = located_key_on(&nodes, "memory-whole", 1);
  full_b = located_key_on(&nodes, "memory-whole", 2);
  few_a = located_key_on(&nodes, "memory-few", 1);
  few_b = located_key_on(&nodes, "memory-few", 2);
}

static void store(void) {
  choose_keys();
  store_set(full_a, 0, MEMBERS_EACH);
  store_set(full_b, MEMBERS_EACH, MEMBERS_EACH);
  store_set(few_a, 0, FEW);
  store_set(few_b, FEW, FEW);
}

static double library(int full_size) {
  static rediscluster *cluster;
  if (!cluster) {
    cluster = library_open();
    choose_keys();
  }
  text_command command = {3, {"SUNION", full_size ? full_a.key : few_a.key, full_size ? full_b.key : few_b.key}};
  rediscluster_reply *reply = library_command_or_refusal(cluster, command.argc, command.argv, NULL);
  size_t count = 0;
  if (reply) bench_require(rediscluster_reply_length(reply, 0, &count, NULL) == REDISCLUSTER_OK, "the reply is not an array");
  if (reply) bench_require(count == 2 * (full_size ? MEMBERS_EACH : FEW), "members are missing");
  double size = peak_reply_size(reply);
  rediscluster_reply_free(reply);
  return size;
}

static double hiredis(int full_size) {
  redisReply *replies[2];
  if (!full_a.key) choose_keys();
  member_table all = hiredis_union(full_size ? full_a : few_a, full_size ? full_b : few_b, replies);
  bench_require(all.count == 2 * (full_size ? MEMBERS_EACH : FEW), "members are missing");
  member_table_free(&all);
  hiredis_free_both(replies);
  return 0;
}

int main(void) {
  peak_prepare(store);
  peak_compare_to_reply("SUNION 500,000 + 500,000, peak memory", library, hiredis);
  return 0;
}
