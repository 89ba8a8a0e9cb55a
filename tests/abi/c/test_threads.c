/* Sixteen threads on one handle, and on one reply. */
#include <pthread.h>

#include "work.h"

#define THREADS 16

typedef struct worker {
    pthread_t thread;
    const rediscluster *cluster;
    const rediscluster_reply *shared;
    int number, rounds;
} worker;

static void *run(void *argument) {
    worker *self = (worker *)argument;
    char name[16];
    size_t nth;
    sprintf(name, "thread%d", self->number);
    work(self->cluster, name, self->rounds);
    for (nth = 0; nth < 3; nth++) CHECK_INTEGER(self->shared, cluster_child(self->shared, 0, nth), (int64_t)nth + 1);
    return NULL;
}

static void test_threads(const char *options, int rounds) {
    worker workers[THREADS];
    int i, ports[64];
    size_t nodes = cluster_ports(ports, 64);
    rediscluster *cluster = cluster_open_of(ports, nodes, options);
    rediscluster_reply *shared = cluster_command(cluster, "EVAL", "return {1, 2, 3}", "1", "work:shared", NULL);
    for (i = 0; i < THREADS; i++) {
        workers[i].cluster = cluster;
        workers[i].shared = shared;
        workers[i].number = i;
        workers[i].rounds = rounds;
        if (pthread_create(&workers[i].thread, NULL, run, &workers[i]) != 0) abort();
    }
    for (i = 0; i < THREADS; i++) pthread_join(workers[i].thread, NULL);
    rediscluster_reply_free(shared);
    rediscluster_close(cluster);
}

/* Threads that open and close the shared handle at the same time. */
static void *open_and_close(void *argument) {
    const char *config = cluster_config();
    int i;
    (void)argument;
    for (i = 0; i < 50; i++) {
        rediscluster *cluster = NULL;
        rediscluster_reply *reply;
        CHECK_INT(rediscluster_open_shared(config, strlen(config), &cluster, NULL), REDISCLUSTER_OK);
        reply = cluster_command(cluster, "EXISTS", "work:none", NULL);
        CHECK_INTEGER(reply, 0, 0);
        rediscluster_reply_free(reply);
        rediscluster_close(cluster);
    }
    return NULL;
}

static void test_shared(void) {
    pthread_t threads[THREADS];
    int i;
    for (i = 0; i < THREADS; i++)
        if (pthread_create(&threads[i], NULL, open_and_close, NULL) != 0) abort();
    for (i = 0; i < THREADS; i++) pthread_join(threads[i], NULL);
}

int main(void) {
    test_threads("", 300);
    test_threads(",\"pool_size\":16", 100); /* exactly one connection per thread */
    test_shared();
    return check_done();
}
