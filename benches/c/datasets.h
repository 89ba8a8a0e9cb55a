/* Data for the measurements. It is random and the same in every run. */
#ifndef DATASETS_H
#define DATASETS_H

#include "hiredis_commands.h"

enum { MEMBER_LENGTH = 16, NUMBERED_KEY_SIZE = 32 };

/* Replaces the key by a set of the members first, first + 1 … of one random sequence. */
void store_set(located_key at, size_t first, size_t count);
/* The same for a sorted set with scores below 1,000,000, written with the given number of decimals. */
void store_sorted_set(located_key at, size_t first, size_t count, int decimals);

/* Stores the keys prefix:0000000, prefix:0000001 … on their nodes, with values of length bytes. */
void store_keys(const hiredis_nodes *nodes, const char *prefix, size_t count, size_t length);
void numbered_key(char text[NUMBERED_KEY_SIZE], const char *prefix, size_t number);

void fill_random(char *bytes, size_t length, uint64_t seed);

#endif
