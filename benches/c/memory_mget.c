/* Peak memory of MGET of 100,000 keys with values of 100 bytes on 4 servers. */
#include <string.h>

#include "bench.h"
#include "checksum.h"
#include "datasets.h"
#include "keys.h"
#include "peak_memory.h"

enum { ALL = 100000, FEW = 16, LENGTH = 100 };

static const char PREFIX[] = "memory-mget";

static void store(void) {
  hiredis_nodes nodes = hiredis_open();
  store_keys(&nodes, PREFIX, ALL, LENGTH);
}

/* Returns MGET and the keys. The caller has them in any case, so they belong to the base. */
static const char **request(void) {
  static char key[ALL][NUMBERED_KEY_SIZE];
  static const char *argv[ALL + 1] = {"MGET"};
  for (size_t at = 0; !argv[ALL] && at < ALL; at++) {
    numbered_key(key[at], PREFIX, at);
    argv[at + 1] = key[at];
  }
  return argv;
}

static double library(int full_size) {
  static rediscluster *cluster;
  const char **argv = request();
  if (!cluster) cluster = library_open();
  rediscluster_reply *reply = library_command(cluster, (full_size ? ALL : FEW) + 1, argv, NULL);
  checksum seen = {0, 0};
  checksum_add_strings(&seen, reply);
  bench_require(seen.bytes == (size_t)(full_size ? ALL : FEW) * LENGTH, "values are missing");
  double size = peak_reply_size(reply);
  rediscluster_reply_free(reply);
  return size;
}

static double hiredis(int full_size) {
  static hiredis_nodes nodes;
  size_t count = full_size ? ALL : FEW;
  const char **argv = request();
  chunked_command requests[NODES];
  redisReply *reply[NODES];
  checksum seen = {0, 0};
  if (!nodes.node[0]) nodes = hiredis_open();
  for (int node = 0; node < NODES; node++) requests[node] = chunked_command_new(nodes.node[node], "MGET", NULL, count);
  for (size_t at = 1; at <= count; at++) chunked_command_add(&requests[node_of(argv[at], strlen(argv[at]))], argv[at], strlen(argv[at]));
  for (int node = 0; node < NODES; node++) reply[node] = chunked_command_finish(&requests[node]) ? hiredis_read(nodes.node[node]) : NULL;
  for (int node = 0; node < NODES; node++)
    for (size_t at = 0; reply[node] && at < reply[node]->elements; at++) checksum_add(&seen, reply[node]->element[at]->str, reply[node]->element[at]->len);
  for (int node = 0; node < NODES; node++) freeReplyObject(reply[node]);
  bench_require(seen.bytes == count * LENGTH, "values are missing");
  return 0;
}

int main(void) {
  peak_prepare(store);
  peak_compare_to_reply("MGET 100,000 x 100 bytes, peak memory", library, hiredis);
  return 0;
}
