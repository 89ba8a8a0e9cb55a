/* The private interface of the PHP binding: the struct that receives replies may hold anything before a call. */
#include "cluster.h"

#include "../../../include/rediscluster_php.h"

#define LENGTH 100000

static rediscluster *cluster;
static rediscluster_error *error;
/* Neither initialised here nor by malloc, so that valgrind reports a call that reads it. */
static rediscluster_php_reply *reply;

static int type(void) {
    return (int)(reply->head & 0xff);
}

static size_t length(void) {
    return (size_t)(reply->head >> 8);
}

/* Runs one command, given as a list of arguments, the name and the number of arguments, each followed by 0xff. */
static void command(const char *request, int64_t format) {
    rediscluster_status status = rediscluster_php_command(cluster, request, strlen(request), format, reply, &error);
    if (!CHECK_INT(status, REDISCLUSTER_OK)) exit(check_done());
    CHECK(error == NULL);
}

static void check_bytes_of(int expected_type, const char *bytes, size_t expected_length) {
    CHECK_INT(type(), expected_type);
    CHECK_INT(length(), expected_length);
    CHECK(reply->bytes != NULL && memcmp(reply->bytes, bytes, expected_length) == 0);
    CHECK((reply->buffer != NULL) == (expected_length > sizeof reply->small));
    if (expected_length <= sizeof reply->small) CHECK(reply->bytes == reply->small);
    rediscluster_php_release(reply);
    CHECK(reply->buffer == NULL);
}

static void test_layout(void) {
    CHECK_INT(rediscluster_php_interface_version(), REDISCLUSTER_PHP_INTERFACE_VERSION);
    CHECK_INT(sizeof *reply, 16 + 2 * sizeof(void *) + 4096);
    CHECK_INT(offsetof(rediscluster_php_reply, integer), 8);
    CHECK_INT(offsetof(rediscluster_php_reply, bytes), 16);
    CHECK_INT(offsetof(rediscluster_php_reply, buffer), 16 + sizeof(void *));
    CHECK_INT(offsetof(rediscluster_php_reply, small), 16 + 2 * sizeof(void *));
}

static void test_small_replies(void) {
    command("php:a\xff" "value\xff" "SET\xff" "3\xff", 2);
    CHECK_INT(type(), REDISCLUSTER_PHP_TRUE);
    command("php:a\xff" "GET\xff" "2\xff", 0);
    check_bytes_of(REDISCLUSTER_PHP_STRING, "value", 5);
    command("php:none\xff" "GET\xff" "2\xff", 0);
    CHECK_INT(type(), REDISCLUSTER_PHP_NULL);
    CHECK(reply->bytes == NULL && reply->buffer == NULL);
    command("php:none\xff" "GET\xff" "2\xff", 1);
    CHECK_INT(type(), REDISCLUSTER_PHP_FALSE);
    command("php:a\xff" "STRLEN\xff" "2\xff", 0);
    CHECK_INT(type(), REDISCLUSTER_PHP_INTEGER);
    CHECK_INT(reply->integer, 5);
    command("php:a\xff" "php:a\xff" "MGET\xff" "3\xff", 0);
    check_bytes_of(REDISCLUSTER_PHP_LIST, "value\xffvalue", 11);
    command("php:a\xff" "LPOP\xff" "2\xff", 0);
    CHECK_INT(type(), REDISCLUSTER_PHP_OBJECTS);
}

/* Each large reply has memory of its own until it is released, whatever the struct held. */
static void test_large_replies(void) {
    rediscluster_php_reply *first = reply, *second = (rediscluster_php_reply *)malloc(sizeof *second);
    char *value = (char *)malloc(LENGTH + 64);
    int round;
    if (!value || !second) abort();
    memset(value, 'x', LENGTH);
    value[LENGTH] = 0;
    rediscluster_reply_free(cluster_command(cluster, "SET", "php:large", value, NULL));
    for (round = 0; round < 3; round++) {
        memset(first, round ? 0xff : 0, sizeof *first);
        memset(second, 0xa5, sizeof *second);
        reply = first;
        command("php:large\xff" "GET\xff" "2\xff", 0);
        reply = second;
        command("php:large\xff" "php:large\xff" "MGET\xff" "3\xff", 0);
        CHECK(first->buffer != NULL && second->buffer != NULL && first->buffer != second->buffer);
        CHECK_INT(length(), 2 * LENGTH + 1);
        CHECK(memcmp(second->bytes, value, LENGTH) == 0 && second->bytes[LENGTH] == 0xff);
        CHECK(memcmp(second->bytes + LENGTH + 1, value, LENGTH) == 0);
        rediscluster_php_release(second);
        CHECK(second->buffer == NULL && second->bytes == NULL);
        reply = first;
        check_bytes_of(REDISCLUSTER_PHP_STRING, value, LENGTH);
        rediscluster_php_release(first);
    }
    rediscluster_php_release(NULL);
    free(value);
    free(second);
}

static void test_failed_calls(void) {
    memset(reply, 0xff, sizeof *reply);
    CHECK_FAILS(rediscluster_php_command(NULL, "PING\xff" "1\xff", 7, 0, reply, &error), REDISCLUSTER_ERROR_ARGUMENT);
    CHECK(reply->head == REDISCLUSTER_PHP_NULL && reply->integer == 0 && reply->bytes == NULL && reply->buffer == NULL);
    CHECK_FAILS(rediscluster_php_command(cluster, NULL, 7, 0, reply, &error), REDISCLUSTER_ERROR_ARGUMENT);
    CHECK_FAILS(rediscluster_php_command(cluster, "PING\xff" "1\xff", 7, 0, NULL, &error), REDISCLUSTER_ERROR_ARGUMENT);
    CHECK_FAILS(rediscluster_php_each(cluster, 9, "PING\xff" "1\xff", 7, reply, &error), REDISCLUSTER_ERROR_ARGUMENT);
    CHECK_FAILS(rediscluster_php_node_list(cluster, 2, reply, &error), REDISCLUSTER_ERROR_ARGUMENT);
    CHECK_INT(rediscluster_php_execute(NULL, NULL, 0, NULL, NULL), REDISCLUSTER_ERROR_ARGUMENT);
    CHECK_INT(rediscluster_php_session_receive(NULL, 0, NULL, NULL), REDISCLUSTER_ERROR_ARGUMENT);
}

static void test_node_list(void) {
    static const char begin[] = "a:3:{s:6:\"node_1\";a:8:{s:4:\"role\";s:6:\"master\";s:6:\"master\";s:6:\"node_1\";s:4:\"host\";";
    memset(reply, 0xff, sizeof *reply);
    CHECK_INT(rediscluster_php_node_list(cluster, 0, reply, &error), REDISCLUSTER_OK);
    CHECK_INT(type(), REDISCLUSTER_PHP_TEXT);
    CHECK(length() > sizeof begin && memcmp(reply->bytes, begin, sizeof begin - 1) == 0);
}

int main(void) {
    int ports[3];
    if (cluster_ports(ports, 3) < 3) return fprintf(stderr, "run this with scripts/with-redis 3\n"), 2;
    cluster = cluster_open_of(ports, 3, "");
    reply = (rediscluster_php_reply *)malloc(sizeof *reply);
    if (!reply) abort();
    test_layout();
    test_small_replies();
    test_large_replies();
    test_failed_calls();
    test_node_list();
    rediscluster_reply_free(cluster_command(cluster, "DEL", "php:a", "php:large", NULL));
    free(reply);
    rediscluster_close(cluster);
    return check_done();
}
