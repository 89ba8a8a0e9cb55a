/* Peak memory of a call, each time in a fresh process. */
#ifndef PEAK_H
#define PEAK_H

#include <rediscluster.h>

/* A side of a measurement: with whole 0 it connects and does the same on next to nothing, so that what is filled once is filled; then it is
 * called again with whole 1. Answers a size that the measurement is about, or 0. */
typedef double (*peak_side)(int whole);

/* What the call needed at its peak above what the process had before it, in MiB. */
double peak_of(peak_side side);
/* Prints the peaks of both sides. Ours answers the size of a reply: twice that is asked. It answers -1 for what the library refuses. */
void peak_compare_to_reply(const char *name, peak_side ours, peak_side peer);
/* Bytes and index of a reply, in MiB; -1 for NULL. */
double peak_reply_size(const rediscluster_reply *reply);
/* For what shall not be in the memory of later measurements: it runs in a process of its own. */
void peak_prepare(void (*prepare)(void));

#endif
