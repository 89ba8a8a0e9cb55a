/* RENAME of a list of 1,000,000 elements of 32 bytes to another server. By hand: DUMP, RESTORE, UNLINK. A call takes the list there and back:
 * it is not equally fast both ways, for one server has made the list and the other has not. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crossnode.h"

enum { ELEMENTS = 1000000, CHUNK = 10000 };

static const words LRANGE = {4, {"LRANGE", NULL, "0", "-1"}};

static void turn_around(crossnode *s) {
  place from = s->a;
  s->a = s->to;
  s->to = from;
}

static void ours(void *of) {
  crossnode *s = of;
  s->command = (words){3, {"RENAME", s->a.key, s->to.key}};
  rediscluster_reply *reply = crossnode_ours(s);
  if (!reply) return;
  rediscluster_reply_free(reply);
  turn_around(s);
}

/* The time to live goes along. */
static void dump_restore_unlink(void *of) {
  crossnode *s = of;
  char milliseconds[24];
  by_hand_send_words(s->a.node, (words){2, {"PTTL", s->a.key}});
  by_hand_send_words(s->a.node, (words){2, {"DUMP", s->a.key}});
  redisReply *lives = by_hand_reply(s->a.node), *dump = by_hand_reply(s->a.node);
  int written = snprintf(milliseconds, sizeof milliseconds, "%lld", lives->integer > 0 ? lives->integer : 0);
  const char *argv[] = {"RESTORE", s->to.key, milliseconds, dump->str, "REPLACE"};
  const size_t lengths[] = {7, strlen(s->to.key), (size_t)written, dump->len, 7};
  by_hand_send(s->to.node, 5, argv, lengths);
  by_hand_skip(s->to.node, 1);
  by_hand_send_words(s->a.node, (words){2, {"UNLINK", s->a.key}});
  by_hand_skip(s->a.node, 1);
  freeReplyObject(lives);
  freeReplyObject(dump);
  turn_around(s);
}

/* Replaces what is at the place. Random bytes do not get smaller in a dump, numbers do. */
static void store(place at, int random) {
  char(*bytes)[VALUE_LENGTH + 1] = malloc(ELEMENTS * sizeof *bytes);
  bench_require(bytes != NULL, "out of memory");
  by_hand_send_words(at.node, (words){2, {"UNLINK", at.key}});
  chunks to = chunks_of(at.node, "RPUSH", at.key, CHUNK);
  for (size_t element = 0; element < ELEMENTS; element++) {
    if (random) fill_random(bytes[element], VALUE_LENGTH, element);
    else snprintf(bytes[element], sizeof *bytes, "%0*zu", VALUE_LENGTH, element);
    chunks_add(&to, bytes[element], VALUE_LENGTH);
  }
  by_hand_skip(at.node, chunks_sent(&to) + 1);
  free(bytes);
}

static void require_same_list(const crossnode *s, const digest *before, const char *side) {
  digest now = crossnode_read(s->a, LRANGE), left = crossnode_read(s->to, LRANGE);
  bench_require(now.count == ELEMENTS && now.sum == before->sum, side);
  bench_require(left.count == 0, "the old name still has elements");
}

static void ours_and_back(void *of) {
  ours(of);
  ours(of);
}

static void dump_restore_unlink_and_back(void *of) {
  dump_restore_unlink(of);
  dump_restore_unlink(of);
}

static void compare(crossnode *s, const char *name, int random) {
  bench_case one = {name, "ratio <= 1.20", 1, ours_and_back, dump_restore_unlink_and_back, s};
  store(s->a, random);
  digest before = crossnode_read(s->a, LRANGE);
  dump_restore_unlink(s);
  require_same_list(s, &before, "by hand, the list came out different");
  ours(s);
  require_same_list(s, &before, "ours made another list of it");
  if (s->refused) bench_peer_alone(&one);
  else bench_compare_slow(&one);
}

int main(void) {
  crossnode s = crossnode_open("rename");
  compare(&s, "RENAME of 1,000,000 x 32 random, both ways", 1);
  compare(&s, "RENAME of 1,000,000 x 32 digits, both ways", 0);
  rediscluster_close(s.rc);
  return 0;
}
