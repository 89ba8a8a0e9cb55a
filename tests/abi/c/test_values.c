/* Values of every size and byte, deep and long replies, long pipelines, unchanged error replies: on real servers.
 * REDISCLUSTER_TEST_SMALL=1 takes smaller sizes, for valgrind. */
#include "cluster.h"

#define MIB ((size_t)1 << 20)

static rediscluster *cluster;
static int small;

/* A value goes through SET and comes back through GET unchanged. */
static void check_value(const char *key, const char *value, size_t length) {
    const char *set[] = {"SET", key, value};
    size_t lengths[3];
    rediscluster_reply *reply;
    lengths[0] = 3, lengths[1] = strlen(key), lengths[2] = length;
    reply = cluster_command_of(cluster, 3, set, lengths);
    CHECK_TYPED(reply, 0, REDISCLUSTER_TYPE_STATUS, "OK", 2);
    rediscluster_reply_free(reply);
    reply = cluster_command(cluster, "GET", key, NULL);
    CHECK_TYPED(reply, 0, REDISCLUSTER_TYPE_STRING, value, length);
    rediscluster_reply_free(reply);
    rediscluster_reply_free(cluster_command(cluster, "DEL", key, NULL));
}

static void test_sizes(void) {
    /* Sizes around those of the buffers. */
    static const size_t sizes[] = {0, 1, 2, 255, 256, 4095, 4096, 4097, 16383, 16384, 65535, 65536, 65537, 1000003};
    size_t i, largest = small ? MIB : 64 * MIB;
    char *value = (char *)malloc(largest);
    if (!value) abort();
    for (i = 0; i < largest; i++) value[i] = (char)(i * 2654435761u >> 24);
    for (i = 0; i < sizeof sizes / sizeof *sizes; i++) check_value("values:size", value, sizes[i]);
    check_value("values:large", value, largest);
    free(value);
}

static void test_every_byte(void) {
    char every[256], one[1];
    int byte;
    for (byte = 0; byte < 256; byte++) every[byte] = (char)byte;
    check_value("values:every", every, sizeof every);
    for (byte = 0; byte < 256; byte++) {
        one[0] = (char)byte;
        check_value("values:one", one, 1);
    }
    check_value("values:resp", "$-1\r\n*2\r\n+OK\r\n-ERR\r\n", 21);
}

/* Every byte in a key, except those that would form a hash tag. */
static void test_key_bytes(void) {
    char key[256];
    const char *get[] = {"GET", key}, *set[] = {"SET", key, "found"};
    const char *del[] = {"DEL", key};
    size_t i, lengths[] = {3, sizeof key, 5};
    rediscluster_reply *reply;
    for (i = 0; i < sizeof key; i++) key[i] = (char)(i == '{' || i == '}' ? 0 : i);
    rediscluster_reply_free(cluster_command_of(cluster, 3, set, lengths));
    reply = cluster_command_of(cluster, 2, get, lengths);
    CHECK_STRING(reply, 0, "found");
    rediscluster_reply_free(reply);
    rediscluster_reply_free(cluster_command_of(cluster, 2, del, lengths));
}

/* {1, {2, {3, ... {8, "bottom"}}, "x"}, "x"} */
static void test_nested(void) {
    rediscluster_reply *reply =
        cluster_command(cluster, "EVAL", "local t = 'bottom' for i = 8, 1, -1 do t = {i, t, KEYS[1]} end return t", "1",
                        "values:nested", NULL);
    size_t level, at = 0;
    for (level = 1; level <= 8; level++) {
        CHECK_TYPE(reply, at, REDISCLUSTER_TYPE_ARRAY);
        CHECK_INT(cluster_value_at(reply, at).length, 3);
        CHECK_INTEGER(reply, cluster_child(reply, at, 0), (int64_t)level);
        CHECK_STRING(reply, cluster_child(reply, at, 2), "values:nested");
        at = cluster_child(reply, at, 1);
    }
    CHECK_STRING(reply, at, "bottom");
    rediscluster_reply_free(reply);
}

static int numbered(char *to, const char *name, size_t number) {
    return sprintf(to, "%s:%lu", name, (unsigned long)number);
}

