#include "get_calls.h"

#include "bench.h"

enum { KEYS = 64 };

static size_t next_key(get_state *state) {
  return state->calls++ % state->keys.count;
}

void get_library(void *context) {
  get_state *state = context;
  size_t at = next_key(state), length;
  const char *argv[] = {"GET", state->keys.text[at]};
  const size_t lengths[] = {3, state->keys.length[at]};
  rediscluster_reply *reply = library_command(state->cluster, 2, argv, lengths);
  const uint8_t *bytes;
  bench_require(rediscluster_reply_bytes(reply, 0, &bytes, &length, NULL) == REDISCLUSTER_OK, "the reply to GET is not a string");
  checksum_add(&state->seen, bytes, length);
  rediscluster_reply_free(reply);
}

void get_hiredis(void *context) {
  get_state *state = context;
  size_t at = next_key(state);
  const char *argv[] = {"GET", state->keys.text[at]};
  const size_t lengths[] = {3, state->keys.length[at]};
  redisReply *reply = hiredis_command(state->connection, 2, argv, lengths);
  checksum_add(&state->seen, reply->str, reply->len);
  freeReplyObject(reply);
}

void get_hiredis_format(void *context) {
  get_state *state = context;
  size_t at = next_key(state);
  redisReply *reply = redisCommand(state->connection, "GET %b", state->keys.text[at], state->keys.length[at]);
  bench_require(reply && reply->type == REDIS_REPLY_STRING, "the reply to GET is not a string");
  checksum_add(&state->seen, reply->str, reply->len);
  freeReplyObject(reply);
}

static checksum read_all_keys(get_state *state, bench_function get) {
  state->calls = 0;
  state->seen = (checksum){0};
  for (size_t at = 0; at < state->keys.count; at++) get(state);
  return state->seen;
}

static void require_equal_values(get_state *state) {
  checksum ours = read_all_keys(state, get_library);
  checksum peer = read_all_keys(state, get_hiredis);
  checksum format = read_all_keys(state, get_hiredis_format);
  bench_require(ours.bytes == KEYS * VALUE_LENGTH && checksum_equal(&ours, &peer) && checksum_equal(&ours, &format), "the library and hiredis read different values");
}

get_state get_open(void) {
  hiredis_nodes nodes = hiredis_open();
  get_state state = {.cluster = library_open(), .connection = nodes.node[0], .keys = store_key_list(&nodes, "get", KEYS, 0)};
  require_equal_values(&state);
  return state;
}

void get_close(get_state *state) {
  rediscluster_close(state->cluster);
  redisFree(state->connection);
}
