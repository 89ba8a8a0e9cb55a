#include "member_table.h"

#include <stdlib.h>
#include <string.h>

#include "bench.h"

static uint64_t mix(uint64_t hash, uint64_t word) {
  hash = (hash ^ word) * 0x9e3779b97f4a7c15u;
  return hash ^ hash >> 32;
}

uint64_t hash_bytes(const char *bytes, size_t length) {
  uint64_t hash = length, word;
  for (; length >= sizeof word; length -= sizeof word, bytes += sizeof word) {
    memcpy(&word, bytes, sizeof word);
    hash = mix(hash, word);
  }
  word = 0;
  memcpy(&word, bytes, length);
  return mix(mix(hash, word), length);
}

member_table member_table_new(size_t capacity) {
  size_t slot_count = 16;
  while (slot_count < capacity * 2) slot_count *= 2;
  member_table table = {malloc((capacity ? capacity : 1) * sizeof *table.members), 0, calloc(slot_count, sizeof *table.slots), slot_count - 1};
  bench_require(table.members && table.slots, "out of memory");
  return table;
}

static const uint64_t HASH_MASK = 0xffffffff00000000u;

/* Returns the slot of the member, or the free slot for it. Compares bytes only if half of the hash is equal. */
static uint64_t *find_slot(const member_table *table, const char *bytes, size_t length, uint64_t hash) {
  for (size_t at = hash & table->slot_mask;; at = (at + 1) & table->slot_mask) {
    uint64_t *slot = &table->slots[at];
    if (!*slot) return slot;
    if ((*slot ^ hash) & HASH_MASK) continue;
    const member *found = &table->members[(uint32_t)*slot - 1];
    if (found->length == length && !memcmp(found->bytes, bytes, length)) return slot;
  }
}

member *member_table_add(member_table *table, const char *bytes, size_t length, int *is_new) {
  uint64_t hash = hash_bytes(bytes, length), *slot = find_slot(table, bytes, length, hash);
  *is_new = !*slot;
  if (*is_new) {
    table->members[table->count] = (member){bytes, length, 0};
    *slot = (hash & HASH_MASK) | ++table->count;
  }
  return &table->members[(uint32_t)*slot - 1];
}

member *member_table_find(const member_table *table, const char *bytes, size_t length) {
  uint64_t slot = *find_slot(table, bytes, length, hash_bytes(bytes, length));
  return slot ? &table->members[(uint32_t)slot - 1] : NULL;
}

void member_table_free(member_table *table) {
  free(table->members);
  free(table->slots);
}
