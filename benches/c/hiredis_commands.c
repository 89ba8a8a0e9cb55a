#include "hiredis_commands.h"

#include <stdlib.h>
#include <string.h>

#include "bench.h"
#include "keys.h"

const char STAGING_KEY[] = "staging-key";

located_key located_key_on(const hiredis_nodes *nodes, const char *prefix, int node) {
  return (located_key){key_on(prefix, node), nodes->node[node]};
}

void hiredis_send_argv(redisContext *node, size_t argc, const char **argv, const size_t *lengths) {
  bench_require(redisAppendCommandArgv(node, (int)argc, argv, lengths) == REDIS_OK, "hiredis cannot append");
  for (int done = 0; !done;) bench_require(redisBufferWrite(node, &done) == REDIS_OK, "hiredis cannot write");
}

void hiredis_send(redisContext *node, text_command command) {
  hiredis_send_argv(node, command.argc, command.argv, NULL);
}

redisReply *hiredis_read(redisContext *node) {
  redisReply *reply = NULL;
  bench_require(redisGetReply(node, (void **)&reply) == REDIS_OK, "hiredis got no reply");
  if (reply->type == REDIS_REPLY_ERROR) bench_require(0, reply->str);
  return reply;
}

void hiredis_discard(redisContext *node, size_t replies) {
  while (replies--) freeReplyObject(hiredis_read(node));
}

void hiredis_run_on_both(located_key a, located_key b, text_command command, redisReply *replies[2]) {
  command.argv[1] = a.key;
  hiredis_send(a.node, command);
  command.argv[1] = b.key;
  hiredis_send(b.node, command);
  replies[0] = hiredis_read(a.node);
  replies[1] = hiredis_read(b.node);
}

void hiredis_free_both(redisReply *replies[2]) {
  freeReplyObject(replies[0]);
  freeReplyObject(replies[1]);
}

static void add_all(member_table *to, const redisReply *set) {
  int is_new;
  for (size_t at = 0; at < set->elements; at++) member_table_add(to, set->element[at]->str, set->element[at]->len, &is_new);
}

member_table hiredis_member_table(const redisReply *set, size_t additional) {
  member_table table = member_table_new(set->elements + additional);
  add_all(&table, set);
  return table;
}

member_table hiredis_union(located_key a, located_key b, redisReply *replies[2]) {
  hiredis_run_on_both(a, b, (text_command){2, {"SMEMBERS"}}, replies);
  member_table table = hiredis_member_table(replies[0], replies[1]->elements);
  add_all(&table, replies[1]);
  return table;
}

chunked_command chunked_command_new(redisContext *node, const char *name, const char *key, size_t max_added) {
  size_t prefix_argc = key ? 2 : 1;
  size_t capacity = prefix_argc + max_added;
  chunked_command command = {.node = node, .argc = prefix_argc, .prefix_argc = prefix_argc, .capacity = capacity};
  command.argv = malloc(capacity * sizeof *command.argv);
  command.lengths = malloc(capacity * sizeof *command.lengths);
  bench_require(command.argv && command.lengths, "out of memory");
  command.argv[0] = name;
  command.lengths[0] = strlen(name);
  if (key) {
    command.argv[1] = key;
    command.lengths[1] = strlen(key);
  }
  return command;
}

void chunked_command_add(chunked_command *command, const char *bytes, size_t length) {
  if (command->argc == command->capacity) chunked_command_flush(command);
  command->argv[command->argc] = bytes;
  command->lengths[command->argc++] = length;
}

void chunked_command_flush(chunked_command *command) {
  if (command->argc == command->prefix_argc) return;
  hiredis_send_argv(command->node, command->argc, command->argv, command->lengths);
  command->argc = command->prefix_argc;
  command->chunks_sent++;
}

size_t chunked_command_finish(chunked_command *command) {
  chunked_command_flush(command);
  free(command->argv);
  free(command->lengths);
  return command->chunks_sent;
}

void hiredis_commit_staged(located_key destination, size_t staging_replies) {
  hiredis_send(destination.node, (text_command){1, {"MULTI"}});
  /* Without UNLINK, RENAME would free the old value and block the server. */
  hiredis_send(destination.node, (text_command){2, {"UNLINK", destination.key}});
  hiredis_send(destination.node, (text_command){3, {"RENAME", STAGING_KEY, destination.key}});
  hiredis_send(destination.node, (text_command){1, {"EXEC"}});
  hiredis_discard(destination.node, staging_replies + 4);
}
