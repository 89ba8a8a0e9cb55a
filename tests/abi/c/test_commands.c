/* Routing: node_for, each, split commands, hash tags, refused commands, shared handles, derived handles. */
#include "cluster.h"

static rediscluster *cluster;
static rediscluster_error *error;

/* Two nodes with the names and ports of the README of the old packages. The tests do not connect to them. */
static rediscluster *open_two(const char *options) {
    static const int ports[] = {63791, 63792};
    return cluster_open_of(ports, 2, options);
}

static void check_node_for(const rediscluster *two, const char *key, const char *alias, const char *name) {
    rediscluster_reply *reply = cluster_node_for(two, key, strlen(key));
    CHECK_TYPE(reply, 0, REDISCLUSTER_TYPE_MAP);
    CHECK_INT(cluster_value_at(reply, 0).length, 10);
    CHECK_STRING(reply, cluster_value(reply, "alias"), alias);
    CHECK_STRING(reply, cluster_value(reply, "host"), "127.0.0.1");
    CHECK_INTEGER(reply, cluster_value(reply, "port"), strcmp(alias, "node_1") ? 63792 : 63791);
    CHECK_TYPE(reply, cluster_value(reply, "unix"), REDISCLUSTER_TYPE_NIL);
    CHECK_STRING(reply, cluster_value(reply, "key"), name);
    rediscluster_reply_free(reply);
}

static void test_node_for(void) {
    static const char unix_node[] = "{\"nodes\":{\"node_1\":\"unix:///tmp/none.sock?db=2\"}}";
    rediscluster *strip = open_two(",\"hash_tag\":\"strip\""), *keep = open_two(",\"hash_tag\":\"keep\""), *off = open_two(",\"hash_tag\":\"off\"");
    rediscluster *by_path = cluster_open(unix_node);
    rediscluster_reply *reply = cluster_node_for(by_path, "foo", 3);
    CHECK_TYPE(reply, cluster_value(reply, "host"), REDISCLUSTER_TYPE_NIL);
    CHECK_TYPE(reply, cluster_value(reply, "port"), REDISCLUSTER_TYPE_NIL);
    CHECK_STRING(reply, cluster_value(reply, "unix"), "/tmp/none.sock");
    rediscluster_reply_free(reply);
    rediscluster_close(by_path);

    check_node_for(strip, "foo", "node_2", "foo");
    check_node_for(strip, "bar", "node_1", "bar");
    check_node_for(strip, "foobar", "node_2", "foobar");
    check_node_for(strip, "bar{foo}", "node_2", "bar");
    check_node_for(strip, "{foo}", "node_1", "{foo}");
    check_node_for(keep, "bar{foo}", "node_2", "bar{foo}");
    check_node_for(keep, "{bar}foo", "node_1", "{bar}foo");
    check_node_for(off, "x{foo}", "node_1", "x{foo}");
    rediscluster_close(strip);
    rediscluster_close(keep);
    rediscluster_close(off);
}

/* The value of a field of a map at an index. */
static size_t field_of(const rediscluster_reply *reply, size_t map, const char *name) {
    size_t nth;
    for (nth = 0; nth < cluster_value_at(reply, map).length; nth += 2) {
        rediscluster_value key = cluster_value_at(reply, cluster_child(reply, map, nth));
        if (key.length == strlen(name) && memcmp(key.bytes, name, key.length) == 0) return cluster_child(reply, map, nth + 1);
    }
    CHECK(0);
    return 0;
}

static void check_node(const rediscluster_reply *reply, const char *alias, int port, int db, const char *server) {
    size_t node = cluster_value(reply, alias);
    CHECK_STRING(reply, field_of(reply, node, "role"), "master");
    CHECK_STRING(reply, field_of(reply, node, "master"), alias);
    CHECK_STRING(reply, field_of(reply, node, "host"), "127.0.0.1");
    CHECK_INTEGER(reply, field_of(reply, node, "port"), port);
    CHECK_TYPE(reply, field_of(reply, node, "unix"), REDISCLUSTER_TYPE_NIL);
    CHECK_INTEGER(reply, field_of(reply, node, "db"), db);
    CHECK_STRING(reply, field_of(reply, node, "server"), server);
    CHECK_INT(cluster_value_at(reply, field_of(reply, node, "replicas")).length, 0);
}

