/* Arguments of a command from a printf-style format, or from argc and argv, and commands as RESP. Header only; C99 or C++11.
 *
 * The format has the meaning that it has in hiredis: blanks separate arguments, and these conversions insert a part of one, with any bytes:
 *
 *     %s       const char *, up to its NUL                  %b   const void * and size_t
 *     %d %i    int (%hd short, %ld long, %lld long long)    %u %o %x %X   the same, unsigned (%llu, %lx ...)
 *     %f %g %e %a (and in capitals)   double                %%   a percent sign
 *
 * Numbers may have flags, a width and a precision, as in printf, but no `*`. An inserted text is never split at blanks: "SET key:%d %s" has three
 * arguments, whatever the text is. A conversion that is not in the table, a format without an argument, and lack of memory are errors.
 */
#ifndef REDISCLUSTER_ARGS_H
#define REDISCLUSTER_ARGS_H

#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rediscluster.h>

#define REDISCLUSTER_ARGS_BYTES 256 /* that need no allocation */
#define REDISCLUSTER_ARGS_COUNT 16  /* likewise */

/* The arguments of one command. They belong to this object, which must not be moved in memory. */
typedef struct rediscluster_args {
    char *bytes;
    size_t length, capacity;
    size_t *lengths;
    size_t count, room;
    const char *problem; /* a constant text, or NULL */
    char own_bytes[REDISCLUSTER_ARGS_BYTES];
    size_t own_lengths[REDISCLUSTER_ARGS_COUNT];
} rediscluster_args;

/* Begins without arguments. rediscluster_args_free must follow. */
static inline void rediscluster_args_init(rediscluster_args *args) {
    args->bytes = args->own_bytes;
    args->length = 0;
    args->capacity = sizeof args->own_bytes;
    args->lengths = args->own_lengths;
    args->count = 0;
    args->room = REDISCLUSTER_ARGS_COUNT;
    args->problem = NULL;
}

static inline void rediscluster_args_free(rediscluster_args *args) {
    if (args->bytes != args->own_bytes) free(args->bytes);
    if (args->lengths != args->own_lengths) free(args->lengths);
    rediscluster_args_init(args);
}

/* More memory for an array that may be inside of its owner. Returns NULL, and leaves the old one, if there is none. */
static inline void *rediscluster_args_grow(void *old, const void *own, size_t used, size_t wanted) {
    void *larger;
    if (old != own) return realloc(old, wanted);
    larger = malloc(wanted);
    if (larger) memcpy(larger, old, used);
    return larger;
}

/* Appends bytes to the argument that is being made. */
static inline void rediscluster_args_bytes(rediscluster_args *args, const void *bytes, size_t length) {
    if (args->capacity - args->length < length) {
        size_t wanted = (args->length + length) * 2;
        char *larger = wanted / 2 < length ? NULL : (char *)rediscluster_args_grow(args->bytes, args->own_bytes, args->length, wanted);
        if (!larger) {
            args->problem = "no memory for the arguments";
            return;
        }
        args->bytes = larger;
        args->capacity = wanted;
    }
    if (length) memcpy(args->bytes + args->length, bytes, length);
    args->length += length;
}

/* Ends the argument that began at this offset. */
static inline void rediscluster_args_end(rediscluster_args *args, size_t start) {
    if (args->count == args->room) {
        size_t *larger = (size_t *)rediscluster_args_grow(args->lengths, args->own_lengths, args->count * sizeof *args->lengths,
                                                          args->room * 2 * sizeof *args->lengths);
        if (!larger) {
            args->problem = "no memory for the arguments";
            return;
        }
        args->lengths = larger;
        args->room *= 2;
    }
    args->lengths[args->count++] = args->length - start;
}

/* What `list` is inside of, so that a function can take arguments from it. */
typedef struct rediscluster_args_list {
    va_list list;
} rediscluster_args_list;

