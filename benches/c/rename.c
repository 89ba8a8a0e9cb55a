/* RENAME of a list of 1,000,000 elements of 32 bytes to another server. The peer uses DUMP, RESTORE, UNLINK. One call renames the list and
 * renames it back, because the two directions take different times: only one server has created the list. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crossnode.h"
#include "datasets.h"
#include "keys.h"

enum { ELEMENTS = 1000000, CHUNK = 10000 };

static const text_command LRANGE = {4, {"LRANGE", NULL, "0", "-1"}};

static void swap_names(crossnode *s) {
  located_key from = s->a;
  s->a = s->destination;
  s->destination = from;
}

static void library_rename(void *context) {
  crossnode *s = context;
  s->command = (text_command){3, {"RENAME", s->a.key, s->destination.key}};
  rediscluster_reply *reply = crossnode_run_library(s);
  if (!reply) return;
  rediscluster_reply_free(reply);
  swap_names(s);
}

/* Preserves the time to live. */
static void dump_restore_unlink(void *context) {
  crossnode *s = context;
  char milliseconds[24];
  hiredis_send(s->a.node, (text_command){2, {"PTTL", s->a.key}});
  hiredis_send(s->a.node, (text_command){2, {"DUMP", s->a.key}});
  redisReply *ttl = hiredis_read(s->a.node), *dump = hiredis_read(s->a.node);
  int ttl_length = snprintf(milliseconds, sizeof milliseconds, "%lld", ttl->integer > 0 ? ttl->integer : 0);
  const char *argv[] = {"RESTORE", s->destination.key, milliseconds, dump->str, "REPLACE"};
  const size_t lengths[] = {7, strlen(s->destination.key), (size_t)ttl_length, dump->len, 7};
  hiredis_send_argv(s->destination.node, 5, argv, lengths);
  hiredis_discard(s->destination.node, 1);
  hiredis_send(s->a.node, (text_command){2, {"UNLINK", s->a.key}});
  hiredis_discard(s->a.node, 1);
  freeReplyObject(ttl);
  freeReplyObject(dump);
  swap_names(s);
}

/* Replaces the key. A DUMP compresses digits but not random bytes. */
static void store(located_key at, int is_random) {
  char(*bytes)[VALUE_LENGTH + 1] = malloc(ELEMENTS * sizeof *bytes);
  bench_require(bytes != NULL, "out of memory");
  hiredis_send(at.node, (text_command){2, {"UNLINK", at.key}});
  chunked_command to = chunked_command_new(at.node, "RPUSH", at.key, CHUNK);
  for (size_t element = 0; element < ELEMENTS; element++) {
    if (is_random) fill_random(bytes[element], VALUE_LENGTH, element);
    else snprintf(bytes[element], sizeof *bytes, "%0*zu", VALUE_LENGTH, element);
    chunked_command_add(&to, bytes[element], VALUE_LENGTH);
  }
  hiredis_discard(at.node, chunked_command_finish(&to) + 1);
  free(bytes);
}

static void require_same_list(const crossnode *s, const digest *before, const char *message) {
  digest renamed = crossnode_read(s->a, LRANGE), old = crossnode_read(s->destination, LRANGE);
  bench_require(renamed.count == ELEMENTS && renamed.sum == before->sum, message);
  bench_require(old.count == 0, "the old key still exists");
}

static void library_rename_and_back(void *context) {
  library_rename(context);
  library_rename(context);
}

static void dump_restore_unlink_and_back(void *context) {
  dump_restore_unlink(context);
  dump_restore_unlink(context);
}

static void compare(crossnode *s, const char *name, int is_random) {
  bench_case c = {name, "ratio <= 1.20", 1, library_rename_and_back, dump_restore_unlink_and_back, s};
  store(s->a, is_random);
  digest before = crossnode_read(s->a, LRANGE);
  dump_restore_unlink(s);
  require_same_list(s, &before, "the peer changed the list");
  library_rename(s);
  require_same_list(s, &before, "the library changed the list");
  if (s->refused) bench_peer_only(&c);
  else bench_compare_slow(&c);
}

int main(void) {
  crossnode s = crossnode_open("rename");
  compare(&s, "RENAME of 1,000,000 x 32 random, both ways", 1);
  compare(&s, "RENAME of 1,000,000 x 32 digits, both ways", 0);
  rediscluster_close(s.cluster);
  return 0;
}
