#include "datasets.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"
#include "keys.h"

enum { CHUNK = 1000, MAX_SCORE = 32 };

static uint64_t splitmix64(uint64_t number) {
  number += 0x9e3779b97f4a7c15u;
  number *= 0x9e3779b97f4a7c15u;
  number = (number ^ number >> 30) * 0xbf58476d1ce4e5b9u;
  number = (number ^ number >> 27) * 0x94d049bb133111ebu;
  return number ^ number >> 31;
}

void fill_random(char *bytes, size_t length, uint64_t seed) {
  for (size_t at = 0; at < length; at += sizeof seed) {
    uint64_t word = splitmix64(seed * 0x100000001u + at);
    memcpy(bytes + at, &word, length - at < sizeof word ? length - at : sizeof word);
  }
}

static void unlink_key(located_key at) {
  hiredis_send(at.node, (text_command){2, {"UNLINK", at.key}});
  hiredis_discard(at.node, 1);
}

void store_set(located_key at, size_t first, size_t count) {
  char(*bytes)[MEMBER_LENGTH] = malloc(count * sizeof *bytes);
  bench_require(bytes != NULL, "out of memory");
  unlink_key(at);
  chunked_command to = chunked_command_new(at.node, "SADD", at.key, CHUNK);
  for (size_t member = 0; member < count; member++) {
    fill_random(bytes[member], MEMBER_LENGTH, first + member);
    chunked_command_add(&to, bytes[member], MEMBER_LENGTH);
  }
  hiredis_discard(at.node, chunked_command_finish(&to));
  free(bytes);
}

void store_sorted_set(located_key at, size_t first, size_t count, int decimals) {
  typedef struct pair {
    char score[MAX_SCORE], bytes[MEMBER_LENGTH];
  } pair;
  pair *pairs = malloc(count * sizeof *pairs);
  bench_require(pairs != NULL, "out of memory");
  unlink_key(at);
  chunked_command to = chunked_command_new(at.node, "ZADD", at.key, 2 * CHUNK);
  for (size_t member = 0; member < count; member++) {
    pair *p = &pairs[member];
    double score = (double)(splitmix64(~(first + member)) % 100000000) / 100;
    fill_random(p->bytes, MEMBER_LENGTH, first + member);
    chunked_command_add(&to, p->score, (size_t)snprintf(p->score, MAX_SCORE, "%.*f", decimals, score));
    chunked_command_add(&to, p->bytes, MEMBER_LENGTH);
  }
  hiredis_discard(at.node, chunked_command_finish(&to));
  free(pairs);
}

void numbered_key(char text[NUMBERED_KEY_SIZE], const char *prefix, size_t number) {
  snprintf(text, NUMBERED_KEY_SIZE, "%s:%07zu", prefix, number);
}

static void store_batch(const hiredis_nodes *nodes, const char *prefix, size_t first, size_t count, const char *value, size_t length) {
  char key[CHUNK][NUMBERED_KEY_SIZE];
  chunked_command requests[NODES];
  for (int node = 0; node < NODES; node++) requests[node] = chunked_command_new(nodes->node[node], "MSET", NULL, 2 * CHUNK);
  for (size_t at = 0; at < count; at++) {
    numbered_key(key[at], prefix, first + at);
    chunked_command *to = &requests[node_of(key[at], strlen(key[at]))];
    chunked_command_add(to, key[at], strlen(key[at]));
    chunked_command_add(to, value, length);
  }
  for (int node = 0; node < NODES; node++) hiredis_discard(nodes->node[node], chunked_command_finish(&requests[node]));
}

void store_keys(const hiredis_nodes *nodes, const char *prefix, size_t count, size_t length) {
  char *value = malloc(length);
  bench_require(value != NULL, "out of memory");
  memset(value, 'x', length);
  for (size_t first = 0; first < count; first += CHUNK)
    store_batch(nodes, prefix, first, count - first < CHUNK ? count - first : CHUNK, value, length);
  free(value);
}
