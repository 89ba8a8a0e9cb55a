/* ZUNIONSTORE of sorted sets on different servers. The peer sends both ZRANGEs before it reads either reply, adds the scores in a table, and
 * stores the result from the highest score down, which is the fastest order for the server. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crossnode.h"
#include "datasets.h"

enum { MEMBERS = 100000, CHUNK = 5000, MAX_SCORE = 32 };

static const text_command ZRANGE = {5, {"ZRANGE", NULL, "0", "-1", "WITHSCORES"}};

/* Short whole numbers are common and need no strtod. */
static double parse_score(const redisReply *text) {
  long number = 0;
  if (text->len < 16) {
    const char *at = text->str, *end = at + text->len;
    while (at < end && *at >= '0' && *at <= '9') number = number * 10 + (*at++ - '0');
    if (at == end) return (double)number;
  }
  return strtod(text->str, NULL);
}

static size_t format_score(char *text, double score) {
  long long whole = score > -1e15 && score < 1e15 ? (long long)score : 0;
  if ((double)whole == score) return (size_t)snprintf(text, MAX_SCORE, "%lld", whole);
  return (size_t)snprintf(text, MAX_SCORE, "%.17g", score);
}

static void add_weighted(member_table *to, const redisReply *set, double weight) {
  int is_new;
  for (size_t at = 0; at + 1 < set->elements; at += 2)
    member_table_add(to, set->element[at]->str, set->element[at]->len, &is_new)->score += weight * parse_score(set->element[at + 1]);
}

static int highest_first(const void *a, const void *b) {
  double left = ((const member *)a)->score, right = ((const member *)b)->score;
  return (left < right) - (left > right);
}

static size_t send_sorted_set(redisContext *node, const member_table *all) {
  char(*scores)[MAX_SCORE] = malloc(all->count * sizeof *scores);
  bench_require(scores != NULL, "out of memory");
  chunked_command to = chunked_command_new(node, "ZADD", STAGING_KEY, 2 * CHUNK);
  for (size_t at = 0; at < all->count; at++) {
    chunked_command_add(&to, scores[at], format_score(scores[at], all->members[at].score));
    chunked_command_add(&to, all->members[at].bytes, all->members[at].length);
  }
  size_t replies = chunked_command_finish(&to);
  free(scores);
  return replies;
}

static void hiredis_zunionstore(void *context) {
  crossnode *s = context;
  redisReply *replies[2];
  hiredis_run_on_both(s->a, s->b, ZRANGE, replies);
  member_table all = member_table_new((replies[0]->elements + replies[1]->elements) / 2);
  add_weighted(&all, replies[0], 2);
  add_weighted(&all, replies[1], 3);
  qsort(all.members, all.count, sizeof *all.members, highest_first); /* invalidates the slots, which are not used again */
  hiredis_commit_staged(s->destination, send_sorted_set(s->destination.node, &all));
  member_table_free(&all);
  hiredis_free_both(replies);
}

static void compare(crossnode *s, int decimals, const char *name) {
  store_sorted_set(s->a, 0, MEMBERS, decimals);
  store_sorted_set(s->b, MEMBERS / 2, MEMBERS, decimals);
  crossnode_compare(s, name, "ratio <= 1.00", crossnode_library_store, hiredis_zunionstore);
}

int main(void) {
  crossnode s = crossnode_open("zunionstore");
  s.command = (text_command){8, {"ZUNIONSTORE", s.destination.key, "2", s.a.key, s.b.key, "WEIGHTS", "2", "3"}};
  s.read = ZRANGE;
  s.result_count = MEMBERS / 2 * 3 * 2; /* with scores */
  compare(&s, 0, "ZUNIONSTORE 2 x 100,000, whole scores");
  compare(&s, 2, "ZUNIONSTORE 2 x 100,000, decimals");
  rediscluster_close(s.cluster);
  return 0;
}
