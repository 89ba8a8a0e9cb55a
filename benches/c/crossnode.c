#include "crossnode.h"

#include <string.h>

void digest_add(digest *d, const char *bytes, size_t length) {
  d->count++;
  d->sum += hash_bytes(bytes, length);
}

crossnode crossnode_open(const char *prefix) {
  crossnode state = {.cluster = library_open(), .nodes = hiredis_open()};
  for (int node = 0; node < NODES; node++) state.nodes.node[node]->reader->maxbuf = 0; /* keep large buffers: faster for large replies */
  state.destination = located_key_on(&state.nodes, prefix, 0);
  state.a = located_key_on(&state.nodes, prefix, 1);
  state.b = located_key_on(&state.nodes, prefix, 2);
  return state;
}

rediscluster_reply *crossnode_run_library(crossnode *state) {
  rediscluster_reply *reply = library_command_or_refusal(state->cluster, state->command.argc, state->command.argv, NULL);
  state->refused = !reply;
  return reply;
}

void crossnode_library_store(void *context) {
  rediscluster_reply_free(crossnode_run_library(context));
}

void crossnode_library_read(void *context) {
  crossnode *state = context;
  rediscluster_reply *reply = crossnode_run_library(state);
  if (!reply) return;
  rediscluster_data data;
  bench_require(rediscluster_reply_data(reply, &data, NULL) == REDISCLUSTER_OK, "the reply cannot be read");
  for (size_t at = 1; at < data.entries_length; at++)
    digest_add(&state->seen, (const char *)data.bytes + data.entries[at].data, data.entries[at].head >> 8);
  rediscluster_reply_free(reply);
}

digest crossnode_read(located_key at, text_command read) {
  digest found = {0, 0};
  int is_ordered = strcmp(read.argv[0], "SMEMBERS");
  read.argv[1] = at.key;
  hiredis_send(at.node, read);
  redisReply *reply = hiredis_read(at.node);
  if (reply->type == REDIS_REPLY_STRING) digest_add(&found, reply->str, reply->len);
  for (size_t item = 0; item < reply->elements; item++) {
    digest_add(&found, reply->element[item]->str, reply->element[item]->len);
    if (is_ordered) found.sum *= 3;
  }
  freeReplyObject(reply);
  return found;
}

/* Returns the digest of the result that one call stores or reads. */
static digest result_of(crossnode *state, bench_function function) {
  state->seen = (digest){0, 0};
  if (state->read.argc) {
    hiredis_send(state->destination.node, (text_command){2, {"UNLINK", state->destination.key}});
    hiredis_discard(state->destination.node, 1);
  }
  function(state);
  return state->read.argc && !state->refused ? crossnode_read(state->destination, state->read) : state->seen;
}

void crossnode_compare(crossnode *state, const char *name, const char *target, bench_function ours, bench_function peer) {
  bench_case c = {name, target, 1, ours, peer, state};
  digest from_peer = result_of(state, peer), from_ours = result_of(state, ours);
  bench_require(from_peer.count == state->result_count, "the result of the peer has the wrong size");
  if (state->refused) {
    state->refused = 0;
    bench_peer_only(&c);
    return;
  }
  bench_require(from_ours.count == from_peer.count && from_ours.sum == from_peer.sum, "the library and the peer have different results");
  bench_compare_slow(&c);
}
