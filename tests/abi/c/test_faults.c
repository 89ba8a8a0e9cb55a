/* Servers that hang, close the connection, or send malformed or surplus bytes: the error names the node, and the next command succeeds. */
#include "cluster.h"
#include "server.h"
#include <signal.h>
#include <sys/time.h>

#define ANY_FAILURE (-1)

static rediscluster_error *error;

/* A handle without role checks: it sends nothing but commands. */
static rediscluster *open_unasked(const int *ports, size_t count, const char *options) {
    char all[128];
    snprintf(all, sizeof all, ",\"refresh_interval\":0%s", options);
    return cluster_open_of(ports, count, all);
}

static void answer_ok(peer *to) {
    while (peer_read_command(to)) peer_write_text(to, "+OK\r\n");
}

static rediscluster_status set_on(const rediscluster *cluster) {
    const char *set[] = {"SET", "foo", "bar"};
    rediscluster_reply *reply = NULL;
    rediscluster_status status = rediscluster_command(cluster, 3, set, NULL, &reply, &error);
    if (status == REDISCLUSTER_OK) CHECK_TYPED(reply, 0, REDISCLUSTER_TYPE_STATUS, "OK", 2);
    else CHECK(reply == NULL);
    rediscluster_reply_free(reply);
    return status;
}

static void check_set_works(const rediscluster *cluster) {
    if (!CHECK_INT(set_on(cluster), REDISCLUSTER_OK)) fprintf(stderr, "  %s\n", rediscluster_error_message(error));
    rediscluster_error_free(error);
    error = NULL;
}

/* The reply to the first command of the first connection, and what the server does next. */
enum after { CLOSE, HANG };
typedef struct fault {
    const char *bytes;
    size_t length;
    enum after then;
    int status;
} fault;
#define FAULT(bytes, then, status) {bytes, sizeof bytes - 1, then, status}

static void misbehave(peer *to) {
    const fault *what = (const fault *)to->of->context;
    if (to->number > 1) {
        answer_ok(to);
        return;
    }
    if (!peer_read_command(to)) return;
    peer_write(to, what->bytes, what->length);
    if (what->then == HANG) peer_wait(to);
}

/* A write fails with the expected status and may have been executed; the next one uses a new connection. */
static void check_fault(const fault *what) {
    server *server = server_start(misbehave, what);
    rediscluster *cluster = open_unasked(&server->port, 1, what->status == REDISCLUSTER_ERROR_TIMEOUT ? ",\"read_timeout\":0.5" : "");
    rediscluster_status status = set_on(cluster);
    int right = what->status == ANY_FAILURE ? CHECK(status != REDISCLUSTER_OK) : CHECK_INT(status, what->status);
    right &= CHECK_INT(rediscluster_error_code(error), status);
    right &= CHECK_TEXT(rediscluster_error_node(error), "node_1");
    right &= CHECK_INT(rediscluster_error_executed(error), 1);
    right &= CHECK(error && strstr(rediscluster_error_message(error), "127.0.0.1") != NULL);
    if (!right) fprintf(stderr, "  answer %.20s, message %s\n", what->bytes, rediscluster_error_message(error));
    rediscluster_error_free(error);
    error = NULL;
    check_set_works(cluster);
    rediscluster_close(cluster);
    server_stop(server);
}

