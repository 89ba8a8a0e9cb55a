/* Peak memory of a GET of 64 MiB, above what the process had before; a fresh child for each measurement. */
#define _DEFAULT_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench.h"
#include "nodes.h"

enum { MEBIBYTES = 64, ROUNDS = 3 };

static const char KEY[] = "memory";
static const size_t VALUE = (size_t)MEBIBYTES << 20;

static void require_whole(const void *bytes, size_t length) {
  const char *at = bytes;
  bench_require(length == VALUE && at[0] == 'x' && at[length - 1] == 'x', "the value came back different");
}

/* One side: connects once, then asks EXISTS or GET of the key; the value of a GET is looked at. */
typedef void (*side)(const char *command);

static void ours(const char *command) {
  static rediscluster *rc;
  if (!rc) rc = ours_open();
  rediscluster_reply *reply = ours_command(rc, 2, (const char *[]){command, KEY}, NULL);
  const uint8_t *bytes;
  size_t length;
  if (rediscluster_reply_bytes(reply, 0, &bytes, &length, NULL) == REDISCLUSTER_OK) require_whole(bytes, length);
  rediscluster_reply_free(reply);
}

static void hiredis(const char *command) {
  static redisContext *node;
  if (!node) node = peers_open().node[node_of(KEY, strlen(KEY))];
  redisReply *reply = peer_command(node, 2, (const char *[]){command, KEY}, (const size_t[]){strlen(command), strlen(KEY)});
  if (reply->type == REDIS_REPLY_STRING) require_whole(reply->str, reply->len);
  freeReplyObject(reply);
}

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

static double peak_above_base(side run) {
  run("EXISTS"); /* connects, and fills whatever is filled once */
  double base = status_field("VmRSS:");
  run("GET");
  return status_field("VmHWM:") - base;
}

static double in_a_child(side run) {
  int ends[2];
  double peak;
  bench_require(pipe(ends) == 0, "no pipe");
  pid_t child = fork();
  bench_require(child >= 0, "no fork");
  if (child == 0) {
    peak = peak_above_base(run);
    _exit(write(ends[1], &peak, sizeof peak) == sizeof peak ? 0 : 1);
  }
  close(ends[1]);
  bench_require(read(ends[0], &peak, sizeof peak) == sizeof peak, "a child did not report");
  close(ends[0]);
  waitpid(child, NULL, 0);
  return peak;
}

static void store(redisContext *node) {
  char *value = malloc(VALUE);
  bench_require(value != NULL, "out of memory");
  memset(value, 'x', VALUE);
  const size_t lengths[] = {3, strlen(KEY), VALUE};
  freeReplyObject(peer_command(node, 3, (const char *[]){"SET", KEY, value}, lengths));
  free(value);
}

int main(void) {
  double our_peaks[ROUNDS], their_peaks[ROUNDS];
  pid_t writer = fork(); /* so that the memory of storing is not the children's base */
  if (writer == 0) {
    store(peers_open().node[node_of(KEY, strlen(KEY))]);
    _exit(0);
  }
  int status;
  waitpid(writer, &status, 0);
  bench_require(status == 0, "the value could not be stored");
  for (int round = 0; round < ROUNDS; round++) {
    our_peaks[round] = in_a_child(ours);
    their_peaks[round] = in_a_child(hiredis);
  }
  bench_print("GET 64 MiB, peak above the base", "MiB", "ours <= 83.2", ROUNDS, our_peaks, their_peaks);
  freeReplyObject(redisCommand(peers_open().node[node_of(KEY, strlen(KEY))], "DEL %s", KEY));
  return 0;
}
