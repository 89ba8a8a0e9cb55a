#define _DEFAULT_SOURCE
#include "peak.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench.h"

enum { ROUNDS = 3 };

/* The kernel counts a process's pages in steps of 32 a core: on two cores a peak is known no better than this. */
static const double GRAIN = 0.25;

/* A field of /proc/self/status, in MiB. */
static double status_field(const char *name) {
  char line[256];
  long kibibytes = -1;
  FILE *status = fopen("/proc/self/status", "r");
  bench_require(status != NULL, "/proc/self/status cannot be read");
  while (kibibytes < 0 && fgets(line, sizeof line, status))
    if (!strncmp(line, name, strlen(name))) kibibytes = atol(line + strlen(name));
  fclose(status);
  bench_require(kibibytes >= 0, "the kernel does not tell the memory in use");
  return (double)kibibytes / 1024;
}

/* So that what was needed before the base does not count. */
static void forget_earlier_peak(void) {
  FILE *refs = fopen("/proc/self/clear_refs", "w");
  bench_require(refs && fputs("5", refs) >= 0 && fclose(refs) == 0, "/proc/self/clear_refs cannot be written");
}

static double peak_above_base(peak_side side) {
  side(0);
  forget_earlier_peak();
  double base = status_field("VmRSS:");
  side(1);
  return status_field("VmHWM:") - base;
}

static double answer(peak_side side) {
  side(0);
  return side(1);
}

static double in_a_child(double (*measure)(peak_side), peak_side side) {
  int ends[2];
  double measured;
  bench_require(pipe(ends) == 0, "no pipe");
  pid_t child = fork();
  bench_require(child >= 0, "no fork");
  if (child == 0) {
    measured = measure(side);
    _exit(write(ends[1], &measured, sizeof measured) == sizeof measured ? 0 : 1);
  }
  close(ends[1]);
  bench_require(read(ends[0], &measured, sizeof measured) == sizeof measured, "a child did not report");
  close(ends[0]);
  waitpid(child, NULL, 0);
  return measured;
}

double peak_of(peak_side side) {
  return in_a_child(peak_above_base, side);
}

double peak_reply_size(const rediscluster_reply *reply) {
  rediscluster_data data;
  if (!reply) return -1;
  bench_require(rediscluster_reply_data(reply, &data, NULL) == REDISCLUSTER_OK, "a reply cannot be read");
  return ((double)data.bytes_length + (double)(data.entries_length * sizeof *data.entries)) / (1 << 20);
}

void peak_compare_to_reply(const char *name, peak_side ours, peak_side peer) {
  double our_peaks[ROUNDS], their_peaks[ROUNDS], reply = in_a_child(answer, ours);
  char asked[64];
  for (int round = 0; round < ROUNDS; round++) {
    if (reply >= 0) our_peaks[round] = peak_of(ours);
    their_peaks[round] = peak_of(peer);
  }
  snprintf(asked, sizeof asked, reply >= 0 ? "ours <= %.2f" : "ours <= 2 replies", 2 * reply + GRAIN);
  bench_print(name, "MiB", asked, ROUNDS, reply >= 0 ? our_peaks : NULL, their_peaks);
}

void peak_prepare(void (*prepare)(void)) {
  int status;
  pid_t child = fork();
  bench_require(child >= 0, "no fork");
  if (child == 0) {
    prepare();
    _exit(0);
  }
  waitpid(child, &status, 0);
  bench_require(status == 0, "a measurement could not be prepared");
}
