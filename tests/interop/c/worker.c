/* Writes or reads the keys of a file, which another language reads or has written.
 *
 *     worker write|read FILE      lines of FILE: key_hex value_hex, - for an empty one
 *
 * Servers: REDISCLUSTER_CONFIG. `read` prints "N keys", or the first key that differs, in hex, and exits 1.
 * Build: cc -std=c99 worker.c $(pkg-config --cflags --libs rediscluster)
 */
#ifndef _POSIX_C_SOURCE
#define _POSIX_C_SOURCE 200809L /* getline */
#endif
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rediscluster.h>

#include "../../abi/c/request.h"

#define PIPELINE 1000

/* A line of the file, decoded in place. */
typedef struct pair {
    char *line, *key, *value;
    size_t key_length, value_length;
} pair;

static pair pairs[PIPELINE];

static void die(const char *what) {
    fprintf(stderr, "%s\n", what);
    exit(1);
}

/* Decodes hex digits, or "-", in place. Returns the position after them. */
static char *decode(char *hex, size_t *length) {
    char *to = hex;
    *length = 0;
    for (; isxdigit((unsigned char)hex[0]) && isxdigit((unsigned char)hex[1]); hex += 2) {
        char digits[3] = {hex[0], hex[1], 0};
        to[(*length)++] = (char)strtol(digits, NULL, 16);
    }
    return *hex == '-' ? hex + 1 : hex;
}

/* Fills pairs. Returns their number, 0 at the end of the file. */
static size_t read_pairs(FILE *file) {
    size_t count = 0, room;
    for (; count < PIPELINE; count++) {
        pair *next = &pairs[count];
        char *rest;
        next->line = NULL;
        room = 0;
        if (getline(&next->line, &room, file) < 0) {
            free(next->line);
            break;
        }
        next->key = next->line;
        rest = decode(next->key, &next->key_length);
        if (*rest != ' ') die("a line is not `key_hex value_hex`");
        next->value = rest + 1;
        decode(next->value, &next->value_length);
    }
    return count;
}

static rediscluster_reply *execute(const rediscluster *cluster, const request *commands) {
    rediscluster_reply *reply = NULL;
    rediscluster_error *error = NULL;
    if (rediscluster_execute(cluster, commands->bytes, commands->length, &reply, &error) != REDISCLUSTER_OK)
        die(rediscluster_error_message(error));
    return reply;
}

static int is(const rediscluster_value *value, rediscluster_type type, const char *expected, size_t length) {
    return value->type == type && value->length == length && (length == 0 || memcmp(value->bytes, expected, length) == 0);
}

static void die_of(const pair *differing) {
    size_t i;
    for (i = 0; i < differing->key_length; i++) fprintf(stderr, "%02x", (unsigned char)differing->key[i]);
    die(differing->key_length ? "" : "-");
}

/* SET or GET of every pair in one pipeline; every reply must be OK or the value. */
static void run(const rediscluster *cluster, size_t count, int write) {
    request commands = {NULL, 0, 0};
    rediscluster_reply *reply;
    rediscluster_value value;
    size_t i, at = 1;
    for (i = 0; i < count; i++) {
        request_begin(&commands, write ? 3 : 2);
        request_word(&commands, write ? "SET" : "GET", 3);
        request_word(&commands, pairs[i].key, pairs[i].key_length);
        if (write) request_word(&commands, pairs[i].value, pairs[i].value_length);
    }
    reply = execute(cluster, &commands);
    for (i = 0; i < count; i++, at = value.next) {
        const pair *with = &pairs[i];
        if (rediscluster_reply_value(reply, at, &value, NULL) != REDISCLUSTER_OK) die("a reply is missing");
        if (!(write ? is(&value, REDISCLUSTER_TYPE_STATUS, "OK", 2)
                    : is(&value, REDISCLUSTER_TYPE_STRING, with->value, with->value_length)))
            die_of(with);
        free(with->line);
    }
    rediscluster_reply_free(reply);
    request_free(&commands);
}

int main(int argc, char **argv) {
    const char *config = getenv("REDISCLUSTER_CONFIG");
    int write = argc > 1 && strcmp(argv[1], "write") == 0;
    size_t count, keys = 0;
    rediscluster *cluster = NULL;
    rediscluster_error *error = NULL;
    FILE *file;
    if (argc != 3 || !config || (!write && strcmp(argv[1], "read") != 0)) {
        fprintf(stderr, "usage: REDISCLUSTER_CONFIG=... worker write|read FILE\n");
        return 2;
    }
    file = fopen(argv[2], "r");
    if (!file) die(argv[2]);
    if (rediscluster_open(config, strlen(config), &cluster, &error) != REDISCLUSTER_OK) die(rediscluster_error_message(error));
    while ((count = read_pairs(file)) > 0) {
        run(cluster, count, write);
        keys += count;
    }
    fclose(file);
    rediscluster_close(cluster);
    printf("%lu keys\n", (unsigned long)keys);
    return 0;
}