/* Inserts a number. `spec` is from the percent sign to the conversion, which is the last of its `length` characters. */
static inline void rediscluster_args_number(rediscluster_args *args, const char *spec, size_t length, rediscluster_args_list *from) {
    char format[32], stack[512], *text = stack;
    char conversion = spec[length - 1], size = 0;
    int twice, written = -1;
    size_t digits = length - 1;
    if (length + 3 > sizeof format) {
        args->problem = "a conversion is too long";
        return;
    }
    while (digits > 1 && (spec[digits - 1] == 'h' || spec[digits - 1] == 'l')) size = spec[--digits];
    twice = length - 1 - digits == 2;
    memcpy(format, spec, digits);
    sprintf(format + digits, "%s%c", strchr("diouxX", conversion) ? "ll" : "", conversion);
    if (length - 1 - digits > 2 || (size && !strchr("diouxX", conversion))) {
        args->problem = "a conversion has a bad size";
    } else if (strchr("di", conversion)) {
        long long number = size != 'l' ? va_arg(from->list, int) : twice ? va_arg(from->list, long long) : va_arg(from->list, long);
        if (size == 'h') number = twice ? (long long)(signed char)number : (long long)(short)number;
        written = snprintf(text, sizeof stack, format, number);
    } else if (strchr("ouxX", conversion)) {
        unsigned long long number = size != 'l' ? va_arg(from->list, unsigned)
                                    : twice     ? va_arg(from->list, unsigned long long)
                                                : va_arg(from->list, unsigned long);
        if (size == 'h') number = twice ? (unsigned long long)(unsigned char)number : (unsigned long long)(unsigned short)number;
        written = snprintf(text, sizeof stack, format, number);
    } else {
        written = snprintf(text, sizeof stack, format, va_arg(from->list, double));
    }
    if (args->problem) return;
    if (written < 0 || (size_t)written >= sizeof stack) args->problem = "a number is too long";
    else rediscluster_args_bytes(args, text, (size_t)written);
}

/* Inserts what the conversion at `spec` says. Returns the number of its characters; 0 if it is not valid. */
static inline size_t rediscluster_args_conversion(rediscluster_args *args, const char *spec, rediscluster_args_list *from) {
    size_t length = 1;
    if (spec[1] == '%') {
        rediscluster_args_bytes(args, "%", 1);
        return 2;
    }
    if (spec[1] == 's') {
        const char *text = va_arg(from->list, const char *);
        if (text) rediscluster_args_bytes(args, text, strlen(text));
        else args->problem = "%s is NULL";
        return 2;
    }
    if (spec[1] == 'b') {
        const void *bytes = va_arg(from->list, const void *);
        rediscluster_args_bytes(args, bytes, va_arg(from->list, size_t));
        return 2;
    }
    length += strspn(spec + length, "#0-+ ");
    length += strspn(spec + length, "0123456789");
    if (spec[length] == '.') length += 1 + strspn(spec + length + 1, "0123456789");
    length += strspn(spec + length, "hl");
    if (!spec[length] || !strchr("diouxXeEfFgGaA", spec[length])) {
        args->problem = "the format has an unknown conversion";
        return 0;
    }
    rediscluster_args_number(args, spec, length + 1, from);
    return length + 1;
}

/* Appends the arguments of a format. Returns 0, or -1: then args->problem says why. */
static inline int rediscluster_args_vformat(rediscluster_args *args, const char *format, va_list list) {
    rediscluster_args_list from;
    size_t start = args->length, length, plain;
    int inside = 0; /* an argument has begun, which may be empty */
    va_copy(from.list, list);
    while (*format && !args->problem) {
        if (*format == ' ') {
            if (inside) rediscluster_args_end(args, start);
            start = args->length;
            inside = 0;
            format++;
            continue;
        }
        inside = 1;
        if (*format == '%') {
            length = rediscluster_args_conversion(args, format, &from);
            format += length;
        } else {
            plain = strcspn(format, " %");
            rediscluster_args_bytes(args, format, plain);
            format += plain;
        }
    }
    va_end(from.list);
    if (inside && !args->problem) rediscluster_args_end(args, start);
    if (!args->count && !args->problem) args->problem = "the format has no argument";
    return args->problem ? -1 : 0;
}

/* Appends `argc` arguments; if `argvlen` is NULL they are NUL-terminated. Returns 0, or -1: then args->problem says why. */
static inline int rediscluster_args_argv(rediscluster_args *args, size_t argc, const char *const *argv, const size_t *argvlen) {
    size_t i, start;
    if (!argc) args->problem = "a command without arguments";
    for (i = 0; i < argc && !args->problem; i++) {
        start = args->length;
        rediscluster_args_bytes(args, argv[i], argvlen ? argvlen[i] : strlen(argv[i]));
        if (!args->problem) rediscluster_args_end(args, start);
    }
    return args->problem ? -1 : 0;
}

