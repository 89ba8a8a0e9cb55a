/* NULL for every pointer argument of every function: the documented error, never a crash; outputs are cleared first. */
#include "cluster.h"
#include "server.h"

/* The value of an output before the call. A failed call must replace it. */
static char poison[64];
#define POISON(output) memset(&(output), 0xAB, sizeof(output))

static const char ping[] = "*1\r\n$4\r\nPING\r\n";
static const size_t ping_length = sizeof ping - 1;

static char *config;
static rediscluster *cluster;
static rediscluster_error *error;

typedef rediscluster_status open_function(const char *, size_t, rediscluster **, rediscluster_error **);
typedef rediscluster_status run_function(const rediscluster *, const char *, size_t, rediscluster_reply **,
                                         rediscluster_error **);

static void test_open(open_function *open) {
    rediscluster *opened = (rediscluster *)poison;
    CHECK_FAILS(open(NULL, 5, &opened, &error), REDISCLUSTER_ERROR_ARGUMENT);
    CHECK(opened == NULL);
    opened = (rediscluster *)poison;
    CHECK_FAILS(open(NULL, 0, &opened, &error), REDISCLUSTER_ERROR_CONFIG);
    CHECK(opened == NULL);
    opened = (rediscluster *)poison;
    CHECK_FAILS(open("{}", 2, &opened, &error), REDISCLUSTER_ERROR_CONFIG);
    CHECK(opened == NULL);
    CHECK_FAILS(open(config, strlen(config), NULL, &error), REDISCLUSTER_ERROR_ARGUMENT);

    CHECK_INT(open(NULL, 5, &opened, NULL), REDISCLUSTER_ERROR_ARGUMENT);
    CHECK_INT(open(NULL, 5, NULL, NULL), REDISCLUSTER_ERROR_ARGUMENT);
    CHECK_INT(open(config, strlen(config), &opened, NULL), REDISCLUSTER_OK);
    CHECK(opened != NULL);
    rediscluster_close(opened);
}

/* execute, node_for, each and explain take the same arguments. */
static void test_run(run_function *run) {
    rediscluster_reply *reply = (rediscluster_reply *)poison;
    CHECK_FAILS(run(NULL, ping, ping_length, &reply, &error), REDISCLUSTER_ERROR_ARGUMENT);
    CHECK(reply == NULL);
    reply = (rediscluster_reply *)poison;
    CHECK_FAILS(run(cluster, NULL, 5, &reply, &error), REDISCLUSTER_ERROR_ARGUMENT);
    CHECK(reply == NULL);
    CHECK_FAILS(run(cluster, ping, ping_length, NULL, &error), REDISCLUSTER_ERROR_ARGUMENT);
    CHECK_INT(run(NULL, ping, ping_length, &reply, NULL), REDISCLUSTER_ERROR_ARGUMENT);
    CHECK_INT(run(NULL, NULL, 0, NULL, NULL), REDISCLUSTER_ERROR_ARGUMENT);
}

static void test_empty_slices(void) {
    rediscluster_reply *reply = (rediscluster_reply *)poison;
    CHECK_FAILS(rediscluster_each(cluster, NULL, 0, &reply, &error), REDISCLUSTER_ERROR_REQUEST);
    CHECK(reply == NULL);
    reply = (rediscluster_reply *)poison;
    CHECK_FAILS(rediscluster_explain(cluster, NULL, 0, &reply, &error), REDISCLUSTER_ERROR_REQUEST);
    CHECK(reply == NULL);

    /* An empty request has no replies. */
    CHECK_INT(rediscluster_execute(cluster, NULL, 0, &reply, &error), REDISCLUSTER_OK);
    CHECK_TYPE(reply, 0, REDISCLUSTER_TYPE_ARRAY);
    CHECK_INT(cluster_value_at(reply, 0).length, 0);
    rediscluster_reply_free(reply);

    /* The empty key is valid: crc32("") is 0. */
    CHECK_INT(rediscluster_node_for(cluster, NULL, 0, &reply, &error), REDISCLUSTER_OK);
    CHECK_STRING(reply, cluster_value(reply, "alias"), "node_1");
    CHECK_STRING(reply, cluster_value(reply, "key"), "");
    rediscluster_reply_free(reply);
}