static void test_node_list(size_t nodes) {
    static const char three[] = "{\"nodes\":{\"node_1\":\"redis://127.0.0.1:6401\",\"node_2\":\"redis://127.0.0.1:6402\","
                                "\"node_3\":\"redis://127.0.0.1:6401/5\"}}";
    rediscluster *unreachable = cluster_open(three);
    rediscluster_reply *reply = NULL;
    CHECK_INT(rediscluster_node_list(unreachable, 0, &reply, &error), REDISCLUSTER_OK);
    CHECK_TYPE(reply, 0, REDISCLUSTER_TYPE_MAP);
    CHECK_INT(cluster_value_at(reply, 0).length, 6);
    check_node(reply, "node_1", 6401, 0, "node_1");
    check_node(reply, "node_2", 6402, 0, "node_2");
    check_node(reply, "node_3", 6401, 5, "node_1");
    rediscluster_reply_free(reply);
    rediscluster_close(unreachable);

    /* These servers have no replicas. */
    CHECK_INT(rediscluster_node_list(cluster, 1, &reply, &error), REDISCLUSTER_OK);
    CHECK_INT(cluster_value_at(reply, 0).length, 2 * nodes);
    rediscluster_reply_free(reply);
}

static void test_each(size_t nodes) {
    request ping = {NULL, 0, 0}, two = {NULL, 0, 0};
    rediscluster_reply *reply;
    size_t node, at = 1;
    request_add(&ping, "PING", "hello", NULL);
    reply = cluster_each(cluster, &ping);
    CHECK_TYPE(reply, 0, REDISCLUSTER_TYPE_MAP);
    CHECK_INT(cluster_value_at(reply, 0).length, 2 * nodes);
    for (node = 1; node <= nodes; node++, at += 2) {
        char alias[32];
        sprintf(alias, "node_%u", (unsigned)node);
        CHECK_STRING(reply, at, alias);
        CHECK_STRING(reply, at + 1, "hello");
    }
    rediscluster_reply_free(reply);

    request_add(&two, "PING", NULL);
    request_add(&two, "PING", NULL);
    CHECK_FAILS(rediscluster_each(cluster, two.bytes, two.length, &reply, &error), REDISCLUSTER_ERROR_REQUEST);
    request_free(&ping);
    request_free(&two);
}

/* Ten keys are on all of three nodes. A reply is in the caller's order, or is the sum over the nodes. */
static void test_split(void) {
    static const char *const k[] = {"split:0", "split:1", "split:2", "split:3", "split:4",
                                    "split:5", "split:6", "split:7", "split:8", "split:9"};
    rediscluster_reply *reply = cluster_command(cluster, "MSET", k[0], "0", k[1], "1", k[2], "2", k[3], "3", k[4], "4", k[5],
                                                "5", k[6], "6", k[7], "7", k[8], "8", NULL);
    int i;
    CHECK_TYPED(reply, 0, REDISCLUSTER_TYPE_STATUS, "OK", 2);
    rediscluster_reply_free(reply);

    reply = cluster_command(cluster, "MGET", k[9], k[8], k[7], k[6], k[5], k[4], k[3], k[2], k[1], k[0], k[3], NULL);
    CHECK_TYPE(reply, 0, REDISCLUSTER_TYPE_ARRAY);
    CHECK_INT(cluster_value_at(reply, 0).length, 11);
    CHECK_TYPE(reply, 1, REDISCLUSTER_TYPE_NIL);
    for (i = 2; i <= 10; i++) CHECK_STRING(reply, (size_t)i, k[10 - i] + 6);
    CHECK_STRING(reply, 11, "3");
    rediscluster_reply_free(reply);

    reply = cluster_command(cluster, "EXISTS", k[0], k[1], k[2], k[2], k[9], NULL);
    CHECK_INTEGER(reply, 0, 4);
    rediscluster_reply_free(reply);
    reply = cluster_command(cluster, "TOUCH", k[0], k[1], k[2], k[3], k[9], NULL);
    CHECK_INTEGER(reply, 0, 4);
    rediscluster_reply_free(reply);
    reply = cluster_command(cluster, "UNLINK", k[0], k[1], k[2], k[9], NULL);
    CHECK_INTEGER(reply, 0, 3);
    rediscluster_reply_free(reply);
    reply = cluster_command(cluster, "del", k[0], k[1], k[2], k[3], k[4], k[5], k[6], k[7], k[8], k[9], NULL);
    CHECK_INTEGER(reply, 0, 6);
    rediscluster_reply_free(reply);
}

