/* Members of sets as somebody keeps them who writes the combining by hand: a table with open addressing over what replies point to. */
#ifndef MEMBERS_H
#define MEMBERS_H

#include <stddef.h>
#include <stdint.h>

typedef struct member {
  const char *bytes; /* in the reply that it came with, which has to live as long */
  size_t length;
  double score; /* a sorted set's; else nobody's */
} member;

typedef struct members {
  member *item; /* in the order in which they were put */
  size_t count;
  uint64_t *slot; /* the upper half of a hash, and one more than the place in item; 0 is free */
  size_t mask;
} members;

uint64_t hash_of(const char *bytes, size_t length);

members members_for(size_t most); /* room for that many, and no more */
member *members_put(members *into, const char *bytes, size_t length, int *is_new);
member *members_find(const members *among, const char *bytes, size_t length); /* or NULL */
void members_free(members *of);

#endif