static void test_command(void) {
    const char *words[] = {"GET", "foo"}, *hole[] = {"GET", NULL};
    const size_t lengths[] = {3, 3}, hole_empty[] = {3, 0};
    rediscluster_reply *reply = (rediscluster_reply *)poison;
    CHECK_FAILS(rediscluster_command(NULL, 2, words, lengths, &reply, &error), REDISCLUSTER_ERROR_ARGUMENT);
    CHECK(reply == NULL);
    reply = (rediscluster_reply *)poison;
    CHECK_FAILS(rediscluster_command(cluster, 2, NULL, lengths, &reply, &error), REDISCLUSTER_ERROR_ARGUMENT);
    CHECK(reply == NULL);
    CHECK_FAILS(rediscluster_command(cluster, 2, words, lengths, NULL, &error), REDISCLUSTER_ERROR_ARGUMENT);
    CHECK_FAILS(rediscluster_command(cluster, 2, hole, lengths, &reply, &error), REDISCLUSTER_ERROR_ARGUMENT);
    CHECK_FAILS(rediscluster_command(cluster, 2, hole, NULL, &reply, &error), REDISCLUSTER_ERROR_ARGUMENT);
    CHECK_FAILS(rediscluster_command(cluster, 0, NULL, NULL, &reply, &error), REDISCLUSTER_ERROR_REQUEST);
    CHECK(reply == NULL);
    CHECK_INT(rediscluster_command(NULL, 0, NULL, NULL, NULL, NULL), REDISCLUSTER_ERROR_ARGUMENT);

    /* These arguments are valid: an empty word can be NULL, and lengths can be omitted. Only the server is down. */
    CHECK_FAILS(rediscluster_command(cluster, 2, hole, hole_empty, &reply, &error), REDISCLUSTER_ERROR_CONNECT);
    CHECK_FAILS(rediscluster_command(cluster, 2, words, NULL, &reply, &error), REDISCLUSTER_ERROR_CONNECT);
    CHECK_INT(rediscluster_command(cluster, 2, words, lengths, &reply, NULL), REDISCLUSTER_ERROR_CONNECT);
    CHECK(reply == NULL);
}

/* recover reports an unreachable server in its reply; the call does not fail. */
static void test_recover(void) {
    rediscluster_reply *reply = (rediscluster_reply *)poison;
    CHECK_FAILS(rediscluster_recover(NULL, 0, &reply, &error), REDISCLUSTER_ERROR_ARGUMENT);
    CHECK(reply == NULL);
    CHECK_FAILS(rediscluster_recover(cluster, 0, NULL, &error), REDISCLUSTER_ERROR_ARGUMENT);
    CHECK_FAILS(rediscluster_recover_to(NULL, "h", 1, "k", 1, &reply, &error), REDISCLUSTER_ERROR_ARGUMENT);
    CHECK_FAILS(rediscluster_recover_to(cluster, NULL, 1, "k", 1, &reply, &error), REDISCLUSTER_ERROR_ARGUMENT);
    CHECK_FAILS(rediscluster_recover_to(cluster, "h", 1, NULL, 1, &reply, &error), REDISCLUSTER_ERROR_ARGUMENT);
    CHECK_INT(rediscluster_recover(NULL, 0, NULL, NULL), REDISCLUSTER_ERROR_ARGUMENT);
    CHECK_INT(rediscluster_recover(cluster, UINT64_MAX, &reply, NULL), REDISCLUSTER_OK);
    CHECK_INT(cluster_value_at(reply, 0).length, 1);
    rediscluster_reply_free(reply);
}

