#include "crossnode.h"

#include <string.h>

void digest_add(digest *to, const char *bytes, size_t length) {
  to->count++;
  to->sum += hash_of(bytes, length);
}

crossnode crossnode_open(const char *prefix) {
  crossnode made = {.rc = ours_open(), .by_hand = peers_open()};
  for (int node = 0; node < NODES; node++) made.by_hand.node[node]->reader->maxbuf = 0; /* keeps large buffers: faster for large replies */
  made.to = place_on(&made.by_hand, prefix, 0);
  made.a = place_on(&made.by_hand, prefix, 1);
  made.b = place_on(&made.by_hand, prefix, 2);
  return made;
}

rediscluster_reply *crossnode_ours(crossnode *state) {
  rediscluster_reply *reply = ours_over_nodes(state->rc, state->command.count, state->command.word, NULL);
  state->refused = !reply;
  return reply;
}

void crossnode_ours_stores(void *of) {
  rediscluster_reply_free(crossnode_ours(of));
}

void crossnode_ours_reads(void *of) {
  crossnode *state = of;
  rediscluster_reply *reply = crossnode_ours(state);
  if (!reply) return;
  rediscluster_data data;
  bench_require(rediscluster_reply_data(reply, &data, NULL) == REDISCLUSTER_OK, "a reply cannot be read");
  for (size_t at = 1; at < data.entries_length; at++)
    digest_add(&state->seen, (const char *)data.bytes + data.entries[at].data, data.entries[at].head >> 8);
  rediscluster_reply_free(reply);
}

digest crossnode_read(place at, words read) {
  digest found = {0, 0};
  int ordered = strcmp(read.word[0], "SMEMBERS");
  read.word[1] = at.key;
  by_hand_send_words(at.node, read);
  redisReply *reply = by_hand_reply(at.node);
  if (reply->type == REDIS_REPLY_STRING) digest_add(&found, reply->str, reply->len);
  for (size_t item = 0; item < reply->elements; item++) {
    digest_add(&found, reply->element[item]->str, reply->element[item]->len);
    if (ordered) found.sum *= 3;
  }
  freeReplyObject(reply);
  return found;
}

/* What one run of a side leaves or reads. */
static digest result_of(crossnode *state, bench_side side) {
  state->seen = (digest){0, 0};
  if (state->read.count) {
    by_hand_send_words(state->to.node, (words){2, {"UNLINK", state->to.key}});
    by_hand_skip(state->to.node, 1);
  }
  side(state);
  return state->read.count && !state->refused ? crossnode_read(state->to, state->read) : state->seen;
}

void crossnode_compare(crossnode *state, const char *name, const char *asked, bench_side ours, bench_side peer) {
  bench_case one = {name, asked, 1, ours, peer, state};
  digest by_hand = result_of(state, peer), got = result_of(state, ours);
  bench_require(by_hand.count == state->result, "by hand, the result has another size than it should");
  if (state->refused) {
    state->refused = 0;
    bench_peer_alone(&one);
    return;
  }
  bench_require(got.count == by_hand.count && got.sum == by_hand.sum, "ours and by hand have different results");
  bench_compare_slow(&one);
}
