#include "loop_gets.h"

#include <poll.h>

#include "bench.h"

loop_gets loop_gets_open(const rediscluster *cluster, key_list keys) {
  loop_gets gets = {.keys = keys};
  bench_require(rediscluster_loop_open(cluster, &gets.loop, NULL) == REDISCLUSTER_OK, "cannot open a loop");
  return gets;
}

void loop_gets_close(loop_gets *gets) {
  resp_free(&gets->request);
  rediscluster_loop_free(gets->loop);
}

static void submit(loop_gets *gets) {
  uint64_t tag = gets->begun;
  size_t at = gets->begun++ % gets->keys.count;
  resp_clear(&gets->request);
  resp_array(&gets->request, 2);
  resp_bulk(&gets->request, "GET", 3);
  resp_bulk(&gets->request, gets->keys.text[at], gets->keys.length[at]);
  bench_require(rediscluster_loop_submit(gets->loop, gets->request.bytes, gets->request.length, tag, NULL) == REDISCLUSTER_OK, "cannot submit");
}

void loop_gets_run(loop_gets *gets) {
  for (gets->begun = gets->ended = 0; gets->begun < IN_FLIGHT;) submit(gets);
  while (gets->ended < GETS) {
    struct pollfd event = {.fd = rediscluster_loop_fd(gets->loop), .events = POLLIN};
    rediscluster_reply *reply;
    uint64_t tag;
    poll(&event, 1, rediscluster_loop_timeout_ms(gets->loop));
    bench_require(rediscluster_loop_process(gets->loop, NULL) == REDISCLUSTER_OK, "cannot process");
    for (; rediscluster_loop_next(gets->loop, &tag, &reply, NULL) == REDISCLUSTER_OK && reply; rediscluster_reply_free(reply)) {
      rediscluster_value value;
      bench_require(rediscluster_reply_value(reply, 0, &value, NULL) == REDISCLUSTER_OK && value.type == REDISCLUSTER_TYPE_STRING, "no value");
      checksum_add(&gets->seen, value.bytes, value.length);
      gets->ended++;
      if (gets->begun < GETS) submit(gets);
    }
  }
}
