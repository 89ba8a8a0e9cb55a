/* Sets on different servers. By hand: both are asked before either is read, and a table with open addressing combines them. */
#include "crossnode.h"

enum { LARGE = 100000, SMALL = 1000, TINY = 100, CHUNK = 5000 };

static const words SMEMBERS = {2, {"SMEMBERS"}};

/* ---- SDIFFSTORE */

/* The table is that of the smaller set, for it is the slow part. */
static void add_difference(chunks *to, const redisReply *a, const redisReply *b) {
  int a_is_smaller = a->elements < b->elements;
  const redisReply *walked = a_is_smaller ? b : a;
  members table = by_hand_table(a_is_smaller ? a : b, 0);
  for (size_t at = 0; at < walked->elements; at++) {
    const redisReply *element = walked->element[at];
    member *found = members_find(&table, element->str, element->len);
    if (found) found->score = 1; /* it is in both */
    if (!found && !a_is_smaller) chunks_add(to, element->str, element->len);
  }
  for (size_t at = 0; a_is_smaller && at < table.count; at++)
    if (!table.item[at].score) chunks_add(to, table.item[at].bytes, table.item[at].length);
  members_free(&table);
}

static void difference_of_both(void *of) {
  crossnode *s = of;
  redisReply *reply[2];
  by_hand_both(s->a, s->b, SMEMBERS, reply);
  chunks to = chunks_of(s->to.node, "SADD", STAGED, CHUNK);
  add_difference(&to, reply[0], reply[1]);
  by_hand_publish(s->to, chunks_sent(&to));
  by_hand_free_both(reply);
}

/* Which is the smaller is not known beforehand: the smarter ways have to ask. */
static int a_is_smaller(const crossnode *s) {
  redisReply *count[2];
  by_hand_both(s->a, s->b, (words){2, {"SCARD"}}, count);
  int smaller = count[0]->integer < count[1]->integer;
  by_hand_free_both(count);
  return smaller;
}

/* Which members of a set are in the set at the place: ones and zeros. */
static redisReply *are_in(place at, const redisReply *set) {
  chunks ask = chunks_of(at.node, "SMISMEMBER", at.key, set->elements);
  for (size_t member = 0; member < set->elements; member++) chunks_add(&ask, set->element[member]->str, set->element[member]->len);
  bench_require(chunks_sent(&ask) == 1, "one question is enough");
  return by_hand_reply(at.node);
}

static redisReply *members_of(place at) {
  by_hand_send_words(at.node, (words){2, {"SMEMBERS", at.key}});
  return by_hand_reply(at.node);
}

static void small_without_what_large_has(void *of) {
  crossnode *s = of;
  bench_require(a_is_smaller(s), "the first set is meant to be the smaller");
  redisReply *small = members_of(s->a), *in_large = are_in(s->b, small);
  chunks to = chunks_of(s->to.node, "SADD", STAGED, CHUNK);
  for (size_t at = 0; at < small->elements; at++)
    if (!in_large->element[at]->integer) chunks_add(&to, small->element[at]->str, small->element[at]->len);
  by_hand_publish(s->to, chunks_sent(&to));
  by_hand_free_both((redisReply *[]){small, in_large});
}

/* The large set goes to the destination as it is, and loses the small one's members there. */
static void large_moved_then_small_removed(void *of) {
  crossnode *s = of;
  bench_require(!a_is_smaller(s), "the second set is meant to be the smaller");
  by_hand_send_words(s->a.node, (words){2, {"DUMP", s->a.key}});
  by_hand_send_words(s->b.node, (words){2, {"SMEMBERS", s->b.key}});
  redisReply *large = by_hand_reply(s->a.node), *small = by_hand_reply(s->b.node);
  chunks restore = chunks_of(s->to.node, "RESTORE", STAGED, 2), remove = chunks_of(s->to.node, "SREM", STAGED, CHUNK);
  chunks_add(&restore, "0", 1);
  chunks_add(&restore, large->str, large->len);
  chunks_send(&restore);
  for (size_t at = 0; at < small->elements; at++) chunks_add(&remove, small->element[at]->str, small->element[at]->len);
  by_hand_publish(s->to, chunks_sent(&restore) + chunks_sent(&remove));
  by_hand_free_both((redisReply *[]){large, small});
}

