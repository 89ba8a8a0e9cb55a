/* The loop: requests by tag, every kind of command, cancelling, time limits, subscriptions, and freeing it at any time. */
#include <inttypes.h>
#include <unistd.h>

#include "loop.h"
#include "server.h"

static rediscluster *cluster;
static rediscluster_error *error;

static int is_small(void) { return getenv("REDISCLUSTER_TEST_SMALL") != NULL; }

static void check_reply(const rediscluster_loop *loop, const char *line, const char *text) {
    rediscluster_reply *reply = loop_command(loop, line);
    rediscluster_value value = cluster_value_at(reply, 0);
    if (!CHECK_BYTES(value.bytes, value.length, text, strlen(text))) fprintf(stderr, "  %s\n", line);
    rediscluster_reply_free(reply);
}

static void check_integer(const rediscluster_loop *loop, const char *line, int64_t number) {
    rediscluster_reply *reply = loop_command(loop, line);
    if (!CHECK_INTEGER(reply, 0, number)) fprintf(stderr, "  %s\n", line);
    rediscluster_reply_free(reply);
}

/* A server given by its name is looked up on a thread. */
static void test_host_names(void) {
    int ports[3];
    char *config, *at;
    rediscluster *named;
    rediscluster_loop *loop;
    cluster_ports(ports, 3);
    config = cluster_config_of(ports, 3, "");
    for (at = config; (at = strstr(at, "127.0.0.1")) != NULL;) memcpy(at, "localhost", strlen("localhost"));
    named = cluster_open(config);
    loop = loop_open(named);
    check_reply(loop, "MSET a 1 b 2 c 3 d 4", "OK");
    check_integer(loop, "DEL a b c d", 4);
    rediscluster_loop_free(loop);
    rediscluster_close(named);
    free(config);
}

/* Each request gets its own reply. */
static void test_many(void) {
    rediscluster_loop *loop = loop_open(cluster);
    int i, count = is_small() ? 1000 : 20000;
    uint64_t none;
    char line[64], *seen = (char *)calloc((size_t)count, 1);
    for (i = 0; i < count; i++) {
        sprintf(line, "SET loop:%d %d", i, i * 7);
        loop_submit(loop, line, (uint64_t)i);
    }
    for (i = 0; i < count; i++) {
        uint64_t tag;
        rediscluster_reply *reply = loop_next(loop, &tag);
        CHECK_TYPED(reply, 0, REDISCLUSTER_TYPE_STATUS, "OK", 2);
        rediscluster_reply_free(reply);
    }
    for (i = 0; i < count; i++) {
        sprintf(line, "GET loop:%d", i);
        loop_submit(loop, line, (uint64_t)i);
    }
    for (i = 0; i < count; i++) {
        uint64_t tag;
        rediscluster_reply *reply = loop_next(loop, &tag);
        if (!CHECK(tag < (uint64_t)count && !seen[tag])) exit(check_done());
        seen[tag] = 1;
        sprintf(line, "%d", (int)tag * 7);
        CHECK_STRING(reply, 0, line);
        rediscluster_reply_free(reply);
    }
    CHECK(loop_take(loop, &none) == NULL);
    /* The timeout may still be that of a request which was to be sent together with later ones. The next call of process clears it. */
    while (rediscluster_loop_timeout_ms(loop) >= 0) loop_wait(loop);
    free(seen);
    rediscluster_loop_free(loop);
}