static void test_long_array(void) {
    size_t i, at, count = small ? 1000 : 100000;
    char text[64];
    request push = {NULL, 0, 0};
    rediscluster_reply *reply;
    request_begin(&push, 2 + count);
    request_word(&push, "RPUSH", 5);
    request_word(&push, "values:list", 11);
    for (i = 0; i < count; i++) request_word(&push, text, (size_t)numbered(text, "element", i));
    reply = cluster_execute(cluster, &push);
    CHECK_INTEGER(reply, 1, (int64_t)count);
    rediscluster_reply_free(reply);

    reply = cluster_command(cluster, "LRANGE", "values:list", "0", "-1", NULL);
    CHECK_INT(cluster_value_at(reply, 0).length, count);
    CHECK_INT(cluster_data(reply).entries_length, count + 1);
    for (i = 0, at = 1; i < count; i++, at = cluster_value_at(reply, at).next) {
        numbered(text, "element", i);
        CHECK_STRING(reply, at, text);
    }
    CHECK_INT(at, count + 1);
    CHECK_INT(cluster_child(reply, 0, count - 1), count); /* an array of scalars has one entry per value */
    rediscluster_reply_free(reply);
    rediscluster_reply_free(cluster_command(cluster, "DEL", "values:list", NULL));
    request_free(&push);
}

/* One pipeline over all nodes: SET, GET and DEL of every key; replies in the order of the commands. */
static void test_long_pipeline(void) {
    size_t i, at = 1, keys = small ? 1000 : 33334;
    char key[64], value[64];
    request pipeline = {NULL, 0, 0};
    rediscluster_reply *reply;
    for (i = 0; i < keys; i++) {
        numbered(key, "values:pipeline", i);
        numbered(value, "value", i);
        request_add(&pipeline, "SET", key, value, NULL);
        request_add(&pipeline, "GET", key, NULL);
        request_add(&pipeline, "DEL", key, NULL);
    }
    reply = cluster_execute(cluster, &pipeline);
    CHECK_INT(cluster_value_at(reply, 0).length, 3 * keys);
    for (i = 0; i < keys; i++, at += 3) {
        numbered(value, "value", i);
        CHECK_TYPED(reply, at, REDISCLUSTER_TYPE_STATUS, "OK", 2);
        CHECK_STRING(reply, at + 1, value);
        CHECK_INTEGER(reply, at + 2, 1);
    }
    CHECK_INT(cluster_data(reply).entries_length, 3 * keys + 1);
    rediscluster_reply_free(reply);
    request_free(&pipeline);
}

/* Redis sends the error of a script unchanged. */
static void test_error_replies(void) {
    rediscluster_reply *reply = cluster_command(cluster, "EVAL", "return {err = ARGV[1]}", "1", "values:error",
                                                "MY caf\xe9 \xff\xfe\x80", NULL);
    CHECK_TYPED(reply, 0, REDISCLUSTER_TYPE_ERROR, "MY caf\xe9 \xff\xfe\x80", 11);
    rediscluster_reply_free(reply);

    rediscluster_reply_free(cluster_command(cluster, "SET", "values:error", "text", NULL));
    reply = cluster_command(cluster, "LPUSH", "values:error", "x", NULL);
    CHECK_TYPE(reply, 0, REDISCLUSTER_TYPE_ERROR);
    CHECK(cluster_value_at(reply, 0).length > 9 && memcmp(cluster_value_at(reply, 0).bytes, "WRONGTYPE", 9) == 0);
    rediscluster_reply_free(reply);

    reply = cluster_command(cluster, "GET", "values:error", NULL); /* the connection still works */
    CHECK_STRING(reply, 0, "text");
    rediscluster_reply_free(reply);
    rediscluster_reply_free(cluster_command(cluster, "DEL", "values:error", NULL));
}

/* An error in the middle of a pipeline is a regular reply. */
static void test_error_in_pipeline(void) {
    request pipeline = {NULL, 0, 0};
    rediscluster_reply *reply;
    request_add(&pipeline, "SET", "values:middle", "1", NULL);
    request_add(&pipeline, "LPUSH", "values:middle", "x", NULL);
    request_add(&pipeline, "INCR", "values:middle", NULL);
    request_add(&pipeline, "DEL", "values:middle", NULL);
    reply = cluster_execute(cluster, &pipeline);
    CHECK_TYPE(reply, 1, REDISCLUSTER_TYPE_STATUS);
    CHECK_TYPE(reply, 2, REDISCLUSTER_TYPE_ERROR);
    CHECK_INTEGER(reply, 3, 2);
    CHECK_INTEGER(reply, 4, 1);
    rediscluster_reply_free(reply);
    request_free(&pipeline);
}

int main(void) {
    small = getenv("REDISCLUSTER_TEST_SMALL") != NULL;
    cluster = cluster_open(cluster_config());
    test_sizes();
    test_every_byte();
    test_key_bytes();
    test_nested();
    test_long_array();
    test_long_pipeline();
    test_error_replies();
    test_error_in_pipeline();
    rediscluster_close(cluster);
    return check_done();
}
