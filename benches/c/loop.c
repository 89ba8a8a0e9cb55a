/* GETs with 10,000 in flight over 4 servers: the loop with poll(2), compared with the asynchronous functions of hiredis in libevent, with one
 * context per server. Both encode the arguments, find the server and read the value; a new GET is begun for each reply. */
#include "bench.h"
#include "hiredis_gets.h"
#include "loop_gets.h"

typedef struct state {
  loop_gets ours;
  hiredis_gets peer;
} state;

static void library(void *context) {
  loop_gets_run(&((state *)context)->ours);
}

static void hiredis(void *context) {
  hiredis_gets_run(&((state *)context)->peer);
}

int main(void) {
  hiredis_nodes nodes = hiredis_open();
  rediscluster *cluster = library_open();
  key_list keys = store_key_list(&nodes, "loop", IN_FLIGHT, ANY_NODE);
  state s = {.ours = loop_gets_open(cluster, keys), .peer = hiredis_gets_open(NODES, keys)};
  library(&s);
  hiredis(&s);
  bench_require(s.ours.seen.bytes == (size_t)GETS * VALUE_LENGTH && s.peer.seen.bytes == s.ours.seen.bytes, "values are missing");
  bench_compare(&(bench_case){"10,000 GETs in flight, loop, 4 servers", "speed >= 1.20", 1, library, hiredis, &s});
  loop_gets_close(&s.ours);
  rediscluster_close(cluster);
  return 0;
}
