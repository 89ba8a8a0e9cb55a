/* Parent and children use one handle at the same time: each process has its own connections, none receives another's
 * replies, and a child that exits affects no other process. An alarm ends a child that hangs and fails the test. */
#include <pthread.h>
#include <sys/wait.h>
#include <unistd.h>

#include "work.h"

#define MOST_NODES 16
#define SECONDS_OF_A_CHILD 30

static rediscluster *cluster;
static size_t nodes;

/* The ID of the connection of this process to every node. */
static void client_ids(int64_t *ids) {
    request command = {NULL, 0, 0};
    rediscluster_reply *reply;
    size_t node;
    request_add(&command, "CLIENT", "ID", NULL);
    reply = cluster_each(cluster, &command);
    for (node = 0; node < nodes; node++) {
        ids[node] = cluster_value_at(reply, 2 + 2 * node).integer;
        CHECK(ids[node] > 0);
    }
    rediscluster_reply_free(reply);
    request_free(&command);
}

/* How many of these connections, one per node, are open on the servers. */
static int connected(const int64_t *ids) {
    request command = {NULL, 0, 0};
    rediscluster_reply *reply;
    size_t node;
    int found = 0;
    request_add(&command, "CLIENT", "LIST", NULL);
    reply = cluster_each(cluster, &command);
    for (node = 0; node < nodes; node++) {
        rediscluster_value list = cluster_value_at(reply, 2 + 2 * node);
        char id[32], *text = (char *)malloc(list.length + 1);
        if (!text) abort();
        memcpy(text, list.bytes, list.length);
        text[list.length] = 0;
        sprintf(id, "id=%lld ", (long long)ids[node]);
        found += strncmp(text, id, strlen(id)) == 0;
        sprintf(id, "\nid=%lld ", (long long)ids[node]);
        found += strstr(text, id) != NULL;
        free(text);
    }
    rediscluster_reply_free(reply);
    request_free(&command);
    return found;
}

/* Forks a child with its own count of failed checks. */
static pid_t start_child(void) {
    pid_t child = fork();
    if (child < 0) abort();
    if (child == 0) {
        check_failed = 0;
        alarm(SECONDS_OF_A_CHILD);
    }
    return child;
}

/* Ends a child with _exit, optionally after closing the handle. */
static void end_child(int close_first) {
    if (close_first) rediscluster_close(cluster);
    _exit(check_failed != 0);
}

static void wait_for(pid_t child) {
    int status = 0;
    CHECK_INT(waitpid(child, &status, 0), child);
    CHECK_INT(status, 0);
}

static void work_in_child(const char *name, int generations, int rounds) {
    char own[64];
    pid_t grandchild = 0;
    sprintf(own, "%s:%d", name, (int)getpid());
    if (generations > 1) {
        work(cluster, own, 1); /* so that the grandchild inherits connections of two processes */
        grandchild = start_child();
        if (grandchild == 0) {
            work_in_child(name, generations - 1, rounds);
            end_child(rounds & 1);
        }
    }
    work(cluster, own, rounds);
    if (grandchild) wait_for(grandchild);
}

static void test_own_connections(int close_first) {
    int64_t before[MOST_NODES], after[MOST_NODES], childs[MOST_NODES];
    int to_parent[2], to_child[2];
    size_t node;
    char byte = 0;
    pid_t child;
    if (pipe(to_parent) != 0 || pipe(to_child) != 0) abort();
    client_ids(before);
    child = start_child();
    if (child == 0) {
        client_ids(childs);
        if (write(to_parent[1], childs, sizeof childs) != (ssize_t)sizeof childs) abort();
        if (read(to_child[0], &byte, 1) != 1) abort();
        end_child(close_first);
    }
    work(cluster, "parent", 5);
    if (read(to_parent[0], childs, sizeof childs) != (ssize_t)sizeof childs) abort();
    for (node = 0; node < nodes; node++) CHECK(childs[node] != before[node]);
    CHECK_INT(connected(childs), nodes);
    CHECK_INT(connected(before), nodes);
    if (write(to_child[1], &byte, 1) != 1) abort();
    wait_for(child);
    client_ids(after);
    CHECK(memcmp(before, after, nodes * sizeof *before) == 0);
    work(cluster, "parent", 5);
    for (node = 0; node < 2; node++) {
        close(to_parent[node]);
        close(to_child[node]);
    }
}

/* Parent, children and grandchildren work at the same time. */
static void test_at_the_same_time(void) {
    pid_t children[8];
    int i;
    for (i = 0; i < 8; i++) {
        children[i] = start_child();
        if (children[i] == 0) {
            work_in_child("child", 1 + i % 3, 30);
            end_child(i & 1);
        }
    }
    work(cluster, "parent", 100);
    for (i = 0; i < 8; i++) wait_for(children[i]);
    work(cluster, "parent", 1);
}

#ifndef __SANITIZE_ADDRESS__

static int stop; /* set and read with __atomic */

