/* Sets on different servers. The peer sends both requests before it reads either reply, and combines the members in a hash table. */
#include "crossnode.h"
#include "datasets.h"

enum { LARGE = 100000, SMALL = 1000, TINY = 100, CHUNK = 5000 };

static const text_command SMEMBERS = {2, {"SMEMBERS"}};

/* ---- SDIFFSTORE */

/* The table holds the smaller set, because filling it is the slow part. */
static void add_difference(chunked_command *to, const redisReply *a, const redisReply *b) {
  int a_is_smaller = a->elements < b->elements;
  const redisReply *other = a_is_smaller ? b : a;
  member_table table = hiredis_member_table(a_is_smaller ? a : b, 0);
  for (size_t at = 0; at < other->elements; at++) {
    const redisReply *element = other->element[at];
    member *found = member_table_find(&table, element->str, element->len);
    if (found) found->score = 1; /* marks a member of both sets */
    if (!found && !a_is_smaller) chunked_command_add(to, element->str, element->len);
  }
  for (size_t at = 0; a_is_smaller && at < table.count; at++)
    if (!table.members[at].score) chunked_command_add(to, table.members[at].bytes, table.members[at].length);
  member_table_free(&table);
}

static void hiredis_sdiffstore(void *context) {
  crossnode *s = context;
  redisReply *replies[2];
  hiredis_run_on_both(s->a, s->b, SMEMBERS, replies);
  chunked_command to = chunked_command_new(s->destination.node, "SADD", STAGING_KEY, CHUNK);
  add_difference(&to, replies[0], replies[1]);
  hiredis_commit_staged(s->destination, chunked_command_finish(&to));
  hiredis_free_both(replies);
}

/* The peers that use the smaller set have to ask for the sizes first. */
static int a_is_smaller(const crossnode *s) {
  redisReply *counts[2];
  hiredis_run_on_both(s->a, s->b, (text_command){2, {"SCARD"}}, counts);
  int smaller = counts[0]->integer < counts[1]->integer;
  hiredis_free_both(counts);
  return smaller;
}

/* Returns an array of 1 and 0: whether each member of the set is in the stored set. */
static redisReply *run_smismember(located_key at, const redisReply *set) {
  chunked_command command = chunked_command_new(at.node, "SMISMEMBER", at.key, set->elements);
  for (size_t member = 0; member < set->elements; member++) chunked_command_add(&command, set->element[member]->str, set->element[member]->len);
  bench_require(chunked_command_finish(&command) == 1, "SMISMEMBER must be one command");
  return hiredis_read(at.node);
}

static redisReply *run_smembers(located_key at) {
  hiredis_send(at.node, (text_command){2, {"SMEMBERS", at.key}});
  return hiredis_read(at.node);
}

static void hiredis_sdiffstore_with_smismember(void *context) {
  crossnode *s = context;
  bench_require(a_is_smaller(s), "the first set must be the smaller one");
  redisReply *small = run_smembers(s->a), *in_large = run_smismember(s->b, small);
  chunked_command to = chunked_command_new(s->destination.node, "SADD", STAGING_KEY, CHUNK);
  for (size_t at = 0; at < small->elements; at++)
    if (!in_large->element[at]->integer) chunked_command_add(&to, small->element[at]->str, small->element[at]->len);
  hiredis_commit_staged(s->destination, chunked_command_finish(&to));
  hiredis_free_both((redisReply *[]){small, in_large});
}

/* Copies the large set to the destination and removes the members of the small one there. */
static void hiredis_sdiffstore_with_dump_and_srem(void *context) {
  crossnode *s = context;
  bench_require(!a_is_smaller(s), "the second set must be the smaller one");
  hiredis_send(s->a.node, (text_command){2, {"DUMP", s->a.key}});
  hiredis_send(s->b.node, (text_command){2, {"SMEMBERS", s->b.key}});
  redisReply *large = hiredis_read(s->a.node), *small = hiredis_read(s->b.node);
  chunked_command restore = chunked_command_new(s->destination.node, "RESTORE", STAGING_KEY, 2), remove = chunked_command_new(s->destination.node, "SREM", STAGING_KEY, CHUNK);
  chunked_command_add(&restore, "0", 1);
  chunked_command_add(&restore, large->str, large->len);
  chunked_command_flush(&restore);
  for (size_t at = 0; at < small->elements; at++) chunked_command_add(&remove, small->element[at]->str, small->element[at]->len);
  hiredis_commit_staged(s->destination, chunked_command_finish(&restore) + chunked_command_finish(&remove));
  hiredis_free_both((redisReply *[]){large, small});
}

