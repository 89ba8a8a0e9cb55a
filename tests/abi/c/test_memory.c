/* A hundred rounds of everything that allocates do not increase the memory of the process. */
#include <unistd.h>

#include "cluster.h"
#include "server.h"

#define KEYS 50000 /* SET and GET of each: a pipeline of 100,000 */
#define LARGE ((size_t)64 << 20)

static rediscluster *cluster;
static request set_and_get, mset, mget, lrange;
static char *large;

/* The resident memory of this process, in bytes. */
static long resident(void) {
    long all = 0, pages = 0;
    FILE *statm = fopen("/proc/self/statm", "r");
    if (!statm || fscanf(statm, "%ld %ld", &all, &pages) != 2) abort();
    fclose(statm);
    return pages * sysconf(_SC_PAGESIZE);
}

static void prepare(void) {
    char key[32];
    int i;
    request push = {NULL, 0, 0};
    request_begin(&mset, 1 + 2 * KEYS);
    request_word(&mset, "MSET", 4);
    request_begin(&mget, 1 + KEYS);
    request_word(&mget, "MGET", 4);
    request_begin(&push, 2 + KEYS);
    request_word(&push, "RPUSH", 5);
    request_word(&push, "memory:list", 11);
    for (i = 0; i < KEYS; i++) {
        size_t length = (size_t)sprintf(key, "memory:%d", i);
        request_add(&set_and_get, "SET", key, key, NULL);
        request_add(&set_and_get, "GET", key, NULL);
        request_word(&mset, key, length);
        request_word(&mset, key, length);
        request_word(&mget, key, length);
        request_word(&push, key, length);
    }
    request_add(&lrange, "LRANGE", "memory:list", "0", "-1", NULL);
    rediscluster_reply_free(cluster_command(cluster, "DEL", "memory:list", NULL));
    rediscluster_reply_free(cluster_execute(cluster, &push));
    request_free(&push);
    large = (char *)malloc(LARGE + 1);
    if (!large) abort();
    memset(large, 'x', LARGE);
    large[LARGE] = 0;
}

static void clean(void) {
    request del = {NULL, 0, 0};
    char key[32];
    int i;
    request_add(&del, "DEL", "memory:list", "memory:large", NULL);
    for (i = 0; i < KEYS; i++) {
        sprintf(key, "memory:%d", i);
        request_add(&del, "DEL", key, NULL);
    }
    rediscluster_reply_free(cluster_execute(cluster, &del));
    request_free(&del);
    request_free(&set_and_get);
    request_free(&mset);
    request_free(&mget);
    request_free(&lrange);
    free(large);
}

static void run(const request *commands, size_t replies) {
    rediscluster_reply *reply = cluster_execute(cluster, commands);
    CHECK_INT(cluster_value_at(reply, 0).length, replies);
    rediscluster_reply_free(reply);
}

/* A refused connection, as failed replies and as a failed call; an invalid configuration. */
static void fail(int dead_port) {
    const char *get[] = {"GET", "foo"};
    rediscluster *dead = cluster_open_of(&dead_port, 1, ""), *none = NULL;
    rediscluster_reply *reply = NULL;
    rediscluster_error *error = NULL, *failure = NULL;
    reply = cluster_execute(dead, &lrange);
    CHECK_INT(rediscluster_reply_failure(reply, 1, &failure, NULL), REDISCLUSTER_OK);
    rediscluster_error_free(failure);
    rediscluster_reply_free(reply);
    CHECK_FAILS(rediscluster_command(dead, 2, get, NULL, &reply, &error), REDISCLUSTER_ERROR_CONNECT);
    CHECK_FAILS(rediscluster_open("{\"nodes\":{\"node_1\":7}}", 22, &none, &error), REDISCLUSTER_ERROR_CONFIG);
    rediscluster_close(dead);
}

static void value(void) {
    rediscluster_reply *reply;
    rediscluster_reply_free(cluster_command(cluster, "SET", "memory:large", large, NULL));
    reply = cluster_command(cluster, "GET", "memory:large", NULL);
    CHECK_INT(cluster_value_at(reply, 0).length, LARGE);
    rediscluster_reply_free(reply);
}

static void rounds(int count, int dead_port) {
    int i;
    for (i = 0; i < count; i++) {
        run(&set_and_get, 2 * KEYS);
        run(&mset, 1);
        run(&mget, 1);
        run(&lrange, 1);
        if (i % 5 == 0) value();
        fail(dead_port);
    }
}

int main(void) {
    int socket, dead_port = server_dead_port(&socket);
    long warm, halfway, first, second;
    cluster = cluster_open(cluster_config());
    prepare();
    rounds(10, dead_port);
    warm = resident();
    rounds(50, dead_port);
    halfway = resident();
    first = halfway - warm;
    rounds(50, dead_port);
    second = resident() - halfway;
    /* Replies that are never freed would be megabytes a round. The allocator itself wavers by one or two in all, and once in a while keeps as much
     * as one large value, but not again and again. */
    if (!CHECK(first < 8 << 20 || second < 8 << 20)) {
        fprintf(stderr, "  grown by %ld and by %ld bytes over %ld in 50 rounds each\n", first, second, warm);
    }
    clean();
    rediscluster_close(cluster);
    close(socket);
    return check_done();
}