/* ---- SUNION and SINTER */

static void union_of_both(void *of) {
  crossnode *s = of;
  redisReply *reply[2];
  members all = by_hand_union(s->a, s->b, reply);
  for (size_t at = 0; at < all.count; at++) digest_add(&s->seen, all.item[at].bytes, all.item[at].length);
  members_free(&all);
  by_hand_free_both(reply);
}

static void intersection_of_both(void *of) {
  crossnode *s = of;
  redisReply *reply[2];
  by_hand_both(s->a, s->b, SMEMBERS, reply);
  int smaller = reply[1]->elements < reply[0]->elements;
  const redisReply *larger = reply[!smaller];
  members table = by_hand_table(reply[smaller], 0);
  for (size_t at = 0; at < larger->elements; at++)
    if (members_find(&table, larger->element[at]->str, larger->element[at]->len))
      digest_add(&s->seen, larger->element[at]->str, larger->element[at]->len);
  members_free(&table);
  by_hand_free_both(reply);
}

static void intersection_by_questions(void *of) {
  crossnode *s = of;
  int a_first = a_is_smaller(s);
  redisReply *small = members_of(a_first ? s->a : s->b), *in_large = are_in(a_first ? s->b : s->a, small);
  for (size_t at = 0; at < small->elements; at++)
    if (in_large->element[at]->integer) digest_add(&s->seen, small->element[at]->str, small->element[at]->len);
  by_hand_free_both((redisReply *[]){small, in_large});
}

/* ---- the cases; of two sets the half of the smaller is in both */

static void hold(crossnode *s, size_t a, size_t b) {
  store_set(s->a, 0, a);
  store_set(s->b, a - (a < b ? a : b) / 2, b);
}

static void stored_differences(crossnode *s) {
  s->command = (words){4, {"SDIFFSTORE", s->to.key, s->a.key, s->b.key}};
  s->read = SMEMBERS;
  hold(s, LARGE, LARGE);
  s->result = LARGE / 2;
  crossnode_compare(s, "SDIFFSTORE 100,000 - 100,000", "ratio <= 1.00", crossnode_ours_stores, difference_of_both);
  hold(s, LARGE, TINY);
  s->result = LARGE - TINY / 2;
  crossnode_compare(s, "SDIFFSTORE 100,000 - 100", "ratio <= 0.90", crossnode_ours_stores, difference_of_both);
  crossnode_compare(s, "  beside DUMP, RESTORE, SREM", "-", crossnode_ours_stores, large_moved_then_small_removed);
  hold(s, TINY, LARGE);
  s->result = TINY / 2;
  crossnode_compare(s, "SDIFFSTORE 100 - 100,000", "ratio <= 0.90", crossnode_ours_stores, difference_of_both);
  crossnode_compare(s, "  beside SMISMEMBER", "-", crossnode_ours_stores, small_without_what_large_has);
}

static void unions_and_intersections(crossnode *s) {
  s->read = (words){0, {NULL}};
  s->command = (words){3, {"SUNION", s->a.key, s->b.key}};
  hold(s, LARGE, LARGE);
  s->result = LARGE + LARGE / 2;
  crossnode_compare(s, "SUNION 100,000 + 100,000", "ratio <= 1.00", crossnode_ours_reads, union_of_both);
  s->command.word[0] = "SINTER";
  hold(s, LARGE, SMALL);
  s->result = SMALL / 2;
  crossnode_compare(s, "SINTER 100,000 and 1,000", "ratio <= 1.00", crossnode_ours_reads, intersection_of_both);
  crossnode_compare(s, "  beside SMISMEMBER", "-", crossnode_ours_reads, intersection_by_questions);
}

int main(void) {
  crossnode s = crossnode_open("sets");
  stored_differences(&s);
  unions_and_intersections(&s);
  rediscluster_close(s.rc);
  return 0;
}
