#define _POSIX_C_SOURCE 200809L
#include "nodes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"

/* Takes the error by address: it is written by the call that yields the status. */
static void require_ok(rediscluster_status status, rediscluster_error *const *error) {
  if (status != REDISCLUSTER_OK) bench_require(0, rediscluster_error_message(*error));
}

rediscluster *ours_open(void) {
  const char *config = getenv("REDISCLUSTER_CONFIG");
  bench_require(config != NULL, "REDISCLUSTER_CONFIG is not set: run it under scripts/with-redis 4");
  rediscluster *rc;
  rediscluster_error *error;
  require_ok(rediscluster_open(config, strlen(config), &rc, &error), &error);
  return rc;
}

peers peers_open(void) {
  const char *ports = getenv("REDISCLUSTER_PORTS");
  bench_require(ports != NULL, "REDISCLUSTER_PORTS is not set: run it under scripts/with-redis 4");
  peers by_hand;
  for (int node = 0; node < NODES; node++) {
    char *end;
    long port = strtol(ports, &end, 10);
    bench_require(end != ports, "fewer than 4 servers");
    ports = end;
    by_hand.node[node] = redisConnect("127.0.0.1", (int)port);
    bench_require(by_hand.node[node] && !by_hand.node[node]->err, "hiredis cannot connect");
  }
  return by_hand;
}

rediscluster_reply *ours_command(const rediscluster *rc, size_t argc, const char *const *argv, const size_t *lengths) {
  rediscluster_reply *reply;
  rediscluster_error *error;
  require_ok(rediscluster_command(rc, argc, argv, lengths, &reply, &error), &error);
  return reply;
}

/* An error that the library or a server gave as the whole reply. */
static const char *error_in(const rediscluster_reply *reply) {
  rediscluster_view root;
  bench_require(rediscluster_reply_view(reply, 0, &root, NULL) == REDISCLUSTER_OK, "a reply without a root");
  return root.type == REDISCLUSTER_TYPE_ERROR ? (const char *)root.bytes : NULL;
}

rediscluster_reply *ours_over_nodes(const rediscluster *rc, size_t argc, const char *const *argv, const size_t *lengths) {
  rediscluster_reply *reply;
  rediscluster_error *error;
  rediscluster_status status = rediscluster_command(rc, argc, argv, lengths, &reply, &error);
  if (status == REDISCLUSTER_ERROR_CROSSNODE) {
    rediscluster_error_free(error);
    return NULL;
  }
  require_ok(status, &error);
  const char *refusal = error_in(reply);
  if (!refusal) return reply;
  bench_require(!strncmp(refusal, "CROSSNODE", strlen("CROSSNODE")), "a command failed through the library");
  rediscluster_reply_free(reply);
  return NULL;
}

rediscluster_reply *ours_execute(const rediscluster *rc, const char *request, size_t length) {
  rediscluster_reply *reply;
  rediscluster_error *error;
  require_ok(rediscluster_execute(rc, request, length, &reply, &error), &error);
  return reply;
}

redisReply *peer_command(redisContext *node, size_t argc, const char **argv, const size_t *lengths) {
  redisReply *reply = redisCommandArgv(node, (int)argc, argv, lengths);
  bench_require(reply && reply->type != REDIS_REPLY_ERROR, "a command failed through hiredis");
  return reply;
}

static uint32_t crc32_table[256];

static void fill_crc32_table(void) {
  for (uint32_t byte = 0; byte < 256; byte++) {
    uint32_t crc = byte;
    for (int bit = 0; bit < 8; bit++) crc = crc & 1 ? crc >> 1 ^ 0xedb88320u : crc >> 1;
    crc32_table[byte] = crc;
  }
}

int node_of(const char *key, size_t length) {
  if (!crc32_table[1]) fill_crc32_table();
  uint32_t crc = 0xffffffffu;
  for (size_t at = 0; at < length; at++) crc = crc >> 8 ^ crc32_table[(crc ^ (unsigned char)key[at]) & 255];
  return (int)((crc ^ 0xffffffffu) % NODES);
}

/* The first such key whose number is *number or higher; *number becomes the one behind it. */
static char *next_key(const char *prefix, int node, size_t *number) {
  char text[64];
  do snprintf(text, sizeof text, "%s:%zu", prefix, (*number)++);
  while (node != ANY_NODE && node_of(text, strlen(text)) != node);
  return strdup(text);
}

char *key_on(const char *prefix, int node) {
  size_t number = 0;
  return next_key(prefix, node, &number);
}

static void store(redisContext *node, const char *key) {
  char value[VALUE_LENGTH + 1];
  snprintf(value, sizeof value, "%-*.*s", VALUE_LENGTH, VALUE_LENGTH, key);
  const char *argv[] = {"SET", key, value};
  const size_t lengths[] = {3, strlen(key), VALUE_LENGTH};
  freeReplyObject(peer_command(node, 3, argv, lengths));
}

keys keys_stored(const peers *by_hand, const char *prefix, size_t count, int node) {
  keys made = {count, calloc(count, sizeof *made.text), calloc(count, sizeof *made.length)};
  bench_require(made.text && made.length, "out of memory");
  size_t number = 0;
  for (size_t at = 0; at < count; at++) {
    made.text[at] = next_key(prefix, node, &number);
    made.length[at] = strlen(made.text[at]);
    store(by_hand->node[node_of(made.text[at], made.length[at])], made.text[at]);
  }
  return made;
}

void touch(touched *sum, const void *bytes, size_t length) {
  const unsigned char *at = bytes;
  sum->bytes += length;
  if (length) sum->checksum = sum->checksum * 31 + at[0] + at[length - 1];
}

void touch_entries(touched *sum, const rediscluster_reply *reply) {
  rediscluster_data data;
  rediscluster_error *error;
  require_ok(rediscluster_reply_data(reply, &data, &error), &error);
  for (size_t at = 1; at < data.entries_length; at++) {
    bench_require((data.entries[at].head & 0xff) == REDISCLUSTER_TYPE_STRING, "not a string");
    touch(sum, data.bytes + data.entries[at].data, data.entries[at].head >> 8);
  }
}

int same(const touched *a, const touched *b) {
  return a->bytes == b->bytes && a->checksum == b->checksum;
}
