/* Encodes requests as RESP, as a binding does before it calls rediscluster_execute. */
#ifndef RESP_H
#define RESP_H

#include <stddef.h>

typedef struct resp {
  char *bytes;
  size_t length, capacity;
} resp;

void resp_clear(resp *request); /* keeps the capacity */
void resp_array(resp *request, size_t count);
void resp_bulk(resp *request, const char *bytes, size_t length);
void resp_append(resp *request, const char *bytes, size_t length); /* bytes that are RESP */
void resp_free(resp *request);

#endif
