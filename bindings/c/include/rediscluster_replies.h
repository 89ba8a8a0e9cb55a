/* Reading replies: children, maps, conversions, and printing. Header only; C99 or C++11. Nothing here fails with an error object. */
#ifndef REDISCLUSTER_REPLIES_H
#define REDISCLUSTER_REPLIES_H

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rediscluster.h>

/* The children of a value, one after the other. */
typedef struct rediscluster_children {
    const rediscluster_reply *reply;
    size_t at;              /* the index of the current child */
    rediscluster_value value; /* the current child */
    size_t next, end;
} rediscluster_children;

/* Begins before the first child of the value `at`, which has none if it is of a type without children:
 *
 *     rediscluster_children child = rediscluster_children_of(reply, 0);
 *     while (rediscluster_children_next(&child)) ... child.at, child.value ...
 */
static inline rediscluster_children rediscluster_children_of(const rediscluster_reply *reply, size_t at) {
    rediscluster_children children;
    memset(&children, 0, sizeof children);
    children.reply = reply;
    if (rediscluster_reply_value(reply, at, &children.value, NULL) == REDISCLUSTER_OK) {
        children.next = at + 1;
        children.end = children.value.next;
    }
    return children;
}

/* Goes to the next child. Returns 0 after the last one. */
static inline int rediscluster_children_next(rediscluster_children *children) {
    if (children->next >= children->end) return 0;
    children->at = children->next;
    if (rediscluster_reply_value(children->reply, children->at, &children->value, NULL) != REDISCLUSTER_OK) return 0;
    children->next = children->value.next;
    return 1;
}

/* The value at an index. If there is none, it is nil, has no bytes, and its `next` is 0. */
static inline rediscluster_value rediscluster_value_at(const rediscluster_reply *reply, size_t at) {
    rediscluster_value value;
    if (rediscluster_reply_value(reply, at, &value, NULL) != REDISCLUSTER_OK) memset(&value, 0, sizeof value);
    return value;
}

static inline rediscluster_type rediscluster_type_at(const rediscluster_reply *reply, size_t at) {
    return (rediscluster_type)rediscluster_value_at(reply, at).type;
}

/* Whether the value has these bytes: a string, a status or another type with bytes, but not an error. */
static inline int rediscluster_equals(const rediscluster_reply *reply, size_t at, const char *text) {
    rediscluster_value value = rediscluster_value_at(reply, at);
    size_t length = strlen(text);
    return value.bytes && value.type != REDISCLUSTER_TYPE_ERROR && value.length == length && memcmp(value.bytes, text, length) == 0;
}

/* Whether the value is no result: an error reply of a server, or a failure. rediscluster_reply_error makes an error object of it. */
static inline int rediscluster_is_error(const rediscluster_reply *reply, size_t at) {
    rediscluster_type type = rediscluster_type_at(reply, at);
    return type == REDISCLUSTER_TYPE_ERROR || type == REDISCLUSTER_TYPE_FAILURE;
}

/* The index of the value with this name in a map, or in an array of names and values in turn, such as HGETALL returns. 0, which is never the
 * index of a child, if there is none. */
static inline size_t rediscluster_map_find(const rediscluster_reply *reply, size_t at, const char *name) {
    rediscluster_children child = rediscluster_children_of(reply, at);
    while (rediscluster_children_next(&child)) {
        int found = rediscluster_equals(reply, child.at, name);
        if (!rediscluster_children_next(&child)) return 0;
        if (found) return child.at;
    }
    return 0;
}

/* A copy of the bytes of a value, with a NUL at the end, for free(). NULL if it has no bytes, is an error, or there is no memory. */
static inline char *rediscluster_as_text(const rediscluster_reply *reply, size_t at) {
    rediscluster_value value;
    char *text;
    if (rediscluster_reply_value(reply, at, &value, NULL) != REDISCLUSTER_OK || !value.bytes || value.type == REDISCLUSTER_TYPE_ERROR)
        return NULL;
    text = (char *)malloc(value.length + 1);
    if (!text) return NULL;
    memcpy(text, value.bytes, value.length);
    text[value.length] = 0;
    return text;
}