/* Commands of every strategy reply as in the blocking interface. The keys are on several of the three nodes. */
static void test_strategies(void) {
    rediscluster_loop *loop = loop_open(cluster);
    rediscluster_reply *reply;
    rediscluster_reply_free(loop_command(loop, "FLUSHALL"));
    check_reply(loop, "MSET a 1 b 2 c 3 d 4", "OK");
    reply = loop_command(loop, "MGET a b c d e");
    CHECK_INT(cluster_value_at(reply, 0).length, 5);
    CHECK_STRING(reply, 3, "3");
    CHECK_TYPE(reply, 5, REDISCLUSTER_TYPE_NIL);
    rediscluster_reply_free(reply);
    check_integer(loop, "DBSIZE", 4);
    check_integer(loop, "EXISTS a b c d e", 4);
    check_reply(loop, "RENAME a z", "OK");
    check_reply(loop, "RENAME z y", "OK");
    check_reply(loop, "RENAME y x", "OK");
    check_reply(loop, "GET x", "1");
    check_integer(loop, "SADD s1 m n", 2);
    check_integer(loop, "SADD s2 n o", 2);
    check_integer(loop, "SADD s3 n p", 2);
    check_integer(loop, "SINTERSTORE s4 s1 s2 s3", 1);
    reply = loop_command(loop, "SUNION s1 s2 s3");
    CHECK_INT(cluster_value_at(reply, 0).length, 4);
    rediscluster_reply_free(reply);
    check_reply(loop, "EVAL return{ok=KEYS[1]} 1 a", "a");
    check_reply(loop, "INCR s1", "WRONGTYPE Operation against a key holding the wrong kind of value");
    check_integer(loop, "RPUSH l1 u v", 2);
    check_reply(loop, "LMOVE l1 l2 LEFT RIGHT", "u");
    reply = loop_command(loop, "BLPOP l3 l2 l1 0");
    CHECK_STRING(reply, 1, "l2");
    CHECK_STRING(reply, 2, "u");
    rediscluster_reply_free(reply);
    CHECK_LOOP_FAILS(loop_command(loop, "MULTI"), REDISCLUSTER_ERROR_REQUEST);
    CHECK_LOOP_FAILS(loop_command(loop, "SUBSCRIBE a"), REDISCLUSTER_ERROR_REQUEST);
    CHECK_LOOP_FAILS(loop_command(loop, "EVAL return 2 a b"), REDISCLUSTER_ERROR_CROSSNODE);
    rediscluster_loop_free(loop);
}

static void test_arguments(void) {
    rediscluster_loop *loop = loop_open(cluster), *none = NULL;
    request command = {NULL, 0, 0};
    rediscluster_reply *reply;
    uint64_t tag;
    int32_t cancelled = 7;
    loop_request(&command, "GET a");
    CHECK_FAILS(rediscluster_loop_open(NULL, &none, &error), REDISCLUSTER_ERROR_ARGUMENT);
    CHECK_FAILS(rediscluster_loop_open(cluster, NULL, &error), REDISCLUSTER_ERROR_ARGUMENT);
    CHECK_FAILS(rediscluster_loop_submit(NULL, command.bytes, command.length, 1, &error), REDISCLUSTER_ERROR_ARGUMENT);
    CHECK_FAILS(rediscluster_loop_submit(loop, NULL, 3, 1, &error), REDISCLUSTER_ERROR_ARGUMENT);
    CHECK_FAILS(rediscluster_loop_submit(loop, NULL, 0, 1, &error), REDISCLUSTER_ERROR_REQUEST);
    CHECK_FAILS(rediscluster_loop_submit(loop, "GET a", 5, 1, &error), REDISCLUSTER_ERROR_REQUEST);
    CHECK_FAILS(rediscluster_loop_submit(loop, command.bytes, command.length - 1, 1, &error), REDISCLUSTER_ERROR_REQUEST);
    CHECK_FAILS(rediscluster_loop_subscribe(loop, command.bytes, command.length, 1, &error), REDISCLUSTER_ERROR_REQUEST);
    CHECK_FAILS(rediscluster_loop_subscribe(loop, NULL, 0, 1, &error), REDISCLUSTER_ERROR_REQUEST);
    CHECK_FAILS(rediscluster_loop_next(loop, NULL, &reply, &error), REDISCLUSTER_ERROR_ARGUMENT);
    CHECK_FAILS(rediscluster_loop_next(loop, &tag, NULL, &error), REDISCLUSTER_ERROR_ARGUMENT);
    CHECK_FAILS(rediscluster_loop_next(NULL, &tag, &reply, &error), REDISCLUSTER_ERROR_ARGUMENT);
    CHECK_FAILS(rediscluster_loop_process(NULL, &error), REDISCLUSTER_ERROR_ARGUMENT);
    CHECK_FAILS(rediscluster_loop_cancel(NULL, 1, &cancelled, &error), REDISCLUSTER_ERROR_ARGUMENT);
    CHECK_FAILS(rediscluster_loop_cancel(loop, 1, NULL, &error), REDISCLUSTER_ERROR_ARGUMENT);
    CHECK_INT(rediscluster_loop_fd(NULL), -1);
    CHECK_INT(rediscluster_loop_timeout_ms(NULL), 0);
    rediscluster_loop_free(NULL);
    CHECK_INT(rediscluster_loop_timeout_ms(loop), -1);
    CHECK_INT(rediscluster_loop_cancel(loop, 1, &cancelled, &error), REDISCLUSTER_OK);
    CHECK_INT(cancelled, 0);

    request_free(&command);
    loop_request(&command, "SET a b");
    loop_submit_request(loop, &command, 1);
    CHECK_INT(rediscluster_loop_timeout_ms(loop), 0);
    CHECK_FAILS(rediscluster_loop_submit(loop, command.bytes, command.length, 1, &error), REDISCLUSTER_ERROR_REQUEST);
    request_add(&command, "GET", "b", NULL);
    CHECK_FAILS(rediscluster_loop_submit(loop, command.bytes, command.length, 2, &error), REDISCLUSTER_ERROR_REQUEST);
    rediscluster_reply_free(loop_reply(loop, 1));
    CHECK(loop_take(loop, &tag) == NULL);
    CHECK_INT(tag, 0);
    request_free(&command);
    rediscluster_loop_free(loop);
}

