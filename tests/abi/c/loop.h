/* Common steps of the tests of the loop: submit, wait with poll(2), take replies. A call that must succeed ends the program if it fails. */
#ifndef LOOP_H
#define LOOP_H

#include <poll.h>

#include "cluster.h"

#define LOOP_PATIENCE_MS 60000 /* for one reply, on a busy machine */

static inline rediscluster_loop *loop_open(const rediscluster *cluster) {
    rediscluster_loop *loop = NULL;
    rediscluster_error *error = NULL;
    cluster_must(rediscluster_loop_open(cluster, &loop, &error), NULL, error);
    return loop;
}

static inline void loop_submit_request(const rediscluster_loop *loop, const request *command, uint64_t tag) {
    rediscluster_error *error = NULL;
    cluster_must(rediscluster_loop_submit(loop, command->bytes, command->length, tag, &error), NULL, error);
}

/* A command of strings, separated by blanks. */
static inline void loop_request(request *to, const char *line) {
    char *words[64], *copy = strdup(line), *word;
    size_t i, count = 0;
    if (!copy) abort();
    for (word = strtok(copy, " "); word && count < 64; word = strtok(NULL, " ")) words[count++] = word;
    request_begin(to, count);
    for (i = 0; i < count; i++) request_word(to, words[i], strlen(words[i]));
    free(copy);
}

static inline void loop_submit(const rediscluster_loop *loop, const char *line, uint64_t tag) {
    request command = {NULL, 0, 0};
    loop_request(&command, line);
    loop_submit_request(loop, &command, tag);
    request_free(&command);
}

static inline void loop_subscribe(const rediscluster_loop *loop, const char *line, uint64_t tag) {
    request command = {NULL, 0, 0};
    rediscluster_error *error = NULL;
    loop_request(&command, line);
    cluster_must(rediscluster_loop_subscribe(loop, command.bytes, command.length, tag, &error), NULL, error);
    request_free(&command);
}

/* Waits until the loop has something to do, and does it. Returns 0 if nothing happens for too long. */
static inline int loop_wait(const rediscluster_loop *loop) {
    struct pollfd event;
    rediscluster_error *error = NULL;
    int timeout = rediscluster_loop_timeout_ms(loop), ready;
    event.fd = rediscluster_loop_fd(loop);
    event.events = POLLIN;
    ready = poll(&event, 1, timeout < 0 ? LOOP_PATIENCE_MS : timeout);
    cluster_must(rediscluster_loop_process(loop, &error), NULL, error);
    return ready > 0 || timeout >= 0;
}

/* The next reply, without waiting; NULL if there is none. */
static inline rediscluster_reply *loop_take(const rediscluster_loop *loop, uint64_t *tag) {
    rediscluster_reply *reply = NULL;
    rediscluster_error *error = NULL;
    rediscluster_status status = rediscluster_loop_next(loop, tag, &reply, &error);
    return cluster_must(status, reply, error);
}

/* The next reply; the program ends if there is none for too long. The caller frees it. */
static inline rediscluster_reply *loop_next(const rediscluster_loop *loop, uint64_t *tag) {
    rediscluster_reply *reply;
    while (!(reply = loop_take(loop, tag)))
        if (!CHECK(loop_wait(loop))) exit(check_done());
    return reply;
}

/* The next reply, which must have this tag. */
static inline rediscluster_reply *loop_reply(const rediscluster_loop *loop, uint64_t expected) {
    uint64_t tag = 0;
    rediscluster_reply *reply = loop_next(loop, &tag);
    CHECK_INT(tag, expected);
    return reply;
}

static inline rediscluster_reply *loop_command(const rediscluster_loop *loop, const char *line) {
    loop_submit(loop, line, UINT64_MAX);
    return loop_reply(loop, UINT64_MAX);
}

/* The command must have no reply, but a failure with this code. */
#define CHECK_LOOP_FAILS(reply, code) loop_check_fails((reply), (code), #reply, __FILE__, __LINE__)
static inline void loop_check_fails(rediscluster_reply *reply, rediscluster_status code, const char *what, const char *file, int line) {
    rediscluster_error *failure = NULL;
    check_int(rediscluster_reply_failure(reply, 0, &failure, NULL), REDISCLUSTER_OK, what, file, line);
    check_int(rediscluster_error_code(failure), code, what, file, line);
    rediscluster_error_free(failure);
    rediscluster_reply_free(reply);
}

#endif
