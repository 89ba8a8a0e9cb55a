/* Common steps of the tests: open a cluster, run a command that must succeed, check a reply. */
#ifndef CLUSTER_H
#define CLUSTER_H

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rediscluster.h>

#include "check.h"
#include "request.h"

/* The call must fail with this code and set the local variable `error`, which is freed. */
#define CHECK_FAILS(call, code) cluster_check_fails((call), (code), &error, #call, __FILE__, __LINE__)
#define CHECK_STRING(reply, at, text) CHECK_TYPED(reply, at, REDISCLUSTER_TYPE_STRING, text, strlen(text))
#define CHECK_TYPED(reply, at, type, bytes, length) \
    cluster_check_bytes((reply), (at), (type), (bytes), (length), #reply, __FILE__, __LINE__)
#define CHECK_INTEGER(reply, at, number) cluster_check_integer((reply), (at), (number), #reply, __FILE__, __LINE__)
#define CHECK_TYPE(reply, at, expected) CHECK_INT(cluster_value_at((reply), (at)).type, (expected))

/* The servers of scripts/with-redis. */
static inline const char *cluster_config(void) {
    const char *config = getenv("REDISCLUSTER_CONFIG");
    if (config) return config;
    fprintf(stderr, "REDISCLUSTER_CONFIG is not set: run this with scripts/with-redis\n");
    exit(2);
}

/* Stores the ports of that configuration, node_1 first. Returns their number. */
static inline size_t cluster_ports(int *ports, size_t room) {
    size_t count = 0;
    const char *at = cluster_config();
    while (count < room && (at = strstr(at, "\"port\":")) != NULL) ports[count++] = atoi(at += strlen("\"port\":"));
    return count;
}

/* A busy machine must not cause a timeout, unless a test is about one. */
#define CLUSTER_LONG_TIMEOUTS ",\"connect_timeout\":60,\"read_timeout\":60,\"write_timeout\":60"

/* A configuration of nodes on loopback; options: "" or JSON members that begin with a comma. hash_tag is strip, unless it is one of them, and
   times are long. The caller frees it. */
static inline char *cluster_config_of(const int *ports, size_t count, const char *options) {
    size_t i, room = 64 * (count + 2) + strlen(options) + sizeof CLUSTER_LONG_TIMEOUTS;
    char *config = (char *)malloc(room), *end = config;
    if (!config) abort();
    end += sprintf(end, "{\"nodes\":{");
    for (i = 0; i < count; i++)
        end += sprintf(end, "%s\"node_%u\":{\"host\":\"127.0.0.1\",\"port\":%d}", i ? "," : "", (unsigned)i + 1, ports[i]);
    sprintf(end, "}%s%s%s}", options, strstr(options, "\"hash_tag\"") ? "" : ",\"hash_tag\":\"strip\"",
            strstr(options, "timeout") ? "" : CLUSTER_LONG_TIMEOUTS);
    return config;
}

/* A failure ends the program. */
static inline rediscluster *cluster_open(const char *config) {
    rediscluster *cluster = NULL;
    rediscluster_error *error = NULL;
    if (rediscluster_open(config, strlen(config), &cluster, &error) == REDISCLUSTER_OK) return cluster;
    fprintf(stderr, "rediscluster_open: %s\n", rediscluster_error_message(error));
    exit(2);
}

static inline rediscluster *cluster_open_of(const int *ports, size_t count, const char *options) {
    char *config = cluster_config_of(ports, count, options);
    rediscluster *cluster = cluster_open(config);
    free(config);
    return cluster;
}

/* Returns the reply of a call that must succeed, or ends the program. */
static inline rediscluster_reply *cluster_must(rediscluster_status status, rediscluster_reply *reply,
                                               rediscluster_error *error) {
    if (CHECK_INT(status, REDISCLUSTER_OK)) return reply;
    fprintf(stderr, "  %s\n", rediscluster_error_message(error));
    exit(check_done());
}

/* One command that must get a reply; lengths may be NULL as for rediscluster_command. The caller frees the reply. */
static inline rediscluster_reply *cluster_command_of(const rediscluster *cluster, size_t count, const char *const *words,
                                                     const size_t *lengths) {
    rediscluster_reply *reply = NULL;
    rediscluster_error *error = NULL;
    rediscluster_status status = rediscluster_command(cluster, count, words, lengths, &reply, &error);
    return cluster_must(status, reply, error);
}

/* Like cluster_command_of, for strings; NULL ends them. */
__attribute__((sentinel)) static inline rediscluster_reply *cluster_command(const rediscluster *cluster, ...) {
    const char *words[32];
    size_t count = 0;
    va_list list;
    va_start(list, cluster);
    while (count < 32 && (words[count] = va_arg(list, const char *)) != NULL) count++;
    va_end(list);
    return cluster_command_of(cluster, count, words, NULL);
}

static inline rediscluster_reply *cluster_execute(const rediscluster *cluster, const request *commands) {
    rediscluster_reply *reply = NULL;
    rediscluster_error *error = NULL;
    rediscluster_status status = rediscluster_execute(cluster, commands->bytes, commands->length, &reply, &error);
    return cluster_must(status, reply, error);
}

static inline rediscluster_reply *cluster_each(const rediscluster *cluster, const request *command) {
    rediscluster_reply *reply = NULL;
    rediscluster_error *error = NULL;
    rediscluster_status status = rediscluster_each(cluster, command->bytes, command->length, &reply, &error);
    return cluster_must(status, reply, error);
}

static inline rediscluster_reply *cluster_node_for(const rediscluster *cluster, const char *key, size_t length) {
    rediscluster_reply *reply = NULL;
    rediscluster_error *error = NULL;
    rediscluster_status status = rediscluster_node_for(cluster, key, length, &reply, &error);
    return cluster_must(status, reply, error);
}

static inline rediscluster_value cluster_value_at(const rediscluster_reply *reply, size_t at) {
    rediscluster_value value;
    rediscluster_status status = rediscluster_reply_value(reply, at, &value, NULL);
    if (status != REDISCLUSTER_OK) CHECK_INT(status, REDISCLUSTER_OK);
    return value;
}

static inline rediscluster_data cluster_data(const rediscluster_reply *reply) {
    rediscluster_data data;
    CHECK_INT(rediscluster_reply_data(reply, &data, NULL), REDISCLUSTER_OK);
    return data;
}

/* The entry of the nth child. */
static inline size_t cluster_child(const rediscluster_reply *reply, size_t at, size_t nth) {
    size_t element = 0;
    CHECK_INT(rediscluster_reply_element(reply, at, nth, &element, NULL), REDISCLUSTER_OK);
    return element;
}

/* The entry of the value of a key in a MAP; 0, which is never the entry of a child, if there is none. */
static inline size_t cluster_value(const rediscluster_reply *map, const char *key) {
    size_t nth, at = 1, children = cluster_value_at(map, 0).length;
    for (nth = 0; nth < children; nth += 2) {
        rediscluster_value name = cluster_value_at(map, at);
        if (name.length == strlen(key) && memcmp(name.bytes, key, name.length) == 0) return name.next;
        at = cluster_value_at(map, name.next).next;
    }
    return 0;
}

static inline int cluster_check_bytes(const rediscluster_reply *reply, size_t at, rediscluster_type type,
                                      const void *bytes, size_t length, const char *what, const char *file, int line) {
    rediscluster_value value = cluster_value_at(reply, at);
    return check_int(value.type, type, what, file, line) &&
           check_bytes(value.bytes, value.length, bytes, length, what, file, line);
}

static inline int cluster_check_integer(const rediscluster_reply *reply, size_t at, int64_t number, const char *what,
                                        const char *file, int line) {
    rediscluster_value value = cluster_value_at(reply, at);
    return check_int(value.type, REDISCLUSTER_TYPE_INTEGER, what, file, line) &&
           check_int(value.integer, number, what, file, line);
}

static inline int cluster_check_fails(rediscluster_status status, rediscluster_status code, rediscluster_error **error,
                                      const char *what, const char *file, int line) {
    const char *message = rediscluster_error_message(*error);
    int right = check_int(status, code, what, file, line) &&
                check_int(rediscluster_error_code(*error), code, what, file, line) &&
                check_true(message && *message, what, file, line);
    if (!right) fprintf(stderr, "  message: %s\n", message ? message : "(none)");
    rediscluster_error_free(*error);
    *error = NULL;
    return right;
}

#endif