static void test_reply(void) {
    rediscluster_reply *reply = cluster_node_for(cluster, "foo", 3);
    rediscluster_data data, no_data;
    rediscluster_value value, no_value;
    rediscluster_type type;
    rediscluster_error *failure;
    const uint8_t *bytes;
    int64_t integer;
    size_t length, element;
    memset(&no_data, 0, sizeof no_data);

    POISON(data);
    CHECK_FAILS(rediscluster_reply_data(NULL, &data, &error), REDISCLUSTER_ERROR_ARGUMENT);
    CHECK(memcmp(&data, &no_data, sizeof data) == 0);
    CHECK_FAILS(rediscluster_reply_data(reply, NULL, &error), REDISCLUSTER_ERROR_ARGUMENT);
    CHECK_INT(rediscluster_reply_data(NULL, NULL, NULL), REDISCLUSTER_ERROR_ARGUMENT);

    memset(&no_value, 0, sizeof no_value);
    POISON(value);
    CHECK_FAILS(rediscluster_reply_value(NULL, 0, &value, &error), REDISCLUSTER_ERROR_ARGUMENT);
    CHECK(value.type == 0 && value.integer == 0 && value.bytes == NULL && value.length == 0 && value.next == 0);
    CHECK_FAILS(rediscluster_reply_value(reply, 0, NULL, &error), REDISCLUSTER_ERROR_ARGUMENT);
    CHECK_INT(rediscluster_reply_value(NULL, 0, NULL, NULL), REDISCLUSTER_ERROR_ARGUMENT);

    POISON(type);
    CHECK_FAILS(rediscluster_reply_type(NULL, 0, &type, &error), REDISCLUSTER_ERROR_ARGUMENT);
    CHECK_INT(type, 0);
    CHECK_FAILS(rediscluster_reply_type(reply, 0, NULL, &error), REDISCLUSTER_ERROR_ARGUMENT);
    CHECK_INT(rediscluster_reply_type(NULL, 0, NULL, NULL), REDISCLUSTER_ERROR_ARGUMENT);

    POISON(integer);
    CHECK_FAILS(rediscluster_reply_integer(NULL, 0, &integer, &error), REDISCLUSTER_ERROR_ARGUMENT);
    CHECK_INT(integer, 0);
    CHECK_FAILS(rediscluster_reply_integer(reply, 0, NULL, &error), REDISCLUSTER_ERROR_ARGUMENT);
    CHECK_INT(rediscluster_reply_integer(NULL, 0, NULL, NULL), REDISCLUSTER_ERROR_ARGUMENT);

    POISON(bytes), POISON(length);
    CHECK_FAILS(rediscluster_reply_bytes(NULL, 0, &bytes, &length, &error), REDISCLUSTER_ERROR_ARGUMENT);
    CHECK(bytes == NULL && length == 0);
    POISON(length);
    CHECK_FAILS(rediscluster_reply_bytes(reply, 1, NULL, &length, &error), REDISCLUSTER_ERROR_ARGUMENT);
    CHECK_INT(length, 0);
    POISON(bytes);
    CHECK_FAILS(rediscluster_reply_bytes(reply, 1, &bytes, NULL, &error), REDISCLUSTER_ERROR_ARGUMENT);
    CHECK(bytes == NULL);
    CHECK_INT(rediscluster_reply_bytes(NULL, 0, NULL, NULL, NULL), REDISCLUSTER_ERROR_ARGUMENT);

    POISON(length);
    CHECK_FAILS(rediscluster_reply_length(NULL, 0, &length, &error), REDISCLUSTER_ERROR_ARGUMENT);
    CHECK_INT(length, 0);
    CHECK_FAILS(rediscluster_reply_length(reply, 0, NULL, &error), REDISCLUSTER_ERROR_ARGUMENT);
    CHECK_INT(rediscluster_reply_length(NULL, 0, NULL, NULL), REDISCLUSTER_ERROR_ARGUMENT);

    POISON(element);
    CHECK_FAILS(rediscluster_reply_element(NULL, 0, 0, &element, &error), REDISCLUSTER_ERROR_ARGUMENT);
    CHECK_INT(element, 0);
    CHECK_FAILS(rediscluster_reply_element(reply, 0, 0, NULL, &error), REDISCLUSTER_ERROR_ARGUMENT);
    CHECK_INT(rediscluster_reply_element(NULL, 0, 0, NULL, NULL), REDISCLUSTER_ERROR_ARGUMENT);

    failure = (rediscluster_error *)poison;
    CHECK_FAILS(rediscluster_reply_failure(NULL, 0, &failure, &error), REDISCLUSTER_ERROR_ARGUMENT);
    CHECK(failure == NULL);
    CHECK_FAILS(rediscluster_reply_failure(reply, 0, NULL, &error), REDISCLUSTER_ERROR_ARGUMENT);
    CHECK_INT(rediscluster_reply_failure(NULL, 0, NULL, NULL), REDISCLUSTER_ERROR_ARGUMENT);
    failure = (rediscluster_error *)poison;
    CHECK_FAILS(rediscluster_reply_error(NULL, 0, &failure, &error), REDISCLUSTER_ERROR_ARGUMENT);
    CHECK(failure == NULL);
    CHECK_FAILS(rediscluster_reply_error(reply, 0, NULL, &error), REDISCLUSTER_ERROR_ARGUMENT);
    CHECK(rediscluster_error_address(NULL) == NULL && rediscluster_error_command(NULL) == NULL);

    rediscluster_reply_free(reply);
}

