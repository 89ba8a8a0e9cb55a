/* A hash table of set members with open addressing. The members are pointers into replies. */
#ifndef MEMBER_TABLE_H
#define MEMBER_TABLE_H

#include <stddef.h>
#include <stdint.h>

typedef struct member {
  const char *bytes; /* in a reply, which must outlive the table */
  size_t length;
  double score; /* 0 for a new member */
} member;

typedef struct member_table {
  member *members; /* in insertion order */
  size_t count;
  uint64_t *slots; /* upper half: of the hash; lower half: index in members + 1, or 0 if the slot is free */
  size_t slot_mask;
} member_table;

uint64_t hash_bytes(const char *bytes, size_t length);

/* The table cannot grow beyond capacity. */
member_table member_table_new(size_t capacity);
/* Returns the existing or new member. */
member *member_table_add(member_table *table, const char *bytes, size_t length, int *is_new);
/* Returns NULL if there is no such member. */
member *member_table_find(const member_table *table, const char *bytes, size_t length);
void member_table_free(member_table *table);

#endif