/* Commands as RESP. It begins as all zeros ({0}), and rediscluster_request_free ends it. */
typedef struct rediscluster_request {
    char *bytes;
    size_t length, capacity;
    size_t commands;
} rediscluster_request;

static inline void rediscluster_request_free(rediscluster_request *request) {
    free(request->bytes);
    memset(request, 0, sizeof *request);
}

/* Appends a number after a letter. There must be room. */
static inline void rediscluster_request_header(rediscluster_request *request, char letter, size_t number) {
    char digits[24], *first = digits + sizeof digits;
    *--first = '\n';
    *--first = '\r';
    do *--first = (char)('0' + number % 10);
    while ((number /= 10) > 0);
    *--first = letter;
    memcpy(request->bytes + request->length, first, (size_t)(digits + sizeof digits - first));
    request->length += (size_t)(digits + sizeof digits - first);
}

/* Appends a command. Returns 0, or -1 without memory; then nothing was appended. */
static inline int rediscluster_request_add(rediscluster_request *request, const rediscluster_args *args) {
    size_t i, wanted = request->length + args->length + 26 * (args->count + 1);
    const char *argument = args->bytes;
    if (wanted > request->capacity) {
        char *larger = (char *)realloc(request->bytes, wanted * 2);
        if (!larger) return -1;
        request->bytes = larger;
        request->capacity = wanted * 2;
    }
    rediscluster_request_header(request, '*', args->count);
    for (i = 0; i < args->count; argument += args->lengths[i++]) {
        rediscluster_request_header(request, '$', args->lengths[i]);
        if (args->lengths[i]) memcpy(request->bytes + request->length, argument, args->lengths[i]);
        request->length += args->lengths[i];
        memcpy(request->bytes + request->length, "\r\n", 2);
        request->length += 2;
    }
    request->commands++;
    return 0;
}

/* Makes an error of a problem with arguments. */
static inline rediscluster_status rediscluster_args_fail(const char *problem, rediscluster_error **error) {
    if (error) *error = rediscluster_error_create(REDISCLUSTER_ERROR_ARGUMENT, problem, strlen(problem));
    return REDISCLUSTER_ERROR_ARGUMENT;
}

/* Appends the command of a format to a request; on failure nothing is appended. This only formats: nothing is sent. */
static inline rediscluster_status rediscluster_request_vformat(rediscluster_request *request, rediscluster_error **error, const char *format,
                                                               va_list list) {
    rediscluster_args args;
    rediscluster_status status = REDISCLUSTER_OK;
    if (error) *error = NULL;
    rediscluster_args_init(&args);
    if (rediscluster_args_vformat(&args, format, list) != 0) status = rediscluster_args_fail(args.problem, error);
    else if (rediscluster_request_add(request, &args) != 0) status = rediscluster_args_fail("no memory for the request", error);
    rediscluster_args_free(&args);
    return status;
}

/* Like rediscluster_request_vformat, with the arguments of the format in the call. */
static inline rediscluster_status rediscluster_request_format(rediscluster_request *request, rediscluster_error **error, const char *format, ...) {
    rediscluster_status status;
    va_list list;
    va_start(list, format);
    status = rediscluster_request_vformat(request, error, format, list);
    va_end(list);
    return status;
}

/* Appends a command of `argc` arguments to a request; if `argvlen` is NULL they are NUL-terminated. */
static inline rediscluster_status rediscluster_request_argv(rediscluster_request *request, size_t argc, const char *const *argv,
                                                            const size_t *argvlen, rediscluster_error **error) {
    rediscluster_args args;
    rediscluster_status status = REDISCLUSTER_OK;
    if (error) *error = NULL;
    rediscluster_args_init(&args);
    if (rediscluster_args_argv(&args, argc, argv, argvlen) != 0) status = rediscluster_args_fail(args.problem, error);
    else if (rediscluster_request_add(request, &args) != 0) status = rediscluster_args_fail("no memory for the request", error);
    rediscluster_args_free(&args);
    return status;
}

#endif
