/* Peak memory of SCAN … COUNT 1000 over 1,000,000 keys on 4 servers, compared with the size of the largest reply. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"
#include "datasets.h"
#include "peak_memory.h"

enum { KEYS = 1000000, MAX_CURSOR = 32 };

static void store(void) {
  hiredis_nodes nodes = hiredis_open();
  store_keys(&nodes, "memory-scan", KEYS, 1);
}

static text_command scan_command(const char *cursor, int full_size) {
  return (text_command){4, {"SCAN", cursor, "COUNT", full_size ? "1000" : "10"}};
}

static void require_all(size_t found, int full_size) {
  if (full_size) bench_require(found == KEYS, "the scan returned the wrong number of keys");
}

/* Copies the cursor of a reply to text and returns the number of keys in the reply. */
static size_t read_cursor(const rediscluster_reply *reply, char *text) {
  rediscluster_value cursor, found;
  bench_require(rediscluster_reply_value(reply, 1, &cursor, NULL) == REDISCLUSTER_OK && cursor.length < MAX_CURSOR, "the reply to SCAN has no cursor");
  bench_require(rediscluster_reply_value(reply, cursor.next, &found, NULL) == REDISCLUSTER_OK, "the reply to SCAN has no keys");
  memcpy(text, cursor.bytes, cursor.length);
  text[cursor.length] = 0;
  return found.length;
}

static double library(int full_size) {
  static rediscluster *cluster;
  char cursor[MAX_CURSOR] = "0";
  double largest = 0;
  size_t found = 0;
  if (!cluster) cluster = library_open();
  do {
    text_command command = scan_command(cursor, full_size);
    rediscluster_reply *reply = library_command_or_refusal(cluster, command.argc, command.argv, NULL);
    double size = peak_reply_size(reply);
    if (!reply) return size;
    if (size > largest) largest = size;
    found += read_cursor(reply, cursor);
    rediscluster_reply_free(reply);
  } while (full_size && strcmp(cursor, "0"));
  require_all(found, full_size);
  return largest;
}

static size_t scan_node(redisContext *node, int full_size) {
  char cursor[MAX_CURSOR] = "0";
  size_t found = 0;
  do {
    hiredis_send(node, scan_command(cursor, full_size));
    redisReply *reply = hiredis_read(node);
    snprintf(cursor, sizeof cursor, "%s", reply->element[0]->str);
    found += reply->element[1]->elements;
    freeReplyObject(reply);
  } while (full_size && strcmp(cursor, "0"));
  return found;
}

static double hiredis(int full_size) {
  static hiredis_nodes nodes;
  size_t found = 0;
  if (!nodes.node[0]) nodes = hiredis_open();
  for (int node = 0; node < NODES; node++) found += scan_node(nodes.node[node], full_size);
  require_all(found, full_size);
  return 0;
}

int main(void) {
  peak_prepare(store);
  peak_compare_to_reply("SCAN of 1,000,000 keys, peak memory", library, hiredis);
  return 0;
}
