/* MGET of keys on 4 servers. By hand: keys sorted to nodes by crc32, one MGET a node, one after the other. */
#include <stdlib.h>

#include "bench.h"
#include "nodes.h"

typedef struct state {
  rediscluster *rc;
  peers by_hand;
  const char **argv; /* MGET and the keys, in the caller's order */
  size_t *lengths;
  size_t count; /* of keys */
  touched seen;
} state;

/* One node's part of the request, and where its answers go. */
typedef struct part {
  const char **argv;
  size_t *lengths;
  size_t *position;
  size_t argc;
} part;

static void ours(void *of) {
  state *s = of;
  rediscluster_reply *reply = ours_command(s->rc, s->count + 1, s->argv, s->lengths);
  touch_entries(&s->seen, reply);
  rediscluster_reply_free(reply);
}

static part part_for(size_t most) {
  part made = {malloc((most + 1) * sizeof *made.argv), malloc((most + 1) * sizeof *made.lengths), malloc(most * sizeof *made.position), 1};
  bench_require(made.argv && made.lengths && made.position, "out of memory");
  made.argv[0] = "MGET";
  made.lengths[0] = 4;
  return made;
}

static void part_add(part *to, const state *s, size_t key) {
  to->argv[to->argc] = s->argv[key + 1];
  to->lengths[to->argc] = s->lengths[key + 1];
  to->position[to->argc - 1] = key;
  to->argc++;
}

static void part_free(part *of) {
  free(of->argv);
  free(of->lengths);
  free(of->position);
}

static void hiredis_node_after_node(void *of) {
  state *s = of;
  part parts[NODES];
  redisReply *replies[NODES];
  redisReply **values = malloc(s->count * sizeof *values);
  for (int node = 0; node < NODES; node++) parts[node] = part_for(s->count);
  for (size_t key = 0; key < s->count; key++) part_add(&parts[node_of(s->argv[key + 1], s->lengths[key + 1])], s, key);
  for (int node = 0; node < NODES; node++) {
    replies[node] = peer_command(s->by_hand.node[node], parts[node].argc, parts[node].argv, parts[node].lengths);
    for (size_t at = 0; at < replies[node]->elements; at++) values[parts[node].position[at]] = replies[node]->element[at];
  }
  for (size_t key = 0; key < s->count; key++) touch(&s->seen, values[key]->str, values[key]->len);
  for (int node = 0; node < NODES; node++) {
    freeReplyObject(replies[node]);
    part_free(&parts[node]);
  }
  free(values);
}

static touched once(state *s, bench_side side) {
  s->seen = (touched){0};
  side(s);
  return s->seen;
}

static state state_with(rediscluster *rc, peers by_hand, const char *prefix, size_t count) {
  keys stored = keys_stored(&by_hand, prefix, count, ANY_NODE);
  state s = {rc, by_hand, malloc((count + 1) * sizeof *s.argv), malloc((count + 1) * sizeof *s.lengths), count, {0}};
  bench_require(s.argv && s.lengths, "out of memory");
  s.argv[0] = "MGET";
  s.lengths[0] = 4;
  for (size_t key = 0; key < count; key++) {
    s.argv[key + 1] = stored.text[key];
    s.lengths[key + 1] = stored.length[key];
  }
  return s;
}

static void compare(rediscluster *rc, peers by_hand, size_t count, int calls, const char *name, const char *asked) {
  state s = state_with(rc, by_hand, "mget", count);
  touched a = once(&s, ours), b = once(&s, hiredis_node_after_node);
  bench_require(b.bytes == count * VALUE_LENGTH && same(&a, &b), "ours and hiredis read different values");
  bench_compare(&(bench_case){name, asked, calls, ours, hiredis_node_after_node, &s});
}

int main(void) {
  peers by_hand = peers_open();
  rediscluster *rc = ours_open();
  compare(rc, by_hand, 100, 300, "MGET 100 keys, 4 servers", "ratio <= 0.50");
  compare(rc, by_hand, 10000, 10, "MGET 10,000 keys, 4 servers", "ratio <= 0.60");
  rediscluster_close(rc);
  return 0;
}
