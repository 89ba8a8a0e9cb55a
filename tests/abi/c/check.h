/* The checks of the C tests. A failed check prints file:line and the values, and the test continues (only the first
 * failures are printed); check_done() prints "N passed, N failed" and returns the exit status of main. Checks can run
 * on any thread. */
#ifndef CHECK_H
#define CHECK_H

#include <stddef.h>
#include <stdio.h>
#include <string.h>

#define CHECK(condition) check_true((condition) != 0, #condition, __FILE__, __LINE__)
#define CHECK_INT(actual, expected) check_int((long long)(actual), (long long)(expected), #actual, __FILE__, __LINE__)
#define CHECK_TEXT(actual, expected) check_text((actual), (expected), #actual, __FILE__, __LINE__)
#define CHECK_BYTES(actual, length, expected, expected_length) \
    check_bytes((actual), (length), (expected), (expected_length), #actual, __FILE__, __LINE__)

#define CHECK_PRINTED 50 /* failures at most */

static long check_passed, check_failed;

/* Counts one check. Returns true if it failed and file:line was printed; then the caller prints the values. */
static inline int check_fails(int passed, const char *what, const char *file, int line) {
    long before = __sync_fetch_and_add(passed ? &check_passed : &check_failed, 1);
    int printed = !passed && before < CHECK_PRINTED;
    if (printed) fprintf(stderr, "%s:%d: %s", file, line, what);
    return printed;
}

static inline int check_true(int condition, const char *what, const char *file, int line) {
    if (check_fails(condition, what, file, line)) fprintf(stderr, " is false\n");
    return condition;
}

static inline int check_int(long long actual, long long expected, const char *what, const char *file, int line) {
    int equal = actual == expected;
    if (check_fails(equal, what, file, line)) fprintf(stderr, " is %lld instead of %lld\n", actual, expected);
    return equal;
}

/* NULL equals only NULL. */
static inline int check_text(const char *actual, const char *expected, const char *what, const char *file, int line) {
    int equal = actual && expected ? strcmp(actual, expected) == 0 : actual == expected;
    if (check_fails(equal, what, file, line))
        fprintf(stderr, " is \"%s\" instead of \"%s\"\n", actual ? actual : "(NULL)", expected ? expected : "(NULL)");
    return equal;
}

/* Prints the first bytes of a value with any bytes and any length. */
static inline void check_print_bytes(const unsigned char *bytes, size_t length) {
    size_t i, shown = length < 32 ? length : 32;
    fputc('"', stderr);
    for (i = 0; bytes && i < shown; i++) {
        if (bytes[i] < 0x20 || bytes[i] > 0x7e) fprintf(stderr, "\\x%02x", bytes[i]);
        else fputc(bytes[i], stderr);
    }
    fprintf(stderr, "\"%s (%lu bytes)", shown < length ? "..." : "", (unsigned long)length);
}

static inline int check_bytes(const void *actual, size_t length, const void *expected, size_t expected_length,
                              const char *what, const char *file, int line) {
    int equal = length == expected_length && (length == 0 || (actual && memcmp(actual, expected, length) == 0));
    if (check_fails(equal, what, file, line)) {
        fprintf(stderr, " is ");
        check_print_bytes((const unsigned char *)actual, length);
        fprintf(stderr, " instead of ");
        check_print_bytes((const unsigned char *)expected, expected_length);
        fputc('\n', stderr);
    }
    return equal;
}

static inline int check_done(void) {
    printf("%ld passed, %ld failed\n", check_passed, check_failed);
    return check_failed != 0;
}

#endif