/* A call does not free the error of an earlier call, it overwrites the pointer: with NULL on success. */
static void test_error(void) {
    rediscluster_reply *reply = NULL;
    error = (rediscluster_error *)poison;
    CHECK_INT(rediscluster_node_for(cluster, "foo", 3, &reply, &error), REDISCLUSTER_OK);
    CHECK(error == NULL);
    rediscluster_reply_free(reply);

    CHECK_INT(rediscluster_error_code(NULL), REDISCLUSTER_ERROR_ARGUMENT);
    CHECK(rediscluster_error_message(NULL) == NULL);
    CHECK(rediscluster_error_node(NULL) == NULL);
    CHECK_INT(rediscluster_error_executed(NULL), -1);
}

static void test_free(void) {
    int twice;
    for (twice = 0; twice < 2; twice++) {
        rediscluster_close(NULL);
        rediscluster_reply_free(NULL);
        rediscluster_error_free(NULL);
    }
    CHECK(1);
}

static void test_nodes(void) {
    rediscluster *derived = (rediscluster *)poison;
    rediscluster_reply *reply = (rediscluster_reply *)poison;
    CHECK_FAILS(rediscluster_with_read(NULL, REDISCLUSTER_READ_MASTER, &derived, &error), REDISCLUSTER_ERROR_ARGUMENT);
    CHECK(derived == NULL);
    derived = (rediscluster *)poison;
    CHECK_FAILS(rediscluster_with_read(cluster, 7, &derived, &error), REDISCLUSTER_ERROR_ARGUMENT);
    CHECK(derived == NULL);
    CHECK_FAILS(rediscluster_with_read(cluster, REDISCLUSTER_READ_MASTER, NULL, &error), REDISCLUSTER_ERROR_ARGUMENT);
    CHECK_INT(rediscluster_with_read(NULL, 0, NULL, NULL), REDISCLUSTER_ERROR_ARGUMENT);
    derived = (rediscluster *)poison;
    CHECK_FAILS(rediscluster_with_deadline(NULL, 1, &derived, &error), REDISCLUSTER_ERROR_ARGUMENT);
    CHECK(derived == NULL);
    CHECK_FAILS(rediscluster_with_deadline(cluster, 1, NULL, &error), REDISCLUSTER_ERROR_ARGUMENT);
    CHECK_INT(rediscluster_with_deadline(NULL, 0, NULL, NULL), REDISCLUSTER_ERROR_ARGUMENT);
    derived = (rediscluster *)poison;
    CHECK_FAILS(rediscluster_with_interrupt(NULL, &derived, &error), REDISCLUSTER_ERROR_ARGUMENT);
    CHECK(derived == NULL);
    CHECK_FAILS(rediscluster_with_interrupt(cluster, NULL, &error), REDISCLUSTER_ERROR_ARGUMENT);
    rediscluster_interrupt(NULL);
    rediscluster_interrupt(cluster); /* a no-op for a handle that cannot be interrupted */
    derived = (rediscluster *)poison;
    CHECK_FAILS(rediscluster_with_partial(cluster, 2, &derived, &error), REDISCLUSTER_ERROR_ARGUMENT);
    CHECK(derived == NULL);
    CHECK_FAILS(rediscluster_with_partial(cluster, 1, NULL, &error), REDISCLUSTER_ERROR_ARGUMENT);
    CHECK_INT(rediscluster_with_partial(NULL, 0, NULL, NULL), REDISCLUSTER_ERROR_ARGUMENT);

    CHECK_FAILS(rediscluster_stats(NULL, &reply, &error), REDISCLUSTER_ERROR_ARGUMENT);
    CHECK(reply == NULL);
    CHECK_FAILS(rediscluster_stats(cluster, NULL, &error), REDISCLUSTER_ERROR_ARGUMENT);
    reply = (rediscluster_reply *)poison;
    CHECK_FAILS(rediscluster_node_list(NULL, 0, &reply, &error), REDISCLUSTER_ERROR_ARGUMENT);
    CHECK(reply == NULL);
    reply = (rediscluster_reply *)poison;
    CHECK_FAILS(rediscluster_node_list(cluster, 2, &reply, &error), REDISCLUSTER_ERROR_ARGUMENT);
    CHECK(reply == NULL);
    CHECK_FAILS(rediscluster_node_list(cluster, 0, NULL, &error), REDISCLUSTER_ERROR_ARGUMENT);
    CHECK_INT(rediscluster_node_list(NULL, 0, NULL, NULL), REDISCLUSTER_ERROR_ARGUMENT);
    reply = (rediscluster_reply *)poison;

    CHECK_FAILS(rediscluster_each_on(NULL, REDISCLUSTER_NODES_ALL, ping, ping_length, &reply, &error), REDISCLUSTER_ERROR_ARGUMENT);
    CHECK(reply == NULL);
    reply = (rediscluster_reply *)poison;
    CHECK_FAILS(rediscluster_each_on(cluster, -1, ping, ping_length, &reply, &error), REDISCLUSTER_ERROR_ARGUMENT);
    CHECK(reply == NULL);
    CHECK_FAILS(rediscluster_each_on(cluster, REDISCLUSTER_NODES_ALL, NULL, 5, &reply, &error), REDISCLUSTER_ERROR_ARGUMENT);
    CHECK_FAILS(rediscluster_each_on(cluster, REDISCLUSTER_NODES_ALL, ping, ping_length, NULL, &error), REDISCLUSTER_ERROR_ARGUMENT);
    CHECK_INT(rediscluster_each_on(NULL, 0, NULL, 0, NULL, NULL), REDISCLUSTER_ERROR_ARGUMENT);
}

static void test_partition(void) {
    CHECK_INT(rediscluster_partition(NULL, 5, 3), 0);
    CHECK_INT(rediscluster_partition("foo", 3, 0), 0);
    CHECK_INT(rediscluster_partition(NULL, 0, 0), 0);
    CHECK_INT(rediscluster_partition(NULL, 0, 3), 1);
}

int main(void) {
    int socket, ports[2];
    ports[0] = ports[1] = server_dead_port(&socket);
    config = cluster_config_of(ports, 2, "");
    cluster = cluster_open(config);
    test_open(rediscluster_open);
    test_open(rediscluster_open_shared);
    test_run(rediscluster_execute);
    test_run(rediscluster_each);
    test_run(rediscluster_node_for);
    test_run(rediscluster_explain);
    test_recover();
    test_empty_slices();
    test_command();
    test_reply();
    test_error();
    test_free();
    test_nodes();
    test_partition();
    rediscluster_close(cluster);
    free(config);
    close(socket);
    return check_done();
}