static void test_faults(void) {
    static const fault faults[] = {
        FAULT("", HANG, REDISCLUSTER_ERROR_TIMEOUT),
        FAULT("$10\r\nabc", HANG, REDISCLUSTER_ERROR_TIMEOUT),
        FAULT("", CLOSE, REDISCLUSTER_ERROR_IO),
        FAULT("+", CLOSE, REDISCLUSTER_ERROR_IO),
        FAULT("$10\r\nabc", CLOSE, REDISCLUSTER_ERROR_IO),
        FAULT("*3\r\n:1\r\n", CLOSE, REDISCLUSTER_ERROR_IO),
        FAULT("?what\r\n", HANG, REDISCLUSTER_ERROR_PROTOCOL),
        FAULT("\r\n", HANG, REDISCLUSTER_ERROR_PROTOCOL),
        FAULT("HTTP/1.1 400 Bad Request\r\n\r\n", HANG, REDISCLUSTER_ERROR_PROTOCOL),
        FAULT("\0\xff\0\xff\0\xff", HANG, REDISCLUSTER_ERROR_PROTOCOL),
        FAULT("$abc\r\n", HANG, REDISCLUSTER_ERROR_PROTOCOL),
        FAULT("$-5\r\n", HANG, REDISCLUSTER_ERROR_PROTOCOL),
        FAULT("*-5\r\n", HANG, REDISCLUSTER_ERROR_PROTOCOL),
        FAULT(":12x\r\n", HANG, REDISCLUSTER_ERROR_PROTOCOL),
        FAULT(":\r\n", HANG, REDISCLUSTER_ERROR_PROTOCOL),
        FAULT(":9223372036854775808\r\n", HANG, REDISCLUSTER_ERROR_PROTOCOL),
        FAULT("$3\r\nabcXY", HANG, REDISCLUSTER_ERROR_PROTOCOL),
        FAULT("$99999999999999999999\r\n", HANG, REDISCLUSTER_ERROR_PROTOCOL),
        FAULT("$9223372036854775807\r\nabc", CLOSE, ANY_FAILURE),
        FAULT("*2147483647\r\n:1\r\n", CLOSE, ANY_FAILURE),
        FAULT("*9223372036854775807\r\n:1\r\n", CLOSE, ANY_FAILURE),
    };
    size_t i;
    for (i = 0; i < sizeof faults / sizeof *faults; i++) check_fault(&faults[i]);
}

/* A million nested arrays do not exhaust the stack. */
static void test_depth(void) {
    enum { LEVELS = 1000000 };
    fault deep = {NULL, 4 * LEVELS, CLOSE, ANY_FAILURE};
    char *bytes = (char *)malloc(deep.length);
    size_t i;
    if (!bytes) abort();
    for (i = 0; i < LEVELS; i++) memcpy(bytes + 4 * i, "*1\r\n", 4);
    deep.bytes = bytes;
    check_fault(&deep);
    free(bytes);
}

static void answer_and_close(peer *to) {
    if (peer_read_command(to)) peer_write_text(to, "+OK\r\n");
}

/* Servers close idle connections: the next command succeeds, even a write. The test waits a moment before each
 * command, because a connection that was used just now is not checked. */
static void test_idle_closed(void) {
    server *server = server_start(answer_and_close, NULL);
    rediscluster *cluster = open_unasked(&server->port, 1, "");
    int i;
    for (i = 1; i <= 5; i++) {
        check_set_works(cluster);
        server_wait(server, &server->closed, i);
        usleep(50 * 1000);
        CHECK_INT(server_get(server, &server->commands), i); /* sent only once */
    }
    rediscluster_close(cluster);
    server_stop(server);
}

/* A read is retried once over a new connection after its connection broke. */
static void test_read_again(void) {
    static const fault cut = FAULT("$10\r\nabc", CLOSE, REDISCLUSTER_OK);
    server *server = server_start(misbehave, &cut);
    rediscluster *cluster = open_unasked(&server->port, 1, "");
    rediscluster_reply *reply = cluster_command(cluster, "GET", "foo", NULL);
    CHECK_TYPED(reply, 0, REDISCLUSTER_TYPE_STATUS, "OK", 2);
    CHECK_INT(server_get(server, &server->commands), 2);
    rediscluster_reply_free(reply);
    rediscluster_close(cluster);
    server_stop(server);
}

static void answer_too_much(peer *to) {
    if (to->number > 1) answer_ok(to);
    else if (peer_read_command(to)) {
        peer_write_text(to, "+OK\r\n+MORE\r\n");
        peer_wait(to);
    }
}

