/* The GETs of loop.c over 64 servers, compared with the same over the first four of them. The same comparison of the asynchronous functions of
 * hiredis and of a bare program with epoll shows what 64 servers on few cores cost any client. */
#include "bare_gets.h"
#include "bench.h"
#include "hiredis_gets.h"
#include "loop_gets.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ALL = 64 };

typedef struct state {
  loop_gets all, four;
  hiredis_gets hiredis_all, hiredis_four;
  bare_gets bare_all, bare_four;
} state;

#define RUN(name, of, run) \
  static void name(void *context) { run(&((state *)context)->of); }
RUN(over_all, all, loop_gets_run)
RUN(over_four, four, loop_gets_run)
RUN(hiredis_over_all, hiredis_all, hiredis_gets_run)
RUN(hiredis_over_four, hiredis_four, hiredis_gets_run)
RUN(bare_over_all, bare_all, bare_gets_run)
RUN(bare_over_four, bare_four, bare_gets_run)
#undef RUN

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
  state s = {
      .all = loop_gets_open(all, keys),
      .four = loop_gets_open(four, keys),
      .hiredis_all = hiredis_gets_open(ALL, keys),
      .hiredis_four = hiredis_gets_open(NODES, keys),
      .bare_all = bare_gets_open(ALL, keys),
      .bare_four = bare_gets_open(NODES, keys),
  };
  over_all(&s);
  over_four(&s);
  bench_require(s.all.seen.bytes == (size_t)GETS * VALUE_LENGTH && s.four.seen.bytes == s.all.seen.bytes, "values are missing");
  bench_compare(&(bench_case){"10,000 GETs, loop: 64 servers / 4", "speed >= 0.90", 1, over_all, over_four, &s});
  bench_compare(&(bench_case){"10,000 GETs, hiredis: 64 servers / 4", "-", 1, hiredis_over_all, hiredis_over_four, &s});
  bench_compare(&(bench_case){"10,000 GETs, bare: 64 servers / 4", "-", 1, bare_over_all, bare_over_four, &s});
  bench_compare(&(bench_case){"10,000 GETs, 64 servers: loop / hiredis", "-", 1, over_all, hiredis_over_all, &s});
  bench_compare(&(bench_case){"10,000 GETs, 64 servers: loop / bare", "-", 1, over_all, bare_over_all, &s});
  bench_compare(&(bench_case){"10,000 GETs, 4 servers: loop / bare", "-", 1, over_four, bare_over_four, &s});
  loop_gets_close(&s.all);
  loop_gets_close(&s.four);
  bare_gets_close(&s.bare_all);
  bare_gets_close(&s.bare_four);
  rediscluster_close(all);
  rediscluster_close(four);
  return 0;
}
