#include "hiredis_gets.h"

#include <event2/event.h>
#include <hiredis/adapters/libevent.h>
#include <hiredis/async.h>
#include <stdlib.h>

#include "bench.h"
#include "loop_gets.h"

static void begin(hiredis_gets *gets);

static void on_reply(redisAsyncContext *node, void *value, void *context) {
  redisReply *reply = value;
  hiredis_gets *gets = context;
  (void)node;
  bench_require(reply && reply->type == REDIS_REPLY_STRING, "hiredis got no value");
  checksum_add(&gets->seen, reply->str, reply->len);
  if (++gets->ended == GETS) event_base_loopbreak(gets->base);
  else if (gets->begun < GETS) begin(gets);
}

static void begin(hiredis_gets *gets) {
  size_t at = gets->begun++ % gets->keys.count;
  const char *argv[] = {"GET", gets->keys.text[at]};
  const size_t lengths[] = {3, gets->keys.length[at]};
  redisAsyncContext *node = gets->nodes[node_among(argv[1], lengths[1], gets->count)];
  bench_require(redisAsyncCommandArgv(node, on_reply, gets, 2, argv, lengths) == REDIS_OK, "hiredis cannot send");
}

void hiredis_gets_run(hiredis_gets *gets) {
  for (gets->begun = gets->ended = 0; gets->begun < IN_FLIGHT;) begin(gets);
  event_base_dispatch(gets->base);
}

hiredis_gets hiredis_gets_open(int count, key_list keys) {
  hiredis_gets gets = {.base = event_base_new(), .nodes = calloc((size_t)count, sizeof *gets.nodes), .count = count, .keys = keys};
  char *ports = getenv("REDISCLUSTER_PORTS");
  bench_require(gets.base && gets.nodes, "out of memory");
  for (int node = 0; node < count; node++) {
    gets.nodes[node] = redisAsyncConnect("127.0.0.1", (int)strtol(ports, &ports, 10));
    bench_require(gets.nodes[node] && !gets.nodes[node]->err, "hiredis cannot connect");
    redisLibeventAttach(gets.nodes[node], gets.base);
  }
  return gets;
}
