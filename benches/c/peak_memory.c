#define _DEFAULT_SOURCE
#include "peak_memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench.h"

enum { ROUNDS = 3 };

/* The kernel counts the pages of a process in steps of 32 per core, so on two cores a peak is no more exact than this. */
static const double RESOLUTION_MIB = 0.25;

/* Returns a field of /proc/self/status in MiB. */
static double status_field(const char *name) {
  char line[256];
  long kibibytes = -1;
  FILE *status = fopen("/proc/self/status", "r");
  bench_require(status != NULL, "/proc/self/status cannot be read");
  while (kibibytes < 0 && fgets(line, sizeof line, status))
    if (!strncmp(line, name, strlen(name))) kibibytes = atol(line + strlen(name));
  fclose(status);
  bench_require(kibibytes >= 0, "/proc/self/status has no memory usage");
  return (double)kibibytes / 1024;
}

/* Otherwise a peak before the base would count. */
static void reset_peak(void) {
  FILE *refs = fopen("/proc/self/clear_refs", "w");
  bench_require(refs && fputs("5", refs) >= 0 && fclose(refs) == 0, "/proc/self/clear_refs cannot be written");
}

static double peak_above_base(peak_function function) {
  function(0);
  reset_peak();
  double base = status_field("VmRSS:");
  function(1);
  return status_field("VmHWM:") - base;
}

static double returned_size(peak_function function) {
  function(0);
  return function(1);
}

static double run_in_child(double (*measure)(peak_function), peak_function function) {
  int ends[2];
  double measured;
  bench_require(pipe(ends) == 0, "pipe failed");
  pid_t child = fork();
  bench_require(child >= 0, "fork failed");
  if (child == 0) {
    measured = measure(function);
    _exit(write(ends[1], &measured, sizeof measured) == sizeof measured ? 0 : 1);
  }
  close(ends[1]);
  bench_require(read(ends[0], &measured, sizeof measured) == sizeof measured, "a child process did not report");
  close(ends[0]);
  waitpid(child, NULL, 0);
  return measured;
}

double peak_of(peak_function function) {
  return run_in_child(peak_above_base, function);
}

double peak_reply_size(const rediscluster_reply *reply) {
  rediscluster_data data;
  if (!reply) return -1;
  bench_require(rediscluster_reply_data(reply, &data, NULL) == REDISCLUSTER_OK, "the reply cannot be read");
  return ((double)data.bytes_length + (double)(data.entries_length * sizeof *data.entries)) / (1 << 20);
}

void peak_compare_to_reply(const char *name, peak_function ours, peak_function peer) {
  double our_peaks[ROUNDS], peer_peaks[ROUNDS], reply = run_in_child(returned_size, ours);
  char target[64];
  for (int round = 0; round < ROUNDS; round++) {
    if (reply >= 0) our_peaks[round] = peak_of(ours);
    peer_peaks[round] = peak_of(peer);
  }
  snprintf(target, sizeof target, reply >= 0 ? "ours <= %.2f" : "ours <= 2 replies", 2 * reply + RESOLUTION_MIB);
  bench_print(name, "MiB", target, ROUNDS, reply >= 0 ? our_peaks : NULL, peer_peaks);
}

void peak_prepare(void (*prepare)(void)) {
  int status;
  pid_t child = fork();
  bench_require(child >= 0, "fork failed");
  if (child == 0) {
    prepare();
    _exit(0);
  }
  waitpid(child, &status, 0);
  bench_require(status == 0, "the data of a measurement could not be stored");
}
