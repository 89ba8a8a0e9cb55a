#include "get_sides.h"

#include "bench.h"

enum { KEYS = 64 };

static size_t next(get_state *state) {
  return state->turn++ % state->keys.count;
}

void get_ours(void *of) {
  get_state *state = of;
  size_t at = next(state), length;
  const char *argv[] = {"GET", state->keys.text[at]};
  const size_t lengths[] = {3, state->keys.length[at]};
  rediscluster_reply *reply = ours_command(state->rc, 2, argv, lengths);
  const uint8_t *bytes;
  bench_require(rediscluster_reply_bytes(reply, 0, &bytes, &length, NULL) == REDISCLUSTER_OK, "GET found no string");
  touch(&state->seen, bytes, length);
  rediscluster_reply_free(reply);
}

void get_hiredis(void *of) {
  get_state *state = of;
  size_t at = next(state);
  const char *argv[] = {"GET", state->keys.text[at]};
  const size_t lengths[] = {3, state->keys.length[at]};
  redisReply *reply = peer_command(state->by_hand, 2, argv, lengths);
  touch(&state->seen, reply->str, reply->len);
  freeReplyObject(reply);
}

void get_hiredis_format(void *of) {
  get_state *state = of;
  size_t at = next(state);
  redisReply *reply = redisCommand(state->by_hand, "GET %b", state->keys.text[at], state->keys.length[at]);
  bench_require(reply && reply->type == REDIS_REPLY_STRING, "GET found no string");
  touch(&state->seen, reply->str, reply->len);
  freeReplyObject(reply);
}

static touched every_key_once(get_state *state, bench_side side) {
  state->turn = 0;
  state->seen = (touched){0};
  for (size_t at = 0; at < state->keys.count; at++) side(state);
  return state->seen;
}

static void require_equal_values(get_state *state) {
  touched ours = every_key_once(state, get_ours);
  touched peer = every_key_once(state, get_hiredis);
  touched format = every_key_once(state, get_hiredis_format);
  bench_require(ours.bytes == KEYS * VALUE_LENGTH && same(&ours, &peer) && same(&ours, &format), "ours and hiredis read different values");
}

get_state get_open(void) {
  peers by_hand = peers_open();
  get_state state = {.rc = ours_open(), .by_hand = by_hand.node[0], .keys = keys_stored(&by_hand, "get", KEYS, 0)};
  require_equal_values(&state);
  return state;
}

void get_close(get_state *state) {
  rediscluster_close(state->rc);
  redisFree(state->by_hand);
}
