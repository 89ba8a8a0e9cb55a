/* Runs the commands that it is told to run: a worker of the test network_chaos.
 *
 *     worker FIFOS THREADS
 *
 * Thread N reads lines from FIFOS.N.in, `DEADLINE_MS WORD...` (0: no deadline), and writes a line to FIFOS.N.out for each:
 * `KIND EXECUTED MICROSECONDS TEXT`. KIND is v for a value, e for an error reply, f for a call without a reply. The time is that of the call.
 * Elements of an array are separated by spaces, nil is (nil).
 */
#define _POSIX_C_SOURCE 200809L
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <rediscluster.h>

#define WORDS 64

static rediscluster *cluster;
static const char *fifos;

static void die(const char *what) {
    fprintf(stderr, "%s\n", what);
    exit(1);
}

static FILE *open_fifo(long thread, const char *end, const char *mode) {
    char path[4096];
    FILE *file;
    snprintf(path, sizeof path, "%s.%ld.%s", fifos, thread, end);
    file = fopen(path, mode);
    if (!file) die(path);
    return file;
}

static long long now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (long long)time.tv_sec * 1000000 + time.tv_nsec / 1000;
}

static void print_value(FILE *out, const rediscluster_reply *reply, size_t at) {
    rediscluster_value value;
    size_t i;
    if (rediscluster_reply_value(reply, at, &value, NULL) != REDISCLUSTER_OK) die("an inconsistent reply");
    if (value.type == REDISCLUSTER_TYPE_INTEGER) {
        fprintf(out, "%lld", (long long)value.integer);
    } else if (value.type == REDISCLUSTER_TYPE_ARRAY) {
        for (i = 0, at++; i < value.length; i++) {
            rediscluster_value element;
            if (i) fputc(' ', out);
            print_value(out, reply, at);
            if (rediscluster_reply_value(reply, at, &element, NULL) != REDISCLUSTER_OK) die("an inconsistent reply");
            at = element.next;
        }
    } else if (value.bytes) {
        fwrite(value.bytes, 1, value.length, out);
    } else {
        fputs("(nil)", out);
    }
}

static void run(FILE *out, unsigned long long deadline, size_t count, const char **words) {
    rediscluster *limited = NULL;
    rediscluster_reply *reply = NULL;
    rediscluster_error *error = NULL;
    rediscluster_value root;
    long long start, took;
    if (deadline && rediscluster_with_deadline(cluster, deadline, &limited, NULL) != REDISCLUSTER_OK) die("with_deadline");
    start = now();
    if (rediscluster_command(limited ? limited : cluster, count, words, NULL, &reply, &error) != REDISCLUSTER_OK) {
        took = now() - start;
        fprintf(out, "f %d %lld %s\n", (int)rediscluster_error_executed(error), took, rediscluster_error_message(error));
    } else {
        took = now() - start;
        if (rediscluster_reply_value(reply, 0, &root, NULL) != REDISCLUSTER_OK) die("an inconsistent reply");
        fprintf(out, "%c 1 %lld ", root.type == REDISCLUSTER_TYPE_ERROR ? 'e' : 'v', took);
        print_value(out, reply, 0);
        fputc('\n', out);
    }
    fflush(out);
    rediscluster_error_free(error);
    rediscluster_reply_free(reply);
    rediscluster_close(limited);
}

static void *work(void *number) {
    FILE *in = open_fifo((long)number, "in", "r"), *out = open_fifo((long)number, "out", "w");
    char *line = NULL;
    size_t room = 0;
    while (getline(&line, &room, in) > 0) {
        const char *words[WORDS];
        char *rest = NULL;
        unsigned long long deadline = strtoull(strtok_r(line, " \n", &rest), NULL, 10);
        size_t count = 0;
        while (count < WORDS && (words[count] = strtok_r(NULL, " \n", &rest))) count++;
        run(out, deadline, count, words);
    }
    free(line);
    fclose(in);
    fclose(out);
    return NULL;
}

int main(int argc, char **argv) {
    const char *config = getenv("REDISCLUSTER_CONFIG");
    pthread_t threads[16];
    long i, count = argc == 3 ? atol(argv[2]) : 0;
    rediscluster_error *error = NULL;
    if (!config || count < 1 || count > 16) die("usage: REDISCLUSTER_CONFIG=... worker FIFOS THREADS");
    fifos = argv[1];
    if (rediscluster_open(config, strlen(config), &cluster, &error) != REDISCLUSTER_OK) die(rediscluster_error_message(error));
    for (i = 0; i < count; i++)
        if (pthread_create(&threads[i], NULL, work, (void *)i) != 0) die("pthread_create");
    for (i = 0; i < count; i++) pthread_join(threads[i], NULL);
    rediscluster_close(cluster);
    return 0;
}