/* Copies the bytes of a value that is to be a number. Returns 0 if it is none. */
static inline int rediscluster_number_text(const rediscluster_value *value, char *text, size_t capacity) {
    if (!value->bytes || value->type == REDISCLUSTER_TYPE_ERROR || value->length == 0 || value->length >= capacity) return 0;
    if (strchr(" \t\n\v\f\r", value->bytes[0]) || memchr(value->bytes, 0, value->length)) return 0;
    memcpy(text, value->bytes, value->length);
    text[value->length] = 0;
    return 1;
}

/* Stores an integer, or a text that is one, in *number. Returns 0, and stores nothing, if the value is something else. */
static inline int rediscluster_as_int64(const rediscluster_reply *reply, size_t at, int64_t *number) {
    rediscluster_value value;
    char text[32], *end;
    long long parsed;
    if (rediscluster_reply_value(reply, at, &value, NULL) != REDISCLUSTER_OK) return 0;
    if (value.type == REDISCLUSTER_TYPE_INTEGER || value.type == REDISCLUSTER_TYPE_BOOLEAN) {
        *number = value.integer;
        return 1;
    }
    if (!rediscluster_number_text(&value, text, sizeof text)) return 0;
    errno = 0;
    parsed = strtoll(text, &end, 10);
    if (*end || errno) return 0;
    *number = parsed;
    return 1;
}

/* Stores a number, or a text that is one, in *number. Returns 0, and stores nothing, if the value is something else. */
static inline int rediscluster_as_double(const rediscluster_reply *reply, size_t at, double *number) {
    rediscluster_value value;
    char text[400], *end;
    double parsed;
    if (rediscluster_reply_value(reply, at, &value, NULL) != REDISCLUSTER_OK) return 0;
    if (value.type == REDISCLUSTER_TYPE_INTEGER || value.type == REDISCLUSTER_TYPE_BOOLEAN) {
        *number = (double)value.integer;
        return 1;
    }
    if (!rediscluster_number_text(&value, text, sizeof text)) return 0;
    parsed = strtod(text, &end);
    if (*end) return 0;
    *number = parsed;
    return 1;
}

/* ---- printing, in the format of redis-cli at a terminal -------------------------------------------------------------------------------------- */

static inline void rediscluster_print_quoted(FILE *out, const uint8_t *bytes, size_t length) {
    size_t i;
    fputc('"', out);
    for (i = 0; i < length; i++) {
        static const char special[] = "\\\"\n\r\t\a\b", letters[] = "\\\"nrtab";
        const char *found = bytes[i] ? strchr(special, bytes[i]) : NULL;
        if (found) fprintf(out, "\\%c", letters[found - special]);
        else if (bytes[i] >= 0x20 && bytes[i] < 0x7f) fputc(bytes[i], out);
        else fprintf(out, "\\x%02x", bytes[i]);
    }
    fputc('"', out);
}

static inline int rediscluster_print_width(size_t number) {
    int width = 1;
    while ((number /= 10) > 0) width++;
    return width;
}

static inline void rediscluster_print_value(FILE *out, const rediscluster_reply *reply, size_t at, int indent);

/* Whether a value takes several lines. */
static inline int rediscluster_print_is_long(const rediscluster_reply *reply, size_t at) {
    rediscluster_children child = rediscluster_children_of(reply, at);
    size_t lines = rediscluster_type_at(reply, at) == REDISCLUSTER_TYPE_MAP ? child.value.length / 2 : child.value.length;
    if (child.value.bytes || child.next >= child.end) return 0;
    if (lines > 1) return 1;
    while (rediscluster_children_next(&child))
        if (rediscluster_print_is_long(reply, child.at)) return 1;
    return 0;
}