static void cancel(const rediscluster_loop *loop, uint64_t tag, int32_t expected) {
    int32_t cancelled = 7;
    CHECK_INT(rediscluster_loop_cancel(loop, tag, &cancelled, NULL), REDISCLUSTER_OK);
    CHECK_INT(cancelled, expected);
}

/* The number in a line of INFO clients, of all servers. */
static long blocked_clients(void) {
    request command = {NULL, 0, 0};
    rediscluster_reply *reply;
    size_t at, end;
    long sum = 0;
    request_add(&command, "INFO", "clients", NULL);
    reply = cluster_each(cluster, &command);
    request_free(&command);
    end = cluster_data(reply).entries_length;
    for (at = 2; at < end; at += 2) {
        rediscluster_value value = cluster_value_at(reply, at);
        char *text = strndup((const char *)value.bytes, value.length);
        const char *line = strstr(text, "blocked_clients:");
        sum += line ? atol(line + 16) : 0;
        free(text);
    }
    rediscluster_reply_free(reply);
    return sum;
}

static void await_blocked_clients(long count) {
    int i;
    long blocked = -1;
    for (i = 0; i < 6000 && (blocked = blocked_clients()) != count; i++) usleep(10000);
    CHECK_INT(blocked, count);
}

static void test_cancel(void) {
    rediscluster_loop *loop = loop_open(cluster);
    rediscluster_reply *reply;
    int i;
    check_reply(loop, "SET a old", "OK");
    for (i = 0; i < 100; i++) loop_submit(loop, "GET a", (uint64_t)i);
    for (i = 0; i < 100; i += 2) cancel(loop, (uint64_t)i, 1);
    for (i = 0; i < 100; i += 2) cancel(loop, (uint64_t)i, 0);
    loop_submit(loop, "GET b", 0); /* its tag is free */
    for (i = 0; i < 51; i++) {
        uint64_t tag;
        rediscluster_reply_free(loop_next(loop, &tag));
        CHECK(tag == 0 || tag % 2 == 1);
    }
    loop_submit(loop, "BLPOP nothing 0", 1);
    await_blocked_clients(1);
    cancel(loop, 1, 1);
    await_blocked_clients(0);
    loop_submit(loop, "BLPOP something nothing 0", 2);
    loop_submit(loop, "RPUSH something x", 3);
    for (i = 0; i < 2; i++) {
        uint64_t tag;
        reply = loop_next(loop, &tag);
        if (tag == 3) CHECK_INTEGER(reply, 0, 1);
        else CHECK_STRING(reply, 2, "x");
        rediscluster_reply_free(reply);
    }
    rediscluster_loop_free(loop);
}

/* The deadline of the handle ends requests of every kind, and a late reply reaches no other request. */
static void test_deadline(void) {
    rediscluster *limited = NULL;
    rediscluster_loop *loop;
    request pause = {NULL, 0, 0}, go_on = {NULL, 0, 0};
    rediscluster_reply *reply;
    int i;
    CHECK_INT(rediscluster_with_deadline(cluster, 100, &limited, NULL), REDISCLUSTER_OK);
    loop = loop_open(limited);
    rediscluster_close(limited);
    loop_submit(loop, "BLPOP nothing 0", 1);
    CHECK(rediscluster_loop_timeout_ms(loop) <= 100);
    CHECK_LOOP_FAILS(loop_reply(loop, 1), REDISCLUSTER_ERROR_TIMEOUT);
    await_blocked_clients(0);
    rediscluster_reply_free(cluster_command(cluster, "SET", "a", "1", NULL));
    request_add(&pause, "CLIENT", "PAUSE", "60000", "WRITE", NULL);
    request_add(&go_on, "CLIENT", "UNPAUSE", NULL);
    rediscluster_reply_free(cluster_each(cluster, &pause));
    loop_submit(loop, "INCR a", 1);
    CHECK_LOOP_FAILS(loop_reply(loop, 1), REDISCLUSTER_ERROR_TIMEOUT);
    rediscluster_reply_free(cluster_each(cluster, &go_on));
    request_free(&pause);
    request_free(&go_on);
    for (i = 0; i < 1000; i++) {
        loop_submit(loop, "EXISTS nothing", 1);
        reply = loop_reply(loop, 1);
        if (cluster_value_at(reply, 0).type != REDISCLUSTER_TYPE_FAILURE) break;
        rediscluster_reply_free(reply);
    }
    CHECK_INTEGER(reply, 0, 0);
    rediscluster_reply_free(reply);
    rediscluster_loop_free(loop);
}

