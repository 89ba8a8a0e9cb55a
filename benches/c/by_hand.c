#include "by_hand.h"

#include <stdlib.h>
#include <string.h>

#include "bench.h"

const char STAGED[] = "staged-by-hand";

place place_on(const peers *by_hand, const char *prefix, int node) {
  return (place){key_on(prefix, node), by_hand->node[node]};
}

void by_hand_send(redisContext *node, size_t argc, const char **argv, const size_t *lengths) {
  bench_require(redisAppendCommandArgv(node, (int)argc, argv, lengths) == REDIS_OK, "hiredis cannot append");
  for (int done = 0; !done;) bench_require(redisBufferWrite(node, &done) == REDIS_OK, "hiredis cannot write");
}

void by_hand_send_words(redisContext *node, words command) {
  by_hand_send(node, command.count, command.word, NULL);
}

redisReply *by_hand_reply(redisContext *node) {
  redisReply *reply = NULL;
  bench_require(redisGetReply(node, (void **)&reply) == REDIS_OK, "hiredis got no reply");
  if (reply->type == REDIS_REPLY_ERROR) bench_require(0, reply->str);
  return reply;
}

void by_hand_skip(redisContext *node, size_t replies) {
  while (replies--) freeReplyObject(by_hand_reply(node));
}

void by_hand_both(place a, place b, words command, redisReply *reply[2]) {
  command.word[1] = a.key;
  by_hand_send_words(a.node, command);
  command.word[1] = b.key;
  by_hand_send_words(b.node, command);
  reply[0] = by_hand_reply(a.node);
  reply[1] = by_hand_reply(b.node);
}

void by_hand_free_both(redisReply *reply[2]) {
  freeReplyObject(reply[0]);
  freeReplyObject(reply[1]);
}

static void put_all(members *into, const redisReply *set) {
  int is_new;
  for (size_t at = 0; at < set->elements; at++) members_put(into, set->element[at]->str, set->element[at]->len, &is_new);
}

members by_hand_table(const redisReply *set, size_t room) {
  members made = members_for(set->elements + room);
  put_all(&made, set);
  return made;
}

members by_hand_union(place a, place b, redisReply *reply[2]) {
  by_hand_both(a, b, (words){2, {"SMEMBERS"}}, reply);
  members made = by_hand_table(reply[0], reply[1]->elements);
  put_all(&made, reply[1]);
  return made;
}

chunks chunks_of(redisContext *node, const char *command, const char *key, size_t most) {
  size_t head = key ? 2 : 1;
  chunks made = {node, malloc((head + most) * sizeof *made.argv), malloc((head + most) * sizeof *made.lengths), head, head, head + most, 0};
  bench_require(made.argv && made.lengths, "out of memory");
  made.argv[0] = command;
  made.lengths[0] = strlen(command);
  if (key) {
    made.argv[1] = key;
    made.lengths[1] = strlen(key);
  }
  return made;
}

void chunks_add(chunks *to, const char *bytes, size_t length) {
  if (to->argc == to->most) chunks_send(to);
  to->argv[to->argc] = bytes;
  to->lengths[to->argc++] = length;
}

void chunks_send(chunks *rest) {
  if (rest->argc == rest->head) return;
  by_hand_send(rest->node, rest->argc, rest->argv, rest->lengths);
  rest->argc = rest->head;
  rest->sent++;
}

size_t chunks_sent(chunks *rest) {
  chunks_send(rest);
  free(rest->argv);
  free(rest->lengths);
  return rest->sent;
}

void by_hand_publish(place destination, size_t staging_replies) {
  by_hand_send_words(destination.node, (words){1, {"MULTI"}});
  by_hand_send_words(destination.node, (words){2, {"UNLINK", destination.key}}); /* RENAME would free the old value while all wait */
  by_hand_send_words(destination.node, (words){3, {"RENAME", STAGED, destination.key}});
  by_hand_send_words(destination.node, (words){1, {"EXEC"}});
  by_hand_skip(destination.node, staging_replies + 4);
}
