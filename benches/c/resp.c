#include "resp.h"

#include <stdlib.h>
#include <string.h>

#include "bench.h"

enum { MAX_HEADER = 24 }; /* a type byte, 20 digits, CRLF */

static void reserve(resp *request, size_t more) {
  if (request->length + more <= request->capacity) return;
  request->capacity = 2 * (request->length + more);
  request->bytes = realloc(request->bytes, request->capacity);
  bench_require(request->bytes != NULL, "out of memory");
}

static void append(resp *request, const char *bytes, size_t length) {
  memcpy(request->bytes + request->length, bytes, length);
  request->length += length;
}

static void header(resp *request, char type, size_t number) {
  char *end = request->bytes + request->length;
  if (number < 10) { /* the usual case needs no division */
    end[0] = type;
    end[1] = (char)('0' + number);
    end[2] = '\r';
    end[3] = '\n';
    request->length += 4;
    return;
  }
  char digits[MAX_HEADER];
  size_t at = sizeof digits;
  digits[--at] = '\n';
  digits[--at] = '\r';
  do digits[--at] = (char)('0' + number % 10);
  while (number /= 10);
  digits[--at] = type;
  append(request, digits + at, sizeof digits - at);
}

void resp_clear(resp *request) {
  request->length = 0;
}

void resp_array(resp *request, size_t count) {
  reserve(request, MAX_HEADER);
  header(request, '*', count);
}

void resp_bulk(resp *request, const char *bytes, size_t length) {
  reserve(request, MAX_HEADER + length + 2);
  header(request, '$', length);
  append(request, bytes, length);
  append(request, "\r\n", 2);
}

void resp_append(resp *request, const char *bytes, size_t length) {
  reserve(request, length);
  append(request, bytes, length);
}

void resp_free(resp *request) {
  free(request->bytes);
  *request = (resp){0};
}
