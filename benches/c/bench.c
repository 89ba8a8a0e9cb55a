#define _POSIX_C_SOURCE 200809L
#include "bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { ROUNDS = 31, SLOW_ROUNDS = 11, QUICK_ROUNDS = 5 };

int bench_rounds(void) {
  return getenv("BENCH_QUICK") ? QUICK_ROUNDS : ROUNDS;
}

static double now_in_microseconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

static double microseconds_per_call(bench_function function, void *state, int calls) {
  double start = now_in_microseconds();
  for (int call = 0; call < calls; call++) function(state);
  return (now_in_microseconds() - start) / calls;
}

static int slow_rounds(void) {
  return bench_rounds() < SLOW_ROUNDS ? bench_rounds() : SLOW_ROUNDS;
}

static void compare(const bench_case *c, int rounds) {
  double ours[ROUNDS], peer[ROUNDS];
  c->ours(c->state);
  c->peer(c->state);
  for (int round = 0; round < rounds; round++) {
    ours[round] = microseconds_per_call(c->ours, c->state, c->calls);
    peer[round] = microseconds_per_call(c->peer, c->state, c->calls);
  }
  bench_print(c->name, "us", c->target, rounds, ours, peer);
}

void bench_compare(const bench_case *c) {
  compare(c, bench_rounds());
}

void bench_compare_slow(const bench_case *c) {
  compare(c, slow_rounds());
}

void bench_peer_only(const bench_case *c) {
  double peer[ROUNDS];
  int rounds = slow_rounds();
  for (int round = 0; round < rounds; round++) peer[round] = microseconds_per_call(c->peer, c->state, c->calls);
  bench_print(c->name, "us", c->target, rounds, NULL, peer);
}

static void print_samples(int rounds, const double *samples) {
  printf("\t");
  for (int round = 0; samples && round < rounds; round++) printf("%s%.3f", round ? " " : "", samples[round]);
}

void bench_print(const char *name, const char *unit, const char *target, int rounds, const double *ours, const double *peer) {
  printf("%s\t%s\t%s", name, unit, target);
  print_samples(rounds, ours);
  print_samples(rounds, peer);
  printf("\n");
  fflush(stdout);
}

void bench_require(int condition, const char *message) {
  if (condition) return;
  fprintf(stderr, "bench: %s\n", message);
  exit(1);
}
