/* LRANGE of 100,000 elements of 32 bytes: what a client does with a large reply, every element looked at. */
#include <stdio.h>
#include <string.h>

#include "bench.h"
#include "nodes.h"

enum { ELEMENTS = 100000, BATCH = 1000 };

typedef struct state {
  rediscluster *rc;
  redisContext *by_hand;
  const char *argv[4];
  size_t lengths[4];
  touched seen;
} state;

static void ours_by_index(void *of) {
  state *s = of;
  rediscluster_reply *reply = ours_command(s->rc, 4, s->argv, s->lengths);
  touch_entries(&s->seen, reply);
  rediscluster_reply_free(reply);
}

static void ours_by_view(void *of) {
  state *s = of;
  rediscluster_reply *reply = ours_command(s->rc, 4, s->argv, s->lengths);
  rediscluster_view view;
  for (size_t at = 1; at <= ELEMENTS; at = view.next) {
    bench_require(rediscluster_reply_view(reply, at, &view, NULL) == REDISCLUSTER_OK, "an element is missing");
    touch(&s->seen, view.bytes, view.length);
  }
  rediscluster_reply_free(reply);
}

static void hiredis(void *of) {
  state *s = of;
  redisReply *reply = peer_command(s->by_hand, 4, s->argv, s->lengths);
  for (size_t at = 0; at < reply->elements; at++) touch(&s->seen, reply->element[at]->str, reply->element[at]->len);
  freeReplyObject(reply);
}

static touched once(state *s, bench_side side) {
  s->seen = (touched){0};
  side(s);
  return s->seen;
}

static void store_list(redisContext *node, const char *key) {
  char elements[BATCH][VALUE_LENGTH + 1];
  const char *argv[2 + BATCH] = {"RPUSH", key};
  size_t lengths[2 + BATCH] = {5, strlen(key)};
  for (int stored = 0; stored < ELEMENTS; stored += BATCH) {
    for (int at = 0; at < BATCH; at++) {
      snprintf(elements[at], sizeof elements[at], "%0*d", VALUE_LENGTH, stored + at);
      argv[2 + at] = elements[at];
      lengths[2 + at] = VALUE_LENGTH;
    }
    freeReplyObject(peer_command(node, 2 + BATCH, argv, lengths));
  }
}

int main(void) {
  peers by_hand = peers_open();
  const char *key = "lrange";
  state s = {ours_open(), by_hand.node[node_of(key, strlen(key))], {"LRANGE", key, "0", "-1"}, {6, strlen(key), 1, 2}, {0}};
  freeReplyObject(redisCommand(s.by_hand, "DEL %s", key));
  store_list(s.by_hand, key);
  touched index = once(&s, ours_by_index), view = once(&s, ours_by_view), peer = once(&s, hiredis);
  bench_require(peer.bytes == (size_t)ELEMENTS * VALUE_LENGTH && same(&index, &peer) && same(&view, &peer), "ours and hiredis read different lists");

  bench_compare(&(bench_case){"LRANGE 100,000 x 32 bytes", "ratio <= 0.60", 3, ours_by_index, hiredis, &s});
  bench_compare(&(bench_case){"LRANGE, a view an element", "-", 3, ours_by_view, hiredis, &s});
  rediscluster_close(s.rc);
  return 0;
}