/* The children, each with its number, and all but the first on lines of their own. */
static inline void rediscluster_print_children(FILE *out, const rediscluster_reply *reply, size_t at, char mark, size_t count, int indent) {
    rediscluster_children child = rediscluster_children_of(reply, at);
    int width = rediscluster_print_width(count);
    size_t number = 0;
    while (rediscluster_children_next(&child)) {
        if (number) fprintf(out, "\n%*s", indent, "");
        fprintf(out, "%*lu%c ", width, (unsigned long)++number, mark);
        rediscluster_print_value(out, reply, child.at, indent + width + 2);
        if (mark != '#' || !rediscluster_children_next(&child)) continue;
        fputs(" => ", out);
        if (rediscluster_print_is_long(reply, child.at)) fprintf(out, "\n%*s", indent + width + 2, "");
        rediscluster_print_value(out, reply, child.at, indent + width + 2);
    }
}

/* The message of a failure is its second child; the value of a value with attributes is its last one. */
static inline void rediscluster_print_child(FILE *out, const rediscluster_reply *reply, size_t at, size_t nth, int indent) {
    size_t element;
    rediscluster_value value;
    if (rediscluster_reply_element(reply, at, nth, &element, NULL) != REDISCLUSTER_OK) return;
    if (rediscluster_reply_value(reply, element, &value, NULL) != REDISCLUSTER_OK) return;
    if (rediscluster_type_at(reply, at) == REDISCLUSTER_TYPE_FAILURE) fwrite(value.bytes, 1, value.length, out);
    else rediscluster_print_value(out, reply, element, indent);
}

/* Prints a value without a newline at its end. */
static inline void rediscluster_print_value(FILE *out, const rediscluster_reply *reply, size_t at, int indent) {
    static const char *const empty[] = {"(empty array)", "(empty hash)", "(empty set)", "(empty push)"};
    rediscluster_value value;
    const char *nothing = empty[0];
    char mark = ')';
    if (rediscluster_reply_value(reply, at, &value, NULL) != REDISCLUSTER_OK) return;
    switch (value.type) {
    case REDISCLUSTER_TYPE_NIL:
    case REDISCLUSTER_TYPE_NIL_ARRAY:
    case REDISCLUSTER_TYPE_NULL: fputs("(nil)", out); return;
    case REDISCLUSTER_TYPE_STRING: rediscluster_print_quoted(out, value.bytes, value.length); return;
    case REDISCLUSTER_TYPE_INTEGER: fprintf(out, "(integer) %lld", (long long)value.integer); return;
    case REDISCLUSTER_TYPE_BOOLEAN: fputs(value.integer ? "(true)" : "(false)", out); return;
    case REDISCLUSTER_TYPE_ERROR: fputs("(error) ", out); break;
    case REDISCLUSTER_TYPE_DOUBLE: fputs("(double) ", out); break;
    case REDISCLUSTER_TYPE_FAILURE:
        fputs("(failure) ", out);
        rediscluster_print_child(out, reply, at, 1, indent);
        return;
    case REDISCLUSTER_TYPE_ATTRIBUTE:
        if (value.length) rediscluster_print_child(out, reply, at, value.length - 1, indent);
        return;
    case REDISCLUSTER_TYPE_MAP: mark = '#', nothing = empty[1]; break;
    case REDISCLUSTER_TYPE_SET: mark = '~', nothing = empty[2]; break;
    case REDISCLUSTER_TYPE_PUSH: mark = '>', nothing = empty[3]; break;
    default: break;
    }
    if (value.bytes) fwrite(value.bytes, 1, value.length, out);
    else if (value.length) rediscluster_print_children(out, reply, at, mark, mark == '#' ? value.length / 2 : value.length, indent);
    else fputs(nothing, out);
}

/* Prints a value and a newline. */
static inline void rediscluster_print(FILE *out, const rediscluster_reply *reply, size_t at) {
    rediscluster_print_value(out, reply, at, 0);
    fputc('\n', out);
}

#endif
