/* GETs with 10,000 in flight over 4 servers: the loop with poll(2), compared with the asynchronous functions of hiredis in libevent, with one
 * context per server. Both encode the arguments, find the server and read the value; a new GET is begun for each reply. */
#include "bench.h"
#include "loop_gets.h"

#include <event2/event.h>
#include <hiredis/adapters/libevent.h>
#include <hiredis/async.h>
#include <stdlib.h>

typedef struct state {
  loop_gets ours;
  struct event_base *base;
  redisAsyncContext *nodes[NODES];
  size_t begun, ended;
  checksum seen;
} state;

static void library(void *context) {
  loop_gets_run(&((state *)context)->ours);
}

static void hiredis_get(state *s);

static void on_reply(redisAsyncContext *node, void *value, void *context) {
  redisReply *reply = value;
  state *s = context;
  (void)node;
  bench_require(reply && reply->type == REDIS_REPLY_STRING, "hiredis got no value");
  checksum_add(&s->seen, reply->str, reply->len);
  if (++s->ended == GETS) event_base_loopbreak(s->base);
  else if (s->begun < GETS) hiredis_get(s);
}

static void hiredis_get(state *s) {
  size_t at = s->begun++ % s->ours.keys.count;
  const char *argv[] = {"GET", s->ours.keys.text[at]};
  const size_t lengths[] = {3, s->ours.keys.length[at]};
  redisAsyncContext *node = s->nodes[node_of(argv[1], lengths[1])];
  bench_require(redisAsyncCommandArgv(node, on_reply, s, 2, argv, lengths) == REDIS_OK, "hiredis cannot send");
}

static void hiredis(void *context) {
  state *s = context;
  for (s->begun = s->ended = 0; s->begun < IN_FLIGHT;) hiredis_get(s);
  event_base_dispatch(s->base);
}

static void open_hiredis(state *s) {
  char *ports = getenv("REDISCLUSTER_PORTS");
  s->base = event_base_new();
  for (int node = 0; node < NODES; node++) {
    s->nodes[node] = redisAsyncConnect("127.0.0.1", (int)strtol(ports, &ports, 10));
    bench_require(s->nodes[node] && !s->nodes[node]->err, "hiredis cannot connect");
    redisLibeventAttach(s->nodes[node], s->base);
  }
}

int main(void) {
  hiredis_nodes nodes = hiredis_open();
  rediscluster *cluster = library_open();
  state s = {.ours = loop_gets_open(cluster, store_key_list(&nodes, "loop", IN_FLIGHT, ANY_NODE))};
  open_hiredis(&s);
  library(&s);
  hiredis(&s);
  bench_require(s.ours.seen.bytes == (size_t)GETS * VALUE_LENGTH && s.seen.bytes == s.ours.seen.bytes, "values are missing");
  bench_compare(&(bench_case){"10,000 GETs in flight, loop, 4 servers", "speed >= 1.20", 1, library, hiredis, &s});
  loop_gets_close(&s.ours);
  rediscluster_close(cluster);
  return 0;
}
