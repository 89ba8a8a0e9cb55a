#include "members.h"

#include <stdlib.h>
#include <string.h>

#include "bench.h"

static uint64_t mixed(uint64_t hash, uint64_t word) {
  hash = (hash ^ word) * 0x9e3779b97f4a7c15u;
  return hash ^ hash >> 32;
}

uint64_t hash_of(const char *bytes, size_t length) {
  uint64_t hash = length, word;
  for (; length >= sizeof word; length -= sizeof word, bytes += sizeof word) {
    memcpy(&word, bytes, sizeof word);
    hash = mixed(hash, word);
  }
  word = 0;
  memcpy(&word, bytes, length);
  return mixed(mixed(hash, word), length);
}

members members_for(size_t most) {
  size_t slots = 16;
  while (slots < most * 2) slots *= 2;
  members made = {malloc((most ? most : 1) * sizeof *made.item), 0, calloc(slots, sizeof *made.slot), slots - 1};
  bench_require(made.item && made.slot, "out of memory");
  return made;
}

static const uint64_t HASH = 0xffffffff00000000u;

/* The slot of the member, or the free one where it belongs. Bytes are compared only where half a hash is equal. */
static uint64_t *slot_of(const members *among, const char *bytes, size_t length, uint64_t hash) {
  for (size_t at = hash & among->mask;; at = (at + 1) & among->mask) {
    uint64_t *slot = &among->slot[at];
    if (!*slot) return slot;
    if ((*slot ^ hash) & HASH) continue;
    const member *there = &among->item[(uint32_t)*slot - 1];
    if (there->length == length && !memcmp(there->bytes, bytes, length)) return slot;
  }
}

member *members_put(members *into, const char *bytes, size_t length, int *is_new) {
  uint64_t hash = hash_of(bytes, length), *slot = slot_of(into, bytes, length, hash);
  *is_new = !*slot;
  if (*is_new) {
    into->item[into->count] = (member){bytes, length, 0};
    *slot = (hash & HASH) | ++into->count;
  }
  return &into->item[(uint32_t)*slot - 1];
}

member *members_find(const members *among, const char *bytes, size_t length) {
  uint64_t slot = *slot_of(among, bytes, length, hash_of(bytes, length));
  return slot ? &among->item[(uint32_t)slot - 1] : NULL;
}

void members_free(members *of) {
  free(of->item);
  free(of->slot);
}
