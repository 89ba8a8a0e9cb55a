#define _POSIX_C_SOURCE 200809L
#include "bare_gets.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bench.h"
#include "loop_gets.h"

enum { EVENTS = 64, READ_LENGTH = 64 << 10, REPLY_LENGTH = VALUE_LENGTH + 7 /* $32\r\n, \r\n */ };

struct bare_node {
  redisContext *connection; /* only its socket is used */
  resp unsent;
  size_t received; /* bytes of an incomplete reply */
};

static bare_request encode(const char *key, size_t length, int count) {
  resp request = {0};
  resp_array(&request, 2);
  resp_bulk(&request, "GET", 3);
  resp_bulk(&request, key, length);
  return (bare_request){request.bytes, request.length, node_among(key, length, count)};
}

bare_gets bare_gets_open(int count, key_list keys) {
  bare_gets gets = {.epoll = epoll_create1(EPOLL_CLOEXEC), .count = count, .keys = keys.count};
  char *ports = getenv("REDISCLUSTER_PORTS");
  gets.nodes = calloc((size_t)count, sizeof *gets.nodes);
  gets.requests = calloc(keys.count, sizeof *gets.requests);
  bench_require(gets.nodes && gets.requests, "out of memory");
  for (int node = 0; node < count; node++) {
    struct epoll_event event = {.events = EPOLLIN, .data.u32 = (uint32_t)node};
    redisContext *connection = redisConnect("127.0.0.1", (int)strtol(ports, &ports, 10));
    bench_require(connection && !connection->err, "cannot connect");
    gets.nodes[node].connection = connection;
    epoll_ctl(gets.epoll, EPOLL_CTL_ADD, connection->fd, &event);
  }
  for (size_t at = 0; at < keys.count; at++) gets.requests[at] = encode(keys.text[at], keys.length[at], count);
  return gets;
}

void bare_gets_close(bare_gets *gets) {
  for (int node = 0; node < gets->count; node++) {
    redisFree(gets->nodes[node].connection);
    resp_free(&gets->nodes[node].unsent);
  }
  for (size_t at = 0; at < gets->keys; at++) free((char *)gets->requests[at].bytes);
  free(gets->nodes);
  free(gets->requests);
  close(gets->epoll);
}

static void begin(bare_gets *gets) {
  const bare_request *request = &gets->requests[gets->begun++ % gets->keys];
  resp_append(&gets->nodes[request->node].unsent, request->bytes, request->length);
}

static void send_all(bare_gets *gets) {
  for (int node = 0; node < gets->count; node++) {
    resp *unsent = &gets->nodes[node].unsent;
    if (!unsent->length) continue;
    bench_require(write(gets->nodes[node].connection->fd, unsent->bytes, unsent->length) == (ssize_t)unsent->length, "cannot write");
    resp_clear(unsent);
  }
}

static void receive(bare_gets *gets, bare_node *node) {
  static char bytes[READ_LENGTH];
  ssize_t length = read(node->connection->fd, bytes, sizeof bytes);
  bench_require(length > 0 && (node->received || *bytes == '$'), "cannot read");
  size_t received = node->received + (size_t)length, replies = received / REPLY_LENGTH;
  node->received = received % REPLY_LENGTH;
  gets->ended += replies;
  for (; replies && gets->begun < GETS; replies--) begin(gets);
}

void bare_gets_run(bare_gets *gets) {
  for (gets->begun = gets->ended = 0; gets->begun < IN_FLIGHT;) begin(gets);
  while (gets->ended < GETS) {
    struct epoll_event events[EVENTS];
    send_all(gets);
    int count = epoll_wait(gets->epoll, events, EVENTS, -1);
    for (int at = 0; at < count; at++) receive(gets, &gets->nodes[events[at].data.u32]);
  }
}
