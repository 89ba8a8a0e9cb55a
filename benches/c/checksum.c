#include "checksum.h"

#include "bench.h"

void checksum_add(checksum *sum, const void *bytes, size_t length) {
  const unsigned char *at = bytes;
  sum->bytes += length;
  if (length) sum->hash = sum->hash * 31 + at[0] + at[length - 1];
}

void checksum_add_strings(checksum *sum, const rediscluster_reply *reply) {
  rediscluster_data data;
  bench_require(rediscluster_reply_data(reply, &data, NULL) == REDISCLUSTER_OK, "the reply cannot be read");
  for (size_t at = 1; at < data.entries_length; at++) {
    bench_require((data.entries[at].head & 0xff) == REDISCLUSTER_TYPE_STRING, "an element of the reply is not a string");
    checksum_add(sum, data.bytes + data.entries[at].data, data.entries[at].head >> 8);
  }
}

int checksum_equal(const checksum *a, const checksum *b) {
  return a->bytes == b->bytes && a->hash == b->hash;
}