/* The tag of the first key pins the untagged keys; every tag is stripped. */
static void test_tags(void) {
    rediscluster_reply *reply = cluster_command(cluster, "MSET", "tags:a{tags}", "1", "tags:b", "2", "tags:c{other}", "3", NULL);
    rediscluster_reply_free(reply);
    reply = cluster_command(cluster, "MGET", "tags:b{tags}", "tags:a", "tags:c{other}", NULL);
    CHECK_STRING(reply, 1, "2");
    CHECK_STRING(reply, 2, "1");
    CHECK_STRING(reply, 3, "3");
    rediscluster_reply_free(reply);
    reply = cluster_command(cluster, "DEL", "tags:a{tags}", "tags:b{tags}", "tags:c{other}", NULL);
    CHECK_INTEGER(reply, 0, 3);
    rediscluster_reply_free(reply);
}

/* A blocking command does not run into the read timeout. */
static void test_blocking(void) {
    int ports[64];
    rediscluster *hasty = cluster_open_of(ports, cluster_ports(ports, 64), ",\"read_timeout\":1");
    rediscluster_reply *reply = cluster_command(hasty, "BLPOP", "blocking:none", "2", NULL);
    CHECK_TYPE(reply, 0, REDISCLUSTER_TYPE_NIL_ARRAY);
    rediscluster_reply_free(reply);
    rediscluster_close(hasty);
}

/* foo is on node_2 of two, bar on node_1. No server listens on the ports, so nothing may be sent. */
static void test_crossnode(void) {
    const char *eval[] = {"EVAL", "return 1", "2", "foo", "bar"}, *mget[] = {"MGET", "foo", "bar"};
    rediscluster *two = open_two(""), *strict = open_two(",\"cross_node\":\"strict\"");
    rediscluster_reply *reply = NULL;
    const char *message;
    CHECK_INT(rediscluster_command(two, 5, eval, NULL, &reply, &error), REDISCLUSTER_ERROR_CROSSNODE);
    CHECK_INT(rediscluster_error_code(error), REDISCLUSTER_ERROR_CROSSNODE);
    CHECK_INT(rediscluster_error_executed(error), 0);
    message = rediscluster_error_message(error);
    if (!CHECK(message && strncmp(message, "CROSSNODE", 9) == 0 && strstr(message, "foo") && strstr(message, "bar") &&
               strstr(message, "node_1") && strstr(message, "node_2")))
        fprintf(stderr, "  %s\n", message);
    rediscluster_error_free(error);
    error = NULL;
    CHECK_FAILS(rediscluster_command(strict, 5, eval, NULL, &reply, &error), REDISCLUSTER_ERROR_CROSSNODE);
    CHECK_FAILS(rediscluster_command(strict, 3, mget, NULL, &reply, &error), REDISCLUSTER_ERROR_CROSSNODE);
    rediscluster_close(two);
    rediscluster_close(strict);
}

/* A command of a pipeline that cannot be routed fails without affecting the others. */
static void test_refused_in_pipeline(size_t nodes) {
    request pipeline = {NULL, 0, 0}, eval = {NULL, 0, 0};
    rediscluster_error *failure = NULL;
    rediscluster_reply *reply;
    size_t nth, at;
    char key[32];
    request_begin(&eval, 3 + 16 * nodes); /* enough keys to be on every node */
    request_word(&eval, "EVAL", 4);
    request_word(&eval, "return 1", 8);
    request_word(&eval, key, (size_t)sprintf(key, "%u", (unsigned)(16 * nodes)));
    for (nth = 0; nth < 16 * nodes; nth++) request_word(&eval, key, (size_t)sprintf(key, "refused:%u", (unsigned)nth));
    request_add(&pipeline, "SET", "refused:a", "1", NULL);
    request_append(&pipeline, eval.bytes, eval.length);
    request_add(&pipeline, "GET", NULL);
    request_add(&pipeline, "DEL", "refused:a", NULL);

    reply = cluster_execute(cluster, &pipeline);
    CHECK_INT(cluster_value_at(reply, 0).length, 4);
    CHECK_TYPED(reply, 1, REDISCLUSTER_TYPE_STATUS, "OK", 2);
    at = cluster_child(reply, 0, 1);
    CHECK_TYPE(reply, at, REDISCLUSTER_TYPE_FAILURE);
    CHECK_INTEGER(reply, cluster_child(reply, at, 0), REDISCLUSTER_ERROR_CROSSNODE);
    CHECK_INTEGER(reply, cluster_child(reply, at, 3), 0);
    CHECK_INT(rediscluster_reply_failure(reply, at, &failure, &error), REDISCLUSTER_OK);
    CHECK_INT(rediscluster_error_code(failure), REDISCLUSTER_ERROR_CROSSNODE);
    CHECK(strncmp(rediscluster_error_message(failure), "CROSSNODE", 9) == 0);
    rediscluster_error_free(failure);
    /* GET without its key is refused, by the library or by the server, and no other command is. */
    at = cluster_child(reply, 0, 2);
    CHECK(cluster_value_at(reply, at).type == REDISCLUSTER_TYPE_FAILURE || cluster_value_at(reply, at).type == REDISCLUSTER_TYPE_ERROR);
    CHECK_INTEGER(reply, cluster_child(reply, 0, 3), 1);
    rediscluster_reply_free(reply);
    request_free(&pipeline);
    request_free(&eval);
}

