/* The time from a push to its element, for eight consumers that wait with BLPOP for three keys at 500 pushes per second. The library has the keys on
 * three servers. The peer is hiredis with all keys on one server. Also, per element, how often a thread of this process gives up its processor, and
 * the processor time of this process: these depend less on what else the machine does. The thread that pushes is part of it, and the same for both. */
#define _DEFAULT_SOURCE
#include <pthread.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "bench.h"
#include "nodes.h"

enum { CONSUMERS = 8, KEYS = 3, PUSHES = 1000, PAUSE_NS = 2000000 };

typedef struct measurement {
  rediscluster *cluster; /* NULL: the peer */
  char keys[KEYS][32];
  double latencies[PUSHES]; /* in microseconds */
  atomic_int received;
} measurement;

/* The result of a round. */
typedef struct figures {
  double median, p99;   /* in microseconds */
  double switches, cpu; /* voluntary context switches and microseconds per element */
} figures;

static long long now_ns(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1000000000LL + now.tv_nsec;
}

static void sleep_until(long long when) {
  struct timespec at = {when / 1000000000LL, when % 1000000000LL};
  clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &at, NULL);
}

/* Records an element, which is the time of its push. Returns 0 if it is the last one. */
static int record(measurement *m, const char *element, size_t length) {
  char text[32] = {0};
  long long pushed;
  bench_require(length < sizeof text, "an element is too long");
  memcpy(text, element, length);
  pushed = atoll(text);
  if (pushed == 0) return 0;
  m->latencies[atomic_fetch_add(&m->received, 1)] = (double)(now_ns() - pushed) / 1000;
  return 1;
}

static void *consume_from_nodes(void *state) {
  measurement *m = state;
  const char *const words[] = {"BLPOP", m->keys[0], m->keys[1], m->keys[2], "30"};
  int goes_on = 1;
  while (goes_on) {
    rediscluster_reply *reply = library_command(m->cluster, 5, words, NULL);
    rediscluster_value element;
    bench_require(rediscluster_reply_value(reply, 2, &element, NULL) == REDISCLUSTER_OK, "BLPOP has no element");
    goes_on = record(m, (const char *)element.bytes, element.length);
    rediscluster_reply_free(reply);
  }
  return NULL;
}

static void *consume_from_one(void *state) {
  measurement *m = state;
  const char *words[] = {"BLPOP", m->keys[0], m->keys[1], m->keys[2], "30"};
  hiredis_nodes servers = hiredis_open();
  int goes_on = 1;
  while (goes_on) {
    redisReply *reply = hiredis_command(servers.node[0], 5, words, NULL);
    bench_require(reply->type == REDIS_REPLY_ARRAY && reply->elements == 2, "BLPOP has no element");
    goes_on = record(m, reply->element[1]->str, reply->element[1]->len);
    freeReplyObject(reply);
  }
  for (int node = 0; node < NODES; node++) redisFree(servers.node[node]);
  return NULL;
}

static void push(const measurement *m, hiredis_nodes *servers, int nth, long long value) {
  char text[32];
  const char *words[] = {"RPUSH", m->keys[nth % KEYS], text};
  snprintf(text, sizeof text, "%lld", value);
  freeReplyObject(hiredis_command(servers->node[m->cluster ? nth % KEYS : 0], 3, words, NULL));
}

static int by_size(const void *a, const void *b) {
  double left = *(const double *)a, right = *(const double *)b;
  return (left > right) - (left < right);
}

static double microseconds(struct timeval time) {
  return (double)time.tv_sec * 1e6 + (double)time.tv_usec;
}

static figures measure(measurement *m, hiredis_nodes *servers) {
  pthread_t consumers[CONSUMERS];
  struct rusage before, after;
  long long next;
  atomic_store(&m->received, 0);
  for (int i = 0; i < CONSUMERS; i++)
    bench_require(pthread_create(&consumers[i], NULL, m->cluster ? consume_from_nodes : consume_from_one, m) == 0, "no thread");
  next = now_ns() + 200000000; /* until all wait */
  getrusage(RUSAGE_SELF, &before);
  for (int nth = 0; nth < PUSHES; nth++, next += PAUSE_NS) {
    sleep_until(next);
    push(m, servers, nth, now_ns());
  }
  for (int wait = 0; wait < 3000 && atomic_load(&m->received) < PUSHES; wait++) sleep_until(now_ns() + 10000000);
  bench_require(atomic_load(&m->received) == PUSHES, "an element was not received");
  getrusage(RUSAGE_SELF, &after);
  for (int i = 0; i < CONSUMERS; i++) push(m, servers, i, 0);
  for (int i = 0; i < CONSUMERS; i++) pthread_join(consumers[i], NULL);
  qsort(m->latencies, PUSHES, sizeof *m->latencies, by_size);
  return (figures){
      .median = m->latencies[PUSHES / 2],
      .p99 = m->latencies[PUSHES * 99 / 100],
      .switches = (double)(after.ru_nvcsw - before.ru_nvcsw) / PUSHES,
      .cpu = (microseconds(after.ru_utime) + microseconds(after.ru_stime) - microseconds(before.ru_utime) - microseconds(before.ru_stime)) / PUSHES,
  };
}

/* Prints one figure of all rounds; `offset` is its place in `figures`. */
static void print(const char *name, const char *unit, const char *target, int rounds, figures found[2][16], size_t offset) {
  double samples[2][16];
  for (int side = 0; side < 2; side++)
    for (int round = 0; round < rounds; round++) memcpy(&samples[side][round], (const char *)&found[side][round] + offset, sizeof(double));
  bench_print(name, unit, target, rounds, samples[0], samples[1]);
}

int main(void) {
  static measurement ours, peer;
  hiredis_nodes servers = hiredis_open();
  int rounds = bench_rounds() < 7 ? bench_rounds() : 7;
  figures found[2][16];
  ours.cluster = library_open();
  for (int key = 0; key < KEYS; key++) {
    int suffix = 0;
    do snprintf(ours.keys[key], sizeof ours.keys[key], "waiting%d:%d", key, suffix++);
    while (rediscluster_partition(ours.keys[key], strlen(ours.keys[key]), NODES) != (uint32_t)key + 1);
    snprintf(peer.keys[key], sizeof peer.keys[key], "peer%d", key);
  }
  for (int round = 0; round < rounds; round++) {
    found[0][round] = measure(&ours, &servers);
    found[1][round] = measure(&peer, &servers);
  }
  print("BLPOP, 8 consumers: median", "us", "ratio <= 3.00", rounds, found, offsetof(figures, median));
  print("BLPOP, 8 consumers: p99", "us", "ratio <= 2.00", rounds, found, offsetof(figures, p99));
  print("BLPOP, 8 consumers: switches", "times", "-", rounds, found, offsetof(figures, switches));
  print("BLPOP, 8 consumers: CPU time", "us", "-", rounds, found, offsetof(figures, cpu));
  rediscluster_close(ours.cluster);
  return 0;
}
