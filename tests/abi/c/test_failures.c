/* One node of three is down: commands for it fail with an error, all others get their replies. */
#include "cluster.h"
#include "server.h"

#define DEAD 1 /* node_2 */

static rediscluster *cluster;
static rediscluster_error *error;

static int on_dead_node(const char *key) { return rediscluster_partition(key, strlen(key), 3) == DEAD + 1; }

static void check_failure(const rediscluster_reply *reply, size_t at) {
    rediscluster_error *failure = NULL;
    CHECK_TYPE(reply, at, REDISCLUSTER_TYPE_FAILURE);
    CHECK_INT(cluster_value_at(reply, at).length, 4);
    CHECK_INTEGER(reply, cluster_child(reply, at, 0), REDISCLUSTER_ERROR_CONNECT);
    CHECK_TYPE(reply, cluster_child(reply, at, 1), REDISCLUSTER_TYPE_STRING);
    CHECK_STRING(reply, cluster_child(reply, at, 2), "node_2");
    CHECK_INTEGER(reply, cluster_child(reply, at, 3), 0);
    if (!CHECK_INT(rediscluster_reply_failure(reply, at, &failure, &error), REDISCLUSTER_OK)) return;
    CHECK_INT(rediscluster_error_code(failure), REDISCLUSTER_ERROR_CONNECT);
    CHECK_TEXT(rediscluster_error_node(failure), "node_2");
    CHECK_INT(rediscluster_error_executed(failure), 0);
    CHECK_STRING(reply, cluster_child(reply, at, 1), rediscluster_error_message(failure));
    CHECK(strstr(rediscluster_error_message(failure), rediscluster_error_address(failure)) != NULL);
    CHECK(strstr(rediscluster_error_message(failure), rediscluster_error_command(failure)) != NULL);
    rediscluster_error_free(failure);
}

/* SET, GET, DEL of many keys in one pipeline; twice, because the second run has open connections. */
static void test_pipeline(void) {
    enum { KEYS = 60 };
    request pipeline = {NULL, 0, 0};
    rediscluster_reply *reply;
    char key[32];
    int i, part, dead = 0;
    for (i = 0; i < KEYS; i++) {
        sprintf(key, "failures:%d", i);
        request_add(&pipeline, "SET", key, key, NULL);
        request_add(&pipeline, "GET", key, NULL);
        request_add(&pipeline, "DEL", key, NULL);
    }
    reply = cluster_execute(cluster, &pipeline);
    CHECK_INT(cluster_value_at(reply, 0).length, 3 * KEYS);
    for (i = 0; i < KEYS; i++) {
        size_t set = cluster_child(reply, 0, 3 * (size_t)i), get = cluster_value_at(reply, set).next, del = cluster_value_at(reply, get).next;
        sprintf(key, "failures:%d", i);
        if (on_dead_node(key)) {
            size_t at = set;
            for (part = 0; part < 3; part++, at = cluster_value_at(reply, at).next) check_failure(reply, at);
            dead++;
        } else {
            CHECK_TYPED(reply, set, REDISCLUSTER_TYPE_STATUS, "OK", 2);
            CHECK_STRING(reply, get, key);
            CHECK_INTEGER(reply, del, 1);
        }
    }
    CHECK(dead > 0 && dead < KEYS);
    rediscluster_reply_free(reply);
    request_free(&pipeline);
}

static void test_command(void) {
    const char *words[] = {"SET", "failures:", "x"};
    char key[32];
    rediscluster_reply *reply = NULL;
    int i = 0;
    do sprintf(key, "failures:%d", i++);
    while (!on_dead_node(key));
    words[1] = key;
    CHECK_INT(rediscluster_command(cluster, 3, words, NULL, &reply, &error), REDISCLUSTER_ERROR_CONNECT);
    CHECK(reply == NULL);
    CHECK_TEXT(rediscluster_error_node(error), "node_2");
    CHECK_INT(rediscluster_error_executed(error), 0);
    CHECK(strstr(rediscluster_error_message(error), "127.0.0.1") != NULL); /* the message names the address */
    rediscluster_error_free(error);
    error = NULL;
}

/* A split command fails as a whole if one of its nodes is down; other commands of the pipeline do not. */
static void test_split(void) {
    request pipeline = {NULL, 0, 0};
    rediscluster_reply *reply;
    size_t at;
    request_add(&pipeline, "MGET", "failures:0", "failures:1", "failures:2", "failures:3", "failures:4", "failures:5",
                "failures:6", "failures:7", "failures:8", "failures:9", NULL);
    request_add(&pipeline, "SET", "failures:a{bar}", "1", NULL);
    request_add(&pipeline, "DEL", "failures:a{bar}", NULL);
    reply = cluster_execute(cluster, &pipeline);
    CHECK_INT(cluster_value_at(reply, 0).length, 3);
    check_failure(reply, 1);
    at = cluster_child(reply, 0, 1);
    CHECK(!on_dead_node("bar"));
    CHECK_TYPED(reply, at, REDISCLUSTER_TYPE_STATUS, "OK", 2);
    CHECK_INTEGER(reply, cluster_value_at(reply, at).next, 1);
    rediscluster_reply_free(reply);
    request_free(&pipeline);
}