static void hang(peer *from) {
    while (peer_read_command(from)) {
    }
}

/* A server that does not reply fails its requests in time, and no others. */
static void test_silent_server(void) {
    server *silent = server_start(hang, NULL);
    int ports[2];
    rediscluster *pair;
    rediscluster_loop *loop;
    uint64_t tag;
    int i, failed = 0, replied = 0;
    CHECK(cluster_ports(ports, 1) == 1);
    ports[1] = silent->port;
    pair = cluster_open_of(ports, 2, ",\"refresh_interval\":0,\"read_timeout\":2");
    loop = loop_open(pair);
    for (i = 0; i < 40; i++) {
        char line[32];
        sprintf(line, "INCR k:%d", i);
        loop_submit(loop, line, (uint64_t)i);
    }
    for (i = 0; i < 40; i++) {
        rediscluster_reply *reply = loop_next(loop, &tag);
        if (cluster_value_at(reply, 0).type == REDISCLUSTER_TYPE_INTEGER) {
            CHECK(failed == 0); /* the other server is not delayed */
            replied++;
            rediscluster_reply_free(reply);
        } else {
            failed++;
            CHECK_LOOP_FAILS(reply, REDISCLUSTER_ERROR_TIMEOUT);
        }
    }
    CHECK(failed > 0 && replied > 0);
    rediscluster_loop_free(loop);
    rediscluster_close(pair);
    server_stop(silent);
}

/* Requests for one key run in the order of submission, also the first ones, when nothing is known of the servers yet. */
static void test_order_of_first_requests(void) {
    int ports[3], i;
    size_t count = cluster_ports(ports, 3);
    for (i = 0; i < 20; i++) {
        rediscluster *fresh = cluster_open_of(ports, count, "");
        rediscluster_loop *loop = loop_open(fresh);
        rediscluster_reply *reply;
        char set[32], value[16];
        sprintf(value, "%d", i);
        sprintf(set, "SET first %s", value);
        loop_submit(loop, set, 1);
        loop_submit(loop, "GET first", 2);
        rediscluster_reply_free(loop_reply(loop, 1));
        reply = loop_reply(loop, 2);
        CHECK_STRING(reply, 0, value);
        rediscluster_reply_free(reply);
        rediscluster_loop_free(loop);
        rediscluster_close(fresh);
    }
}

/* The number of connections that a server has accepted so far. */
static long connections(const rediscluster *one) {
    rediscluster_reply *reply = cluster_command(one, "INFO", "stats", NULL);
    rediscluster_value value = cluster_value_at(reply, 0);
    char *text = strndup((const char *)value.bytes, value.length);
    const char *line = strstr(text, "total_connections_received:");
    long count = line ? atol(line + 27) : -1;
    free(text);
    rediscluster_reply_free(reply);
    return count;
}

/* The time in which a loop has nothing to do is not part of any limit: the connection stays. On a busy machine a reply may really be late, but
 * not each time. */
static void test_idle(void) {
    int port, i, is_same = 0;
    rediscluster *one;
    rediscluster_loop *loop;
    CHECK(cluster_ports(&port, 1) == 1);
    one = cluster_open_of(&port, 1, ",\"read_timeout\":0.3");
    loop = loop_open(one);
    for (i = 0; i < 10 && !is_same; i++) {
        long before;
        rediscluster_reply_free(loop_command(loop, "INCR idle"));
        before = connections(one);
        usleep(400000);
        rediscluster_reply_free(loop_command(loop, "INCR idle"));
        is_same = connections(one) == before;
    }
    CHECK(is_same);
    rediscluster_loop_free(loop);
    rediscluster_close(one);
}

