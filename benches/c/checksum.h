/* A checksum of the values that a call read. It shows that two implementations read the same values. */
#ifndef CHECKSUM_H
#define CHECKSUM_H

#include <rediscluster.h>
#include <stddef.h>

typedef struct checksum {
  size_t bytes;  /* total length */
  unsigned hash; /* of the first and the last byte of each value, in order */
} checksum;

void checksum_add(checksum *sum, const void *bytes, size_t length);
/* Adds every string of an array through rediscluster_reply_data. Exits if there are other types. */
void checksum_add_strings(checksum *sum, const rediscluster_reply *reply);
int checksum_equal(const checksum *a, const checksum *b);

#endif
