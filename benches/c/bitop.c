/* BITOP OR of two strings of 16 MiB on different servers. By hand: both are asked before either is read. */
#include <stdlib.h>
#include <string.h>

#include "crossnode.h"

enum { LENGTH = 16 << 20 };

static void or_into(char *to, const char *with, size_t length) {
  uint64_t left, right;
  for (; length >= sizeof left; length -= sizeof left, to += sizeof left, with += sizeof left) {
    memcpy(&left, to, sizeof left);
    memcpy(&right, with, sizeof right);
    left |= right;
    memcpy(to, &left, sizeof left);
  }
  while (length--) *to++ |= *with++;
}

static void set(place at, const char *value, size_t length) {
  by_hand_send(at.node, 3, (const char *[]){"SET", at.key, value}, (const size_t[]){3, strlen(at.key), length});
  by_hand_skip(at.node, 1);
}

static void or_of_both(void *of) {
  crossnode *s = of;
  redisReply *reply[2];
  by_hand_both(s->a, s->b, (words){2, {"GET"}}, reply);
  redisReply *longer = reply[reply[1]->len > reply[0]->len], *shorter = reply[reply[1]->len <= reply[0]->len];
  or_into(longer->str, shorter->str, shorter->len);
  set(s->to, longer->str, longer->len);
  by_hand_free_both(reply);
}

static void store(place at, uint64_t seed) {
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
  s.command = (words){5, {"BITOP", "OR", s.to.key, s.a.key, s.b.key}};
  s.read = (words){2, {"GET"}};
  s.result = 1;
  crossnode_compare(&s, "BITOP OR 2 x 16 MiB", "ratio <= 1.00", crossnode_ours_stores, or_of_both);
  rediscluster_close(s.rc);
  return 0;
}