/* A surplus reply is never returned for the next command. */
static void test_unasked_reply(void) {
    server *server = server_start(answer_too_much, NULL);
    rediscluster *cluster = open_unasked(&server->port, 1, "");
    rediscluster_status status = set_on(cluster);
    CHECK(status == REDISCLUSTER_OK || status == REDISCLUSTER_ERROR_PROTOCOL);
    rediscluster_error_free(error);
    error = NULL;
    check_set_works(cluster);
    rediscluster_close(cluster);
    server_stop(server);
}

static const char dripping[] = "*4\r\n$5\r\na\r\nb\0\r\n:-12\r\n*1\r\n$-1\r\n-ERR \xff\r\n";

static void drip(peer *to) {
    size_t i;
    while (peer_read_command(to))
        for (i = 0; i < sizeof dripping - 1; i++) {
            peer_write(to, dripping + i, 1);
            usleep(200);
        }
}

/* A reply arrives byte by byte. */
static void test_dripping(void) {
    server *server = server_start(drip, NULL);
    rediscluster *cluster = open_unasked(&server->port, 1, "");
    int twice;
    for (twice = 0; twice < 2; twice++) {
        rediscluster_reply *reply = cluster_command(cluster, "LRANGE", "foo", "0", "-1", NULL);
        CHECK_INT(cluster_value_at(reply, 0).length, 4);
        CHECK_TYPED(reply, 1, REDISCLUSTER_TYPE_STRING, "a\r\nb\0", 5);
        CHECK_INTEGER(reply, 2, -12);
        CHECK_TYPE(reply, 4, REDISCLUSTER_TYPE_NIL);
        CHECK_TYPED(reply, 5, REDISCLUSTER_TYPE_ERROR, "ERR \xff", 5);
        rediscluster_reply_free(reply);
    }
    CHECK_INT(server_get(server, &server->opened), 1);
    rediscluster_close(cluster);
    server_stop(server);
}

static void check_failure(const rediscluster_reply *reply, size_t at, rediscluster_status status, const char *node) {
    CHECK_TYPE(reply, at, REDISCLUSTER_TYPE_FAILURE);
    CHECK_INTEGER(reply, cluster_child(reply, at, 0), status);
    CHECK_STRING(reply, cluster_child(reply, at, 2), node);
    CHECK_INTEGER(reply, cluster_child(reply, at, 3), 1);
}

static void answer_two(peer *to) {
    if (!peer_read_command(to) || !peer_read_command(to)) return;
    peer_write_text(to, "+OK\r\n:7\r\n$5\r\nhal");
}

/* Replies before the fault are kept; later commands fail. */
static void test_pipeline_cut(void) {
    server *server = server_start(answer_two, NULL);
    rediscluster *cluster = open_unasked(&server->port, 1, "");
    request pipeline = {NULL, 0, 0};
    rediscluster_reply *reply;
    size_t third;
    request_add(&pipeline, "SET", "foo", "6", NULL);
    request_add(&pipeline, "INCR", "foo", NULL);
    request_add(&pipeline, "INCR", "foo", NULL);
    request_add(&pipeline, "INCR", "foo", NULL);
    reply = cluster_execute(cluster, &pipeline);
    CHECK_INT(cluster_value_at(reply, 0).length, 4);
    CHECK_TYPED(reply, 1, REDISCLUSTER_TYPE_STATUS, "OK", 2);
    CHECK_INTEGER(reply, 2, 7);
    third = cluster_child(reply, 0, 2);
    check_failure(reply, third, REDISCLUSTER_ERROR_IO, "node_1");
    check_failure(reply, cluster_value_at(reply, third).next, REDISCLUSTER_ERROR_IO, "node_1");
    rediscluster_reply_free(reply);
    request_free(&pipeline);
    rediscluster_close(cluster);
    server_stop(server);
}

static void hang(peer *to) { peer_wait(to); }