static void *stay_busy(void *argument) {
    char name[32];
    int round;
    sprintf(name, "busy%d", *(const int *)argument);
    for (round = 0; !__atomic_load_n(&stop, __ATOMIC_RELAXED); round++) work(cluster, name, 1);
    return NULL;
}

/* Threads hold locks and connections, and write and read, at the moment of each fork. Not with AddressSanitizer: one
 * of them may hold the lock of its allocator at that moment, and the lock is then never released in the child. */
static void test_busy_parent(int forks) {
    pthread_t threads[4];
    int i, numbers[4];
    for (i = 0; i < 4; i++) {
        numbers[i] = i;
        if (pthread_create(&threads[i], NULL, stay_busy, &numbers[i]) != 0) abort();
    }
    for (i = 0; i < forks; i++) {
        pid_t child = start_child();
        if (child == 0) {
            work_in_child("forked", i % 5 == 0 ? 2 : 1, 3);
            end_child(i & 1);
        }
        if (i % 4 == 0) work(cluster, "parent", 1);
        wait_for(child);
    }
    __atomic_store_n(&stop, 1, __ATOMIC_RELAXED);
    for (i = 0; i < 4; i++) pthread_join(threads[i], NULL);
}

/* Node 1, which has key 4, works; node 2, which has key 1, refuses connections. Of each process all calls of node 1 succeed; those of node 2 fail, most of them at once. */
static void use_broken(const rediscluster *broken, int rounds) {
    int round, at_once = 0;
    for (round = 0; round < rounds; round++) {
        rediscluster_error *error = NULL;
        rediscluster_reply *reply = NULL;
        request get = {NULL, 0, 0};
        rediscluster_reply_free(cluster_command(broken, "GET", "4", NULL));
        request_add(&get, "GET", "1", NULL);
        CHECK_INT(rediscluster_execute(broken, get.bytes, get.length, &reply, &error), REDISCLUSTER_OK);
        if (reply) {
            rediscluster_value failure = cluster_value_at(reply, cluster_child(reply, 0, 0));
            rediscluster_value text;
            CHECK_INT(failure.type, REDISCLUSTER_TYPE_FAILURE);
            text = cluster_value_at(reply, cluster_child(reply, cluster_child(reply, 0, 0), 1));
            at_once += text.length > 0 && memmem(text.bytes, text.length, "unavailable for ", 16) != NULL;
        }
        rediscluster_reply_free(reply);
        rediscluster_error_free(error);
        request_free(&get);
    }
    CHECK(at_once >= rounds - 4);
}

static rediscluster *broken;

static void *stay_broken(void *argument) {
    (void)argument;
    while (!__atomic_load_n(&stop, __ATOMIC_RELAXED)) use_broken(broken, 10);
    return NULL;
}

/* Threads hold the locks of the breaker, and probe, at the moment of each fork. */
static void test_busy_breaker(int forks, const char *options) {
    pthread_t threads[4];
    int ports[2], i;
    char *config;
    CHECK_INT(cluster_ports(ports, 1), 1);
    ports[1] = 1;
    config = cluster_config_of(ports, 2, options);
    broken = cluster_open(config);
    __atomic_store_n(&stop, 0, __ATOMIC_RELAXED);
    for (i = 0; i < 4; i++)
        if (pthread_create(&threads[i], NULL, stay_broken, NULL) != 0) abort();
    for (i = 0; i < forks; i++) {
        pid_t child = start_child();
        if (child == 0) {
            use_broken(broken, 10);
            end_child(0);
        }
        wait_for(child);
    }
    __atomic_store_n(&stop, 1, __ATOMIC_RELAXED);
    for (i = 0; i < 4; i++) pthread_join(threads[i], NULL);
    rediscluster_close(broken);
    free(config);
}

#endif

/* A handle opened in the parent and first used in the child, and one opened in the child. */
static void test_unused_handle(void) {
    rediscluster *used = cluster;
    pid_t child;
    cluster = cluster_open(cluster_config());
    child = start_child();
    if (child == 0) {
        work(cluster, "first", 3);
        rediscluster_close(cluster);
        cluster = cluster_open(cluster_config());
        work(cluster, "opened", 3);
        end_child(1);
    }
    work(cluster, "unused", 3);
    wait_for(child);
    rediscluster_close(cluster);
    cluster = used;
}

int main(void) {
    int ports[MOST_NODES];
    nodes = cluster_ports(ports, MOST_NODES);
    cluster = cluster_open(cluster_config());
    work(cluster, "parent", 5);
    test_own_connections(0);
    test_own_connections(1);
    test_at_the_same_time();
#ifndef __SANITIZE_ADDRESS__
    test_busy_parent(200);
    test_busy_breaker(100, CLUSTER_LONG_TIMEOUTS);
    test_busy_breaker(100, CLUSTER_LONG_TIMEOUTS ",\"breaker_shared\":true");
#endif
    test_unused_handle();
    rediscluster_close(cluster);
    return check_done();
}
