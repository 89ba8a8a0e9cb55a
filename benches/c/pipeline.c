/* A pipeline of 1,000 GETs, from arguments to values: to one server beside hiredis' append, and over 4 beside one. */
#include "bench.h"
#include "nodes.h"
#include "resp.h"

enum { COMMANDS = 1000, CALLS = 30 };

typedef struct state {
  rediscluster *rc;
  redisContext *by_hand;
  keys near, wide; /* all on the first node; on all nodes */
  resp request;
  touched seen;
} state;

static void ours(state *s, const keys *asked) {
  resp_clear(&s->request);
  for (size_t at = 0; at < asked->count; at++) {
    resp_array(&s->request, 2);
    resp_bulk(&s->request, "GET", 3);
    resp_bulk(&s->request, asked->text[at], asked->length[at]);
  }
  rediscluster_reply *reply = ours_execute(s->rc, s->request.bytes, s->request.length);
  touch_entries(&s->seen, reply);
  rediscluster_reply_free(reply);
}

static void ours_near(void *of) {
  ours(of, &((state *)of)->near);
}

static void ours_wide(void *of) {
  ours(of, &((state *)of)->wide);
}

static void hiredis_append(void *of) {
  state *s = of;
  for (size_t at = 0; at < s->near.count; at++) {
    const char *argv[] = {"GET", s->near.text[at]};
    const size_t lengths[] = {3, s->near.length[at]};
    bench_require(redisAppendCommandArgv(s->by_hand, 2, argv, lengths) == REDIS_OK, "hiredis cannot append");
  }
  for (size_t at = 0; at < s->near.count; at++) {
    redisReply *reply;
    bench_require(redisGetReply(s->by_hand, (void **)&reply) == REDIS_OK, "hiredis got no reply");
    touch(&s->seen, reply->str, reply->len);
    freeReplyObject(reply);
  }
}

static touched once(state *s, bench_side side) {
  s->seen = (touched){0};
  side(s);
  return s->seen;
}

int main(void) {
  peers by_hand = peers_open();
  state s = {.rc = ours_open(), .by_hand = by_hand.node[0]};
  s.near = keys_stored(&by_hand, "near", COMMANDS, 0);
  s.wide = keys_stored(&by_hand, "wide", COMMANDS, ANY_NODE);
  touched a = once(&s, ours_near), b = once(&s, hiredis_append), wide = once(&s, ours_wide);
  bench_require(b.bytes == COMMANDS * VALUE_LENGTH && same(&a, &b), "ours and hiredis read different values");
  bench_require(wide.bytes == b.bytes, "values are missing on some node");

  bench_compare(&(bench_case){"1,000 GETs in a pipeline, one server", "speed >= 1.30", CALLS, ours_near, hiredis_append, &s});
  bench_compare(&(bench_case){"the same, ours over 4 : ours to one", "ratio <= 1.00 ~", CALLS, ours_wide, ours_near, &s});
  resp_free(&s.request);
  rediscluster_close(s.rc);
  return 0;
}
