/* Writes commands as RESP, the format that rediscluster_execute and rediscluster_each expect. */
#ifndef REQUEST_H
#define REQUEST_H

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct request {
    char *bytes;
    size_t length, room;
} request;

static inline void request_free(request *to) {
    free(to->bytes);
    memset(to, 0, sizeof *to);
}

static inline void request_append(request *to, const char *bytes, size_t length) {
    if (to->room - to->length < length) {
        to->room = (to->length + length) * 2;
        to->bytes = (char *)realloc(to->bytes, to->room);
        if (!to->bytes) abort();
    }
    if (length) memcpy(to->bytes + to->length, bytes, length);
    to->length += length;
}

static inline void request_header(request *to, char kind, size_t count) {
    char line[32];
    int length = snprintf(line, sizeof line, "%c%lu\r\n", kind, (unsigned long)count);
    request_append(to, line, (size_t)length);
}

/* Begins a command of this many words; add each with request_word. */
static inline void request_begin(request *to, size_t words) { request_header(to, '*', words); }

static inline void request_word(request *to, const char *bytes, size_t length) {
    request_header(to, '$', length);
    request_append(to, bytes, length);
    request_append(to, "\r\n", 2);
}

/* Adds a complete command of strings; NULL ends it. */
__attribute__((sentinel)) static inline void request_add(request *to, const char *name, ...) {
    const char *word;
    size_t words = 0;
    va_list list;
    va_start(list, name);
    for (word = name; word; word = va_arg(list, const char *)) words++;
    va_end(list);
    request_begin(to, words);
    va_start(list, name);
    for (word = name; word; word = va_arg(list, const char *)) request_word(to, word, strlen(word));
    va_end(list);
}

#endif
