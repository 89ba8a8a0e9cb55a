/* BITOP OR of two strings of 16 MiB on different servers. The peer sends both GETs before it reads either reply. */
#include <stdlib.h>
#include <string.h>

#include "crossnode.h"
#include "datasets.h"

enum { LENGTH = 16 << 20 };

static void or_into(char *target, const char *source, size_t length) {
  uint64_t left, right;
  for (; length >= sizeof left; length -= sizeof left, target += sizeof left, source += sizeof left) {
    memcpy(&left, target, sizeof left);
    memcpy(&right, source, sizeof right);
    left |= right;
    memcpy(target, &left, sizeof left);
  }
  while (length--) *target++ |= *source++;
}

static void set(located_key at, const char *value, size_t length) {
  hiredis_send_argv(at.node, 3, (const char *[]){"SET", at.key, value}, (const size_t[]){3, strlen(at.key), length});
  hiredis_discard(at.node, 1);
}

static void get_both_and_set(void *context) {
  crossnode *s = context;
  redisReply *replies[2];
  hiredis_run_on_both(s->a, s->b, (text_command){2, {"GET"}}, replies);
  redisReply *longer = replies[replies[1]->len > replies[0]->len], *shorter = replies[replies[1]->len <= replies[0]->len];
  or_into(longer->str, shorter->str, shorter->len);
  set(s->destination, longer->str, longer->len);
  hiredis_free_both(replies);
}

static void store(located_key at, uint64_t seed) {
  char *value = malloc(LENGTH);
  bench_require(value != NULL, "out of memory");
  fill_random(value, LENGTH, seed);
  set(at, value, LENGTH);
  free(value);
}

int main(void) {
  crossnode s = crossnode_open("bitop");
  store(s.a, 1);
  store(s.b, 2);
  s.command = (text_command){5, {"BITOP", "OR", s.destination.key, s.a.key, s.b.key}};
  s.read = (text_command){2, {"GET"}};
  s.result_count = 1;
  crossnode_compare(&s, "BITOP OR 2 x 16 MiB", "ratio <= 1.00", crossnode_library_store, get_both_and_set);
  rediscluster_close(s.cluster);
  return 0;
}
