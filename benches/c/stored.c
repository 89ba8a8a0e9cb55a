/* What the commands over several nodes work on. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crossnode.h"

enum { CHUNK = 1000, LONGEST_SCORE = 32 };

/* splitmix64 */
static uint64_t random_of(uint64_t number) {
  number += 0x9e3779b97f4a7c15u;
  number *= 0x9e3779b97f4a7c15u;
  number = (number ^ number >> 30) * 0xbf58476d1ce4e5b9u;
  number = (number ^ number >> 27) * 0x94d049bb133111ebu;
  return number ^ number >> 31;
}

void fill_random(char *bytes, size_t length, uint64_t seed) {
  for (size_t at = 0; at < length; at += sizeof seed) {
    uint64_t word = random_of(seed * 0x100000001u + at);
    memcpy(bytes + at, &word, length - at < sizeof word ? length - at : sizeof word);
  }
}

static void unlink_key(place at) {
  by_hand_send_words(at.node, (words){2, {"UNLINK", at.key}});
  by_hand_skip(at.node, 1);
}

void store_set(place at, size_t first, size_t count) {
  char(*bytes)[MEMBER_LENGTH] = malloc(count * sizeof *bytes);
  bench_require(bytes != NULL, "out of memory");
  unlink_key(at);
  chunks to = chunks_of(at.node, "SADD", at.key, CHUNK);
  for (size_t member = 0; member < count; member++) {
    fill_random(bytes[member], MEMBER_LENGTH, first + member);
    chunks_add(&to, bytes[member], MEMBER_LENGTH);
  }
  by_hand_skip(at.node, chunks_sent(&to));
  free(bytes);
}

void store_sorted_set(place at, size_t first, size_t count, int decimals) {
  typedef struct pair {
    char score[LONGEST_SCORE], bytes[MEMBER_LENGTH];
  } pair;
  pair *pairs = malloc(count * sizeof *pairs);
  bench_require(pairs != NULL, "out of memory");
  unlink_key(at);
  chunks to = chunks_of(at.node, "ZADD", at.key, 2 * CHUNK);
  for (size_t member = 0; member < count; member++) {
    pair *made = &pairs[member];
    double score = (double)(random_of(~(first + member)) % 100000000) / 100;
    fill_random(made->bytes, MEMBER_LENGTH, first + member);
    chunks_add(&to, made->score, (size_t)snprintf(made->score, LONGEST_SCORE, "%.*f", decimals, score));
    chunks_add(&to, made->bytes, MEMBER_LENGTH);
  }
  by_hand_skip(at.node, chunks_sent(&to));
  free(pairs);
}

void numbered_key(char text[NUMBERED_KEY], const char *prefix, size_t number) {
  snprintf(text, NUMBERED_KEY, "%s:%07zu", prefix, number);
}

static void store_batch(const peers *by_hand, const char *prefix, size_t first, size_t count, const char *value, size_t length) {
  char key[CHUNK][NUMBERED_KEY];
  chunks part[NODES];
  for (int node = 0; node < NODES; node++) part[node] = chunks_of(by_hand->node[node], "MSET", NULL, 2 * CHUNK);
  for (size_t at = 0; at < count; at++) {
    numbered_key(key[at], prefix, first + at);
    chunks *to = &part[node_of(key[at], strlen(key[at]))];
    chunks_add(to, key[at], strlen(key[at]));
    chunks_add(to, value, length);
  }
  for (int node = 0; node < NODES; node++) by_hand_skip(by_hand->node[node], chunks_sent(&part[node]));
}

void store_keys(const peers *by_hand, const char *prefix, size_t count, size_t length) {
  char *value = malloc(length);
  bench_require(value != NULL, "out of memory");
  memset(value, 'x', length);
  for (size_t first = 0; first < count; first += CHUNK)
    store_batch(by_hand, prefix, first, count - first < CHUNK ? count - first : CHUNK, value, length);
  free(value);
}
