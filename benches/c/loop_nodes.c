/* The GETs of loop.c over 64 servers, compared with the same over the first four of them. */
#include "bench.h"
#include "loop_gets.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct state {
  loop_gets all, four;
} state;

static void over_all(void *context) {
  loop_gets_run(&((state *)context)->all);
}

static void over_four(void *context) {
  loop_gets_run(&((state *)context)->four);
}

static rediscluster *open_four(void) {
  char config[256], *ports = getenv("REDISCLUSTER_PORTS");
  rediscluster *cluster;
  int length = snprintf(config, sizeof config, "{\"nodes\":{");
  for (int node = 1; node <= NODES; node++)
    length += snprintf(config + length, sizeof config - (size_t)length, "%s\"node_%d\":\"redis://127.0.0.1:%ld\"", node > 1 ? "," : "", node,
                       strtol(ports, &ports, 10));
  length += snprintf(config + length, sizeof config - (size_t)length, "}}");
  bench_require(rediscluster_open(config, (size_t)length, &cluster, NULL) == REDISCLUSTER_OK, "cannot open four servers");
  return cluster;
}

static void store(const rediscluster *cluster, const key_list *keys) {
  for (size_t at = 0; at < keys->count; at++) {
    char value[VALUE_LENGTH + 1];
    snprintf(value, sizeof value, "%-*.*s", VALUE_LENGTH, VALUE_LENGTH, keys->text[at]);
    const char *set[] = {"SET", keys->text[at], value};
    rediscluster_reply_free(library_command(cluster, 3, set, NULL));
  }
}

int main(void) {
  hiredis_nodes nodes = hiredis_open();
  rediscluster *all = library_open(), *four = open_four();
  key_list keys = store_key_list(&nodes, "loop", IN_FLIGHT, ANY_NODE);
  store(all, &keys);
  state s = {.all = loop_gets_open(all, keys), .four = loop_gets_open(four, keys)};
  over_all(&s);
  over_four(&s);
  bench_require(s.all.seen.bytes == (size_t)GETS * VALUE_LENGTH && s.four.seen.bytes == s.all.seen.bytes, "values are missing");
  bench_compare(&(bench_case){"10,000 GETs in flight, loop, 64 servers and 4", "speed >= 0.90", 1, over_all, over_four, &s});
  loop_gets_close(&s.all);
  loop_gets_close(&s.four);
  rediscluster_close(all);
  rediscluster_close(four);
  return 0;
}
