#define _POSIX_C_SOURCE 200809L
#include "keys.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"

static uint32_t crc32_table[256];

static void fill_crc32_table(void) {
  for (uint32_t byte = 0; byte < 256; byte++) {
    uint32_t crc = byte;
    for (int bit = 0; bit < 8; bit++) crc = crc & 1 ? crc >> 1 ^ 0xedb88320u : crc >> 1;
    crc32_table[byte] = crc;
  }
}

int node_among(const char *key, size_t length, int nodes) {
  if (!crc32_table[1]) fill_crc32_table();
  uint32_t crc = 0xffffffffu;
  for (size_t at = 0; at < length; at++) crc = crc >> 8 ^ crc32_table[(crc ^ (unsigned char)key[at]) & 255];
  return (int)((crc ^ 0xffffffffu) % (uint32_t)nodes);
}

int node_of(const char *key, size_t length) {
  return node_among(key, length, NODES);
}

/* Returns the first matching key with a number from *number on, and sets *number to the number after it. */
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

static void store_key(redisContext *node, const char *key) {
  char value[VALUE_LENGTH + 1];
  snprintf(value, sizeof value, "%-*.*s", VALUE_LENGTH, VALUE_LENGTH, key);
  const char *argv[] = {"SET", key, value};
  const size_t lengths[] = {3, strlen(key), VALUE_LENGTH};
  freeReplyObject(hiredis_command(node, 3, argv, lengths));
}

key_list store_key_list(const hiredis_nodes *nodes, const char *prefix, size_t count, int node) {
  key_list list = {count, calloc(count, sizeof *list.text), calloc(count, sizeof *list.length)};
  bench_require(list.text && list.length, "out of memory");
  size_t number = 0;
  for (size_t at = 0; at < count; at++) {
    list.text[at] = next_key(prefix, node, &number);
    list.length[at] = strlen(list.text[at]);
    store_key(nodes->node[node_of(list.text[at], list.length[at])], list.text[at]);
  }
  return list;
}
