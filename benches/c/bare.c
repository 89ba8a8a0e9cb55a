/* Calls of the library compared with a bare program that writes the same requests, which it has ready, to the same sockets and reads as many bytes as the
 * replies have: the limit of any client. Replies are freed, and not read. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench.h"
#include "keys.h"
#include "resp.h"

enum { MANY = 10000, PIPELINE = 1000, ELEMENTS = 100000, BATCH = 1000, REPLY_LENGTH = VALUE_LENGTH + 7 /* $32\r\n, \r\n */ };

/* What goes to one server and comes back. */
typedef struct exchange {
  resp request;
  size_t reply;
} exchange;

typedef struct state {
  rediscluster *cluster;
  hiredis_nodes nodes;
  exchange exchanges[NODES];
  char *room; /* for the longest reply */
  resp request; /* of the library */
} state;

static void library(void *context) {
  state *s = context;
  rediscluster_reply_free(library_execute(s->cluster, s->request.bytes, s->request.length));
}

static void bare(void *context) {
  state *s = context;
  for (int node = 0; node < NODES; node++) {
    const resp *request = &s->exchanges[node].request;
    if (request->length) bench_require(write(s->nodes.node[node]->fd, request->bytes, request->length) == (ssize_t)request->length, "cannot write");
  }
  for (int node = 0; node < NODES; node++) {
    for (size_t read_so_far = 0; read_so_far < s->exchanges[node].reply;) {
      ssize_t length = read(s->nodes.node[node]->fd, s->room + read_so_far, s->exchanges[node].reply - read_so_far);
      bench_require(length > 0, "cannot read");
      read_so_far += (size_t)length;
    }
  }
}

static size_t array_length(size_t elements) {
  char header[32];
  return (size_t)snprintf(header, sizeof header, "*%zu\r\n", elements) + elements * REPLY_LENGTH;
}

static void begin(state *s) {
  resp_clear(&s->request);
  for (int node = 0; node < NODES; node++) {
    resp_clear(&s->exchanges[node].request);
    s->exchanges[node].reply = 0;
  }
}

/* MGET of the keys, split by node. */
static void prepare_mget(state *s, const key_list *keys, size_t count) {
  size_t on[NODES] = {0};
  begin(s);
  resp_array(&s->request, count + 1);
  resp_bulk(&s->request, "MGET", 4);
  for (size_t at = 0; at < count; at++) {
    resp_bulk(&s->request, keys->text[at], keys->length[at]);
    on[node_of(keys->text[at], keys->length[at])]++;
  }
  for (int node = 0; node < NODES; node++) {
    if (!on[node]) continue;
    resp_array(&s->exchanges[node].request, on[node] + 1);
    resp_bulk(&s->exchanges[node].request, "MGET", 4);
    s->exchanges[node].reply = array_length(on[node]);
  }
  for (size_t at = 0; at < count; at++) resp_bulk(&s->exchanges[node_of(keys->text[at], keys->length[at])].request, keys->text[at], keys->length[at]);
}

static void add_get(resp *to, const char *key, size_t length) {
  resp_array(to, 2);
  resp_bulk(to, "GET", 3);
  resp_bulk(to, key, length);
}

static void prepare_gets(state *s, const key_list *keys, size_t count) {
  begin(s);
  for (size_t at = 0; at < count; at++) {
    exchange *to = &s->exchanges[node_of(keys->text[at], keys->length[at])];
    add_get(&s->request, keys->text[at], keys->length[at]);
    add_get(&to->request, keys->text[at], keys->length[at]);
    to->reply += REPLY_LENGTH;
  }
}

static void prepare_lrange(state *s) {
  const char *words[] = {"LRANGE", "bare-list", "0", "-1"};
  int node = node_of(words[1], strlen(words[1]));
  char element[VALUE_LENGTH + 1];
  begin(s);
  freeReplyObject(redisCommand(s->nodes.node[node], "DEL %s", words[1]));
  for (int stored = 0; stored < ELEMENTS; stored += BATCH) {
    const char *push[BATCH + 2] = {"RPUSH", words[1]};
    snprintf(element, sizeof element, "%0*d", VALUE_LENGTH, stored);
    for (int at = 0; at < BATCH; at++) push[at + 2] = element;
    freeReplyObject(hiredis_command(s->nodes.node[node], BATCH + 2, push, NULL));
  }
  resp_array(&s->request, 4);
  for (int word = 0; word < 4; word++) resp_bulk(&s->request, words[word], strlen(words[word]));
  resp_append(&s->exchanges[node].request, s->request.bytes, s->request.length);
  s->exchanges[node].reply = array_length(ELEMENTS);
}

int main(void) {
  state s = {.cluster = library_open(), .nodes = hiredis_open(), .room = malloc(array_length(ELEMENTS))};
  bench_require(s.room != NULL, "out of memory");
  key_list keys = store_key_list(&s.nodes, "bare", MANY, ANY_NODE);
  prepare_gets(&s, &keys, 1);
  bench_compare(&(bench_case){"GET, bare write and read", "ratio <= 1.15 ~", 2000, library, bare, &s});
  prepare_mget(&s, &keys, 100);
  bench_compare(&(bench_case){"MGET 100 keys, bare", "ratio <= 1.15 ~", 300, library, bare, &s});
  prepare_mget(&s, &keys, MANY);
  bench_compare(&(bench_case){"MGET 10,000 keys, bare", "ratio <= 1.15 ~", 10, library, bare, &s});
  prepare_gets(&s, &keys, PIPELINE);
  bench_compare(&(bench_case){"1,000 GETs in a pipeline, bare", "ratio <= 1.15 ~", 30, library, bare, &s});
  prepare_lrange(&s);
  bench_compare(&(bench_case){"LRANGE 100,000 x 32 bytes, bare", "ratio <= 1.15 ~", 3, library, bare, &s});
  resp_free(&s.request);
  free(s.room);
  rediscluster_close(s.cluster);
  return 0;
}
