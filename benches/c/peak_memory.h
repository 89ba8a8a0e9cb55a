/* Measures the peak memory of a call, each time in a new process. */
#ifndef PEAK_MEMORY_H
#define PEAK_MEMORY_H

#include <rediscluster.h>

/* The call to measure. It runs first with full_size 0, on a small value, so that connections and caches exist; then with full_size 1.
 * Returns the size of the reply in MiB, -1 if the library refuses the command, or 0 if the size is not used. */
typedef double (*peak_function)(int full_size);

/* Returns the peak of the resident memory during the call minus the memory before it, in MiB. */
double peak_of(peak_function function);
/* Prints the peaks of both functions. The target of ours is twice the size of the reply. */
void peak_compare_to_reply(const char *name, peak_function ours, peak_function peer);
/* Returns the size of the bytes and the index of a reply in MiB, or -1 for NULL. */
double peak_reply_size(const rediscluster_reply *reply);
/* Runs prepare in a process of its own, so that its memory does not count. */
void peak_prepare(void (*prepare)(void));

#endif