/* ---- SUNION and SINTER */

static void hiredis_sunion(void *context) {
  crossnode *s = context;
  redisReply *replies[2];
  member_table all = hiredis_union(s->a, s->b, replies);
  for (size_t at = 0; at < all.count; at++) digest_add(&s->seen, all.members[at].bytes, all.members[at].length);
  member_table_free(&all);
  hiredis_free_both(replies);
}

static void hiredis_sinter(void *context) {
  crossnode *s = context;
  redisReply *replies[2];
  hiredis_run_on_both(s->a, s->b, SMEMBERS, replies);
  int smaller = replies[1]->elements < replies[0]->elements;
  const redisReply *larger = replies[!smaller];
  member_table table = hiredis_member_table(replies[smaller], 0);
  for (size_t at = 0; at < larger->elements; at++)
    if (member_table_find(&table, larger->element[at]->str, larger->element[at]->len))
      digest_add(&s->seen, larger->element[at]->str, larger->element[at]->len);
  member_table_free(&table);
  hiredis_free_both(replies);
}

static void hiredis_sinter_with_smismember(void *context) {
  crossnode *s = context;
  int a_first = a_is_smaller(s);
  redisReply *small = run_smembers(a_first ? s->a : s->b), *in_large = run_smismember(a_first ? s->b : s->a, small);
  for (size_t at = 0; at < small->elements; at++)
    if (in_large->element[at]->integer) digest_add(&s->seen, small->element[at]->str, small->element[at]->len);
  hiredis_free_both((redisReply *[]){small, in_large});
}

/* ---- the cases; half of the smaller set is in both sets */

static void store_sets(crossnode *s, size_t a, size_t b) {
  store_set(s->a, 0, a);
  store_set(s->b, a - (a < b ? a : b) / 2, b);
}

static void compare_sdiffstore(crossnode *s) {
  s->command = (text_command){4, {"SDIFFSTORE", s->destination.key, s->a.key, s->b.key}};
  s->read = SMEMBERS;
  store_sets(s, LARGE, LARGE);
  s->result_count = LARGE / 2;
  crossnode_compare(s, "SDIFFSTORE 100,000 - 100,000", "ratio <= 1.00", crossnode_library_store, hiredis_sdiffstore);
  store_sets(s, LARGE, TINY);
  s->result_count = LARGE - TINY / 2;
  crossnode_compare(s, "SDIFFSTORE 100,000 - 100", "ratio <= 0.90", crossnode_library_store, hiredis_sdiffstore);
  crossnode_compare(s, "  peer with DUMP, RESTORE, SREM", "-", crossnode_library_store, hiredis_sdiffstore_with_dump_and_srem);
  store_sets(s, TINY, LARGE);
  s->result_count = TINY / 2;
  crossnode_compare(s, "SDIFFSTORE 100 - 100,000", "ratio <= 0.90", crossnode_library_store, hiredis_sdiffstore);
  crossnode_compare(s, "  peer with SMISMEMBER", "-", crossnode_library_store, hiredis_sdiffstore_with_smismember);
}

static void compare_sunion_and_sinter(crossnode *s) {
  s->read = (text_command){0, {NULL}};
  s->command = (text_command){3, {"SUNION", s->a.key, s->b.key}};
  store_sets(s, LARGE, LARGE);
  s->result_count = LARGE + LARGE / 2;
  crossnode_compare(s, "SUNION 100,000 + 100,000", "ratio <= 1.00", crossnode_library_read, hiredis_sunion);
  s->command.argv[0] = "SINTER";
  store_sets(s, LARGE, SMALL);
  s->result_count = SMALL / 2;
  crossnode_compare(s, "SINTER 100,000 and 1,000", "ratio <= 1.00", crossnode_library_read, hiredis_sinter);
  crossnode_compare(s, "  peer with SMISMEMBER", "-", crossnode_library_read, hiredis_sinter_with_smismember);
}

int main(void) {
  crossnode s = crossnode_open("sets");
  compare_sdiffstore(&s);
  compare_sunion_and_sinter(&s);
  rediscluster_close(s.cluster);
  return 0;
}
