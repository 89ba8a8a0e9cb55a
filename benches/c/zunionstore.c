/* ZUNIONSTORE of sorted sets on different servers. By hand: both are asked before either is read, a table adds the scores, and what is
 * stored goes from the highest score down, for so the server has the least to look for. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crossnode.h"

enum { MEMBERS = 100000, CHUNK = 5000, LONGEST_SCORE = 32 };

static const words ZRANGE = {5, {"ZRANGE", NULL, "0", "-1", "WITHSCORES"}};

/* Most scores are short whole numbers, which need no strtod. */
static double score_in(const redisReply *text) {
  long number = 0;
  if (text->len < 16) {
    const char *at = text->str, *end = at + text->len;
    while (at < end && *at >= '0' && *at <= '9') number = number * 10 + (*at++ - '0');
    if (at == end) return (double)number;
  }
  return strtod(text->str, NULL);
}

static size_t write_score(char *text, double score) {
  long long whole = score > -1e15 && score < 1e15 ? (long long)score : 0;
  if ((double)whole == score) return (size_t)snprintf(text, LONGEST_SCORE, "%lld", whole);
  return (size_t)snprintf(text, LONGEST_SCORE, "%.17g", score);
}

static void add_weighted(members *to, const redisReply *set, double weight) {
  int is_new;
  for (size_t at = 0; at + 1 < set->elements; at += 2)
    members_put(to, set->element[at]->str, set->element[at]->len, &is_new)->score += weight * score_in(set->element[at + 1]);
}

static int highest_first(const void *a, const void *b) {
  double left = ((const member *)a)->score, right = ((const member *)b)->score;
  return (left < right) - (left > right);
}

static size_t send_sorted_set(redisContext *node, const members *all) {
  char(*scores)[LONGEST_SCORE] = malloc(all->count * sizeof *scores);
  bench_require(scores != NULL, "out of memory");
  chunks to = chunks_of(node, "ZADD", STAGED, 2 * CHUNK);
  for (size_t at = 0; at < all->count; at++) {
    chunks_add(&to, scores[at], write_score(scores[at], all->item[at].score));
    chunks_add(&to, all->item[at].bytes, all->item[at].length);
  }
  size_t replies = chunks_sent(&to);
  free(scores);
  return replies;
}

static void union_of_both(void *of) {
  crossnode *s = of;
  redisReply *reply[2];
  by_hand_both(s->a, s->b, ZRANGE, reply);
  members all = members_for((reply[0]->elements + reply[1]->elements) / 2);
  add_weighted(&all, reply[0], 2);
  add_weighted(&all, reply[1], 3);
  qsort(all.item, all.count, sizeof *all.item, highest_first); /* the table is of no use from here on */
  by_hand_publish(s->to, send_sorted_set(s->to.node, &all));
  members_free(&all);
  by_hand_free_both(reply);
}

static void compare(crossnode *s, int decimals, const char *name) {
  store_sorted_set(s->a, 0, MEMBERS, decimals);
  store_sorted_set(s->b, MEMBERS / 2, MEMBERS, decimals);
  crossnode_compare(s, name, "ratio <= 1.00", crossnode_ours_stores, union_of_both);
}

int main(void) {
  crossnode s = crossnode_open("zunionstore");
  s.command = (words){8, {"ZUNIONSTORE", s.to.key, "2", s.a.key, s.b.key, "WEIGHTS", "2", "3"}};
  s.read = ZRANGE;
  s.result = MEMBERS / 2 * 3 * 2; /* with scores */
  compare(&s, 0, "ZUNIONSTORE 2 x 100,000, whole scores");
  compare(&s, 2, "ZUNIONSTORE 2 x 100,000, decimals");
  rediscluster_close(s.rc);
  return 0;
}