/* One node hangs, the other replies: foo is on node_2, bar on node_1. */
static void test_other_node(void) {
    server *good = server_start(answer_ok, NULL), *bad = server_start(hang, NULL);
    int ports[2];
    rediscluster *cluster;
    request pipeline = {NULL, 0, 0};
    rediscluster_reply *reply;
    ports[0] = good->port, ports[1] = bad->port;
    cluster = open_unasked(ports, 2, ",\"read_timeout\":2"); /* a busy machine does not delay the other node by that much */
    request_add(&pipeline, "SET", "foo", "1", NULL);
    request_add(&pipeline, "SET", "bar", "1", NULL);
    reply = cluster_execute(cluster, &pipeline);
    CHECK_INT(cluster_value_at(reply, 0).length, 2);
    check_failure(reply, 1, REDISCLUSTER_ERROR_TIMEOUT, "node_2");
    CHECK_TYPED(reply, cluster_child(reply, 0, 1), REDISCLUSTER_TYPE_STATUS, "OK", 2);
    rediscluster_reply_free(reply);
    request_free(&pipeline);
    rediscluster_close(cluster);
    server_stop(good);
    server_stop(bad);
}

static void *set_that_hangs(void *cluster) {
    const char *set[] = {"SET", "foo", "bar"};
    rediscluster_reply *reply = NULL;
    CHECK_INT(rediscluster_command((const rediscluster *)cluster, 3, set, NULL, &reply, NULL), REDISCLUSTER_ERROR_TIMEOUT);
    return NULL;
}

/* The only connection of the pool stays busy longer than connect_timeout: the command was not executed. */
static void test_pool(void) {
    server *server = server_start(hang, NULL);
    rediscluster *cluster = open_unasked(&server->port, 1, ",\"connect_timeout\":0.3,\"read_timeout\":4,\"pool_size\":1");
    pthread_t other;
    if (pthread_create(&other, NULL, set_that_hangs, cluster) != 0) abort();
    server_wait(server, &server->opened, 1);
    CHECK_INT(set_on(cluster), REDISCLUSTER_ERROR_POOL);
    CHECK_TEXT(rediscluster_error_node(error), "node_1");
    CHECK_INT(rediscluster_error_executed(error), 0);
    rediscluster_error_free(error);
    error = NULL;
    pthread_join(other, NULL);
    CHECK_INT(server_get(server, &server->opened), 1);
    rediscluster_close(cluster);
    server_stop(server);
}

static volatile sig_atomic_t signals;

static void count_signal(int number) {
    (void)number;
    signals++;
}

static void set_timer(long microseconds) {
    struct itimerval timer = {{0, 0}, {0, 0}};
    timer.it_interval.tv_usec = timer.it_value.tv_usec = microseconds;
    if (setitimer(ITIMER_REAL, &timer, NULL) != 0) abort();
}

/* Signals that come more often than the time limit do not extend it, be it `timeout` or a deadline. */
static void check_signals(const char *limit, uint64_t deadline_ms) {
    server *server = server_start(hang, NULL);
    rediscluster *origin = open_unasked(&server->port, 1, limit), *cluster = NULL;
    struct sigaction action, before;
    CHECK_INT(rediscluster_with_deadline(origin, deadline_ms, &cluster, &error), REDISCLUSTER_OK);
    rediscluster_close(origin);
    signals = 0;
    memset(&action, 0, sizeof action);
    action.sa_handler = count_signal;
    if (sigaction(SIGALRM, &action, &before) != 0) abort();
    set_timer(20 * 1000);
    CHECK_INT(set_on(cluster), REDISCLUSTER_ERROR_TIMEOUT);
    set_timer(0);
    CHECK_INT(rediscluster_error_executed(error), 1);
    CHECK((strstr(rediscluster_error_message(error), "the deadline of 0.5 s has passed (round 1, ") != NULL) == (deadline_ms != 0));
    CHECK(signals > 1 && signals < 1500); /* on a busy machine half a second becomes several */
    rediscluster_error_free(error);
    error = NULL;
    sigaction(SIGALRM, &before, NULL);
    rediscluster_close(cluster);
    server_stop(server);
}

int main(void) {
    test_faults();
    check_signals(",\"timeout\":0.5", 0);
    check_signals(",\"timeout\":60", 500);
    test_depth();
    test_idle_closed();
    test_read_again();
    test_unasked_reply();
    test_dripping();
    test_pipeline_cut();
    test_other_node();
    test_pool();
    return check_done();
}