/* Invalid RESP fails the whole call, and nothing is sent. */
static void test_not_resp(void) {
    static const char *const bad[] = {
        "PING\r\n", "*", "*1", "*1\r\n", "*1\r\n$4\r\nPIN", "*1\r\n$4\r\nPING", "*1\r\n$4\r\nPINGxx", "*1\r\n+PING\r\n",
        "*-1\r\n", "*1\r\n$-1\r\n", "*x\r\n", "*99999999999999999999\r\n", "*1\r\n$99999999999999999999\r\n", "\r\n",
        "*1000000000\r\n", "*1\r\n$1000000000\r\n", "*1\r\n*1\r\n$4\r\nPING\r\n", "\xff\xfe",
    };
    rediscluster_reply *reply = NULL;
    size_t i;
    for (i = 0; i < sizeof bad / sizeof *bad; i++) {
        request pipeline = {NULL, 0, 0};
        request_add(&pipeline, "SET", "resp:sent", "1", NULL);
        request_append(&pipeline, bad[i], strlen(bad[i]));
        if (!CHECK_FAILS(rediscluster_execute(cluster, pipeline.bytes, pipeline.length, &reply, &error), REDISCLUSTER_ERROR_REQUEST))
            fprintf(stderr, "  request %u\n", (unsigned)i);
        CHECK(reply == NULL);
        CHECK_FAILS(rediscluster_each(cluster, bad[i], strlen(bad[i]), &reply, &error), REDISCLUSTER_ERROR_REQUEST);
        request_free(&pipeline);
    }
    reply = cluster_command(cluster, "EXISTS", "resp:sent", NULL);
    CHECK_INTEGER(reply, 0, 0);
    rediscluster_reply_free(reply);
}

/* The ID of the connection to every node. Handles that share connections see the same IDs. */
static void client_ids(const rediscluster *handle, int64_t *ids, size_t nodes) {
    request command = {NULL, 0, 0};
    rediscluster_reply *reply;
    size_t node;
    request_add(&command, "CLIENT", "ID", NULL);
    reply = cluster_each(handle, &command);
    for (node = 0; node < nodes; node++) ids[node] = cluster_value_at(reply, 2 + 2 * node).integer;
    rediscluster_reply_free(reply);
    request_free(&command);
}

static void test_shared(size_t nodes) {
    const char *config = cluster_config();
    int64_t first_ids[64], ids[64];
    rediscluster *first = NULL, *second = NULL, *own = cluster_open(config);
    CHECK_INT(rediscluster_open_shared(config, strlen(config), &first, &error), REDISCLUSTER_OK);
    CHECK_INT(rediscluster_open_shared(config, strlen(config), &second, &error), REDISCLUSTER_OK);
    client_ids(first, first_ids, nodes);
    client_ids(second, ids, nodes);
    CHECK(memcmp(first_ids, ids, nodes * sizeof *ids) == 0);
    client_ids(own, ids, nodes);
    CHECK(first_ids[0] != ids[0]);
    rediscluster_close(own);

    rediscluster_close(first);
    client_ids(second, ids, nodes);
    CHECK(memcmp(first_ids, ids, nodes * sizeof *ids) == 0);
    rediscluster_close(second);

    /* The shared handle stays open in the process after all users have closed it. */
    CHECK_INT(rediscluster_open_shared(config, strlen(config), &first, &error), REDISCLUSTER_OK);
    client_ids(first, ids, nodes);
    CHECK(memcmp(first_ids, ids, nodes * sizeof *ids) == 0);
    rediscluster_close(first);
}