/* With `partial`, only the keys of the node that is down fail. */
static void test_partial_replies(void) {
    enum { KEYS = 10 };
    const char *argv[1 + KEYS] = {"EXISTS"};
    char keys[KEYS][32];
    rediscluster *partial = NULL;
    rediscluster_reply *reply = NULL;
    int i;
    for (i = 0; i < KEYS; i++) {
        sprintf(keys[i], "failures:%d", i);
        argv[i + 1] = keys[i];
    }
    if (!CHECK_INT(rediscluster_with_partial(cluster, 1, &partial, &error), REDISCLUSTER_OK)) return;
    if (CHECK_INT(rediscluster_command(partial, 1 + KEYS, argv, NULL, &reply, &error), REDISCLUSTER_OK)) {
        size_t at = 1;
        CHECK_INT(cluster_value_at(reply, 0).length, KEYS);
        for (i = 0; i < KEYS; i++, at = cluster_value_at(reply, at).next) {
            if (on_dead_node(keys[i]))
                check_failure(reply, at);
            else
                CHECK_INTEGER(reply, at, 0);
        }
    }
    rediscluster_reply_free(reply);
    rediscluster_close(partial);
    CHECK_INT(rediscluster_command(cluster, 1 + KEYS, argv, NULL, &reply, &error), REDISCLUSTER_ERROR_CONNECT);
    rediscluster_error_free(error);
    error = NULL;
}

static void test_each(void) {
    request ping = {NULL, 0, 0};
    rediscluster_reply *reply;
    request_add(&ping, "PING", NULL);
    reply = cluster_each(cluster, &ping);
    CHECK_INT(cluster_value_at(reply, 0).length, 6);
    CHECK_TYPED(reply, cluster_value(reply, "node_1"), REDISCLUSTER_TYPE_STATUS, "PONG", 4);
    check_failure(reply, cluster_value(reply, "node_2"));
    CHECK_TYPED(reply, cluster_value(reply, "node_3"), REDISCLUSTER_TYPE_STATUS, "PONG", 4);
    rediscluster_reply_free(reply);
    request_free(&ping);
}

/* The server refuses AUTH or SELECT: the connection fails and nothing is executed. */
static void test_refused_login(void) {
    static const char *const options[] = {",\"password\":\"wrong\"", ",\"db\":9999"};
    const char *get[] = {"GET", "foo"};
    int ports[3];
    size_t i, nodes = cluster_ports(ports, 3);
    for (i = 0; i < 2; i++) {
        rediscluster *refused = cluster_open_of(ports, nodes, options[i]);
        rediscluster_reply *reply = NULL;
        CHECK_INT(rediscluster_command(refused, 2, get, NULL, &reply, &error), REDISCLUSTER_ERROR_CONNECT);
        CHECK(rediscluster_error_node(error) != NULL);
        CHECK_INT(rediscluster_error_executed(error), 0);
        CHECK(strstr(rediscluster_error_message(error), "wrong pass") == NULL); /* messages contain no password */
        rediscluster_error_free(error);
        error = NULL;
        rediscluster_close(refused);
    }
}

/* A split write of which one node refuses its part fails, and names the nodes that have executed theirs. */
static void test_partial_refusal(const int *ports) {
    static const char *const mset[] = {"MSET", "r:0", "1", "r:1", "1", "r:2", "1", "r:3", "1", "r:4", "1", "r:5", "1", "r:6", "1", "r:7", "1"};
    rediscluster *all = cluster_open_of(ports, 3, ""), *second = cluster_open_of(ports + 1, 1, "");
    rediscluster_reply *reply = NULL;
    rediscluster_reply_free(cluster_command(second, "CONFIG", "SET", "min-replicas-to-write", "1", NULL));
    CHECK_INT(rediscluster_command(all, 17, mset, NULL, &reply, &error), REDISCLUSTER_ERROR_IO);
    CHECK(reply == NULL);
    CHECK_TEXT(rediscluster_error_node(error), "node_2");
    CHECK_INT(rediscluster_error_executed(error), 1);
    CHECK(strstr(rediscluster_error_message(error), "MSET: node_2 refused its part: NOREPLICAS ") != NULL);
    CHECK(strstr(rediscluster_error_message(error), "; executed by node_1, node_3") != NULL);
    rediscluster_error_free(error);
    error = NULL;
    rediscluster_reply_free(cluster_command(second, "CONFIG", "SET", "min-replicas-to-write", "0", NULL));
    rediscluster_reply_free(cluster_command(all, "FLUSHALL", NULL));
    rediscluster_close(second);
    rediscluster_close(all);
}

int main(void) {
    int ports[3], socket;
    if (cluster_ports(ports, 3) < 3) {
        fprintf(stderr, "needs three servers\n");
        return 2;
    }
    test_partial_refusal(ports);
    ports[DEAD] = server_dead_port(&socket);
    cluster = cluster_open_of(ports, 3, "");
    test_pipeline();
    test_pipeline();
    test_command();
    test_split();
    test_partial_replies();
    test_each();
    test_refused_login();
    rediscluster_close(cluster);
    close(socket);
    return check_done();
}