/* A message: its kind, its channel and its text. */
static void check_message(rediscluster_reply *reply, const char *kind, const char *channel, const char *text) {
    CHECK_STRING(reply, 1, kind);
    CHECK_STRING(reply, 2, channel);
    if (text) CHECK_STRING(reply, 3, text);
    rediscluster_reply_free(reply);
}

static void test_subscriptions(void) {
    rediscluster_loop *loop = loop_open(cluster);
    char line[64], text[16];
    int i, count = is_small() ? 300 : 5000, received = 0, submitted = 0, replies = 0;
    uint64_t tag;
    loop_subscribe(loop, "SUBSCRIBE one two three", 9);
    check_message(loop_reply(loop, 9), "subscribe", "one", NULL);
    check_message(loop_reply(loop, 9), "subscribe", "two", NULL);
    check_message(loop_reply(loop, 9), "subscribe", "three", NULL);
    rediscluster_reply_free(cluster_command(cluster, "PUBLISH", "two", "text", NULL));
    check_message(loop_reply(loop, 9), "message", "two", "text");
    loop_subscribe(loop, "UNSUBSCRIBE two three", 9);
    check_message(loop_reply(loop, 9), "unsubscribe", "two", NULL);
    check_message(loop_reply(loop, 9), "unsubscribe", "three", NULL);
    for (i = 0; i < count; i++) {
        sprintf(line, "PUBLISH one %d", i);
        loop_submit(loop, line, (uint64_t)(100 + submitted++));
    }
    while (received < count || replies < count) {
        rediscluster_reply *reply = loop_next(loop, &tag);
        if (tag == 9) {
            sprintf(text, "%d", received++);
            check_message(reply, "message", "one", text);
        } else {
            replies++;
            rediscluster_reply_free(reply);
        }
    }
    cancel(loop, 9, 1);
    cancel(loop, 9, 0);
    rediscluster_reply_free(cluster_command(cluster, "PUBLISH", "one", "late", NULL));
    rediscluster_reply_free(loop_command(loop, "GET a"));
    CHECK(loop_take(loop, &tag) == NULL);
    rediscluster_loop_free(loop);
}

/* The loss of its connections is reported, and then the subscription goes on. */
static void test_lost_subscription(void) {
    rediscluster_loop *loop = loop_open(cluster);
    request kill = {NULL, 0, 0};
    rediscluster_reply *reply;
    loop_subscribe(loop, "SUBSCRIBE lost", 1);
    check_message(loop_reply(loop, 1), "subscribe", "lost", NULL);
    request_add(&kill, "CLIENT", "KILL", "TYPE", "pubsub", NULL);
    rediscluster_reply_free(cluster_each(cluster, &kill));
    request_free(&kill);
    CHECK_LOOP_FAILS(loop_reply(loop, 1), REDISCLUSTER_ERROR_IO);
    do { /* until it is subscribed again */
        reply = cluster_command(cluster, "PUBLISH", "lost", "found", NULL);
        if (cluster_value_at(reply, 0).integer > 0) break;
        rediscluster_reply_free(reply);
    } while (loop_wait(loop));
    rediscluster_reply_free(reply);
    check_message(loop_reply(loop, 1), "message", "lost", "found");
    rediscluster_loop_free(loop);
}

/* Freeing a loop with everything in flight. */
static void test_free(void) {
    int round, i;
    for (round = 0; round < 5; round++) {
        rediscluster_loop *loop = loop_open(cluster);
        for (i = 0; i < 500; i++) loop_submit(loop, i % 3 ? "GET a" : "MGET a b c d", (uint64_t)i);
        loop_submit(loop, "BLPOP nothing 0", 1000);
        loop_submit(loop, "RENAME nothing a", 1001);
        loop_subscribe(loop, "SUBSCRIBE one", 1002);
        for (i = 0; i < round; i++) loop_wait(loop);
        rediscluster_loop_free(loop);
    }
    await_blocked_clients(0);
}

int main(void) {
    cluster = cluster_open(cluster_config());
    test_arguments();
    test_host_names();
    test_order_of_first_requests();
    test_many();
    test_strategies();
    test_cancel();
    test_deadline();
    test_silent_server();
    test_idle();
    test_subscriptions();
    test_lost_subscription();
    test_free();
    rediscluster_close(cluster);
    return check_done();
}