/* An error reply says where it comes from, and its text stays as the server wrote it. */
static void test_error_origin(void) {
    const char *set[] = {"SET", "origin", "text"}, *push[] = {"lpush", "origin", "x"};
    rediscluster_reply *reply = NULL, *node = NULL;
    rediscluster_error *failure = NULL;
    char address[64];
    CHECK_INT(rediscluster_command(cluster, 3, set, NULL, &reply, &error), REDISCLUSTER_OK);
    rediscluster_reply_free(reply);
    CHECK_INT(rediscluster_command(cluster, 3, push, NULL, &reply, &error), REDISCLUSTER_OK);
    CHECK_INT(rediscluster_node_for(cluster, "origin", 6, &node, &error), REDISCLUSTER_OK);
    CHECK_INT(rediscluster_reply_error(reply, 0, &failure, &error), REDISCLUSTER_OK);
    CHECK_TYPE(reply, 0, REDISCLUSTER_TYPE_ERROR);
    CHECK_INT(strlen(rediscluster_error_message(failure)), cluster_value_at(reply, 0).length);
    CHECK(memcmp(rediscluster_error_message(failure), cluster_value_at(reply, 0).bytes, cluster_value_at(reply, 0).length) == 0);
    CHECK_STRING(node, cluster_value(node, "alias"), rediscluster_error_node(failure));
    snprintf(address, sizeof address, "127.0.0.1:%d", (int)cluster_value_at(node, cluster_value(node, "port")).integer);
    CHECK_TEXT(rediscluster_error_address(failure), address);
    CHECK_TEXT(rediscluster_error_command(failure), "LPUSH");
    CHECK_INT(rediscluster_error_code(failure), REDISCLUSTER_OK);
    CHECK_INT(rediscluster_error_executed(failure), 1);
    rediscluster_reply_free(reply);
    rediscluster_reply_free(node);
    rediscluster_error_free(failure);
}

/* A derived handle shares the connections of its origin and outlives it. */
static void test_with_read(size_t nodes) {
    int64_t ids[64], derived_ids[64];
    rediscluster *own = cluster_open(cluster_config()), *derived = NULL;
    request ping = {NULL, 0, 0};
    rediscluster_reply *reply = NULL;
    client_ids(own, ids, nodes);
    CHECK_INT(rediscluster_with_read(own, REDISCLUSTER_READ_MASTER, &derived, &error), REDISCLUSTER_OK);
    rediscluster_close(own);
    client_ids(derived, derived_ids, nodes);
    CHECK(memcmp(ids, derived_ids, nodes * sizeof *ids) == 0);

    /* These servers have no replicas. */
    request_add(&ping, "PING", NULL);
    CHECK_INT(rediscluster_each_on(derived, REDISCLUSTER_NODES_REPLICAS, ping.bytes, ping.length, &reply, &error), REDISCLUSTER_OK);
    CHECK_TYPE(reply, 0, REDISCLUSTER_TYPE_MAP);
    CHECK_INT(cluster_value_at(reply, 0).length, 0);
    rediscluster_reply_free(reply);
    CHECK_INT(rediscluster_each_on(derived, REDISCLUSTER_NODES_ALL, ping.bytes, ping.length, &reply, &error), REDISCLUSTER_OK);
    CHECK_INT(cluster_value_at(reply, 0).length, 2 * nodes);
    rediscluster_reply_free(reply);
    request_free(&ping);
    rediscluster_close(derived);
}

int main(void) {
    int ports[64];
    size_t nodes = cluster_ports(ports, 64);
    cluster = cluster_open(cluster_config());
    test_node_for();
    test_node_list(nodes);
    test_each(nodes);
    test_split();
    test_tags();
    test_blocking();
    test_crossnode();
    test_refused_in_pipeline(nodes);
    test_not_resp();
    test_shared(nodes);
    test_error_origin();
    test_with_read(nodes);
    rediscluster_close(cluster);
    return check_done();
}
