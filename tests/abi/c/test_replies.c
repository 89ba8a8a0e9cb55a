/* Every type of value through every accessor; wrong accessors and indexes; the flat index. */
#include "cluster.h"
#include "server.h"

static const char *const replies[] = {
    "$-1\r\n",
    "$3\r\na\0b\r\n", /* its length is given below */
    "$0\r\n\r\n",
    "+OK\r\n",
    "+\r\n",
    ":-9223372036854775808\r\n",
    ":9223372036854775807\r\n",
    "-ERR caf\xe9 \xff\xfe\r\n",
    "*-1\r\n",
    "*0\r\n",
    "*3\r\n:1\r\n*2\r\n$1\r\nx\r\n*-1\r\n$1\r\ny\r\n",
};
enum { NIL, STRING, EMPTY, STATUS, EMPTY_STATUS, LEAST, GREATEST, ERROR, NIL_ARRAY, EMPTY_ARRAY, NESTED, REPLIES };

static rediscluster_error *error;

static void answer_all(peer *to) {
    int i;
    for (i = 0; peer_read_command(to); i = (i + 1) % REPLIES)
        peer_write(to, replies[i], i == STRING ? 9 : strlen(replies[i]));
}

/* Accessors of another type fail and return 0. */
static void check_accessors(const rediscluster_reply *reply, size_t at, rediscluster_type type) {
    int is_integer = type == REDISCLUSTER_TYPE_INTEGER, is_failure = type == REDISCLUSTER_TYPE_FAILURE;
    int is_bytes = type == REDISCLUSTER_TYPE_STRING || type == REDISCLUSTER_TYPE_STATUS || type == REDISCLUSTER_TYPE_ERROR;
    int is_parent = type == REDISCLUSTER_TYPE_ARRAY || type == REDISCLUSTER_TYPE_MAP || is_failure;
    rediscluster_type found;
    int64_t integer = 7;
    const uint8_t *bytes = (const uint8_t *)"";
    size_t length = 7, element = 7;
    rediscluster_error *failure = NULL;

    CHECK_INT(rediscluster_reply_type(reply, at, &found, NULL), REDISCLUSTER_OK);
    CHECK_INT(found, type);
    CHECK_TYPE(reply, at, type);

    if (!is_integer) {
        CHECK_FAILS(rediscluster_reply_integer(reply, at, &integer, &error), REDISCLUSTER_ERROR_ARGUMENT);
        CHECK_INT(integer, 0);
    }
    if (!is_bytes) {
        CHECK_FAILS(rediscluster_reply_bytes(reply, at, &bytes, &length, &error), REDISCLUSTER_ERROR_ARGUMENT);
        CHECK(bytes == NULL && length == 0);
        CHECK(cluster_value_at(reply, at).bytes == NULL);
    }
    if (!is_parent) {
        CHECK_FAILS(rediscluster_reply_element(reply, at, 0, &element, &error), REDISCLUSTER_ERROR_ARGUMENT);
        CHECK_INT(element, 0);
    }
    if (!is_bytes && !is_parent) {
        length = 7;
        CHECK_FAILS(rediscluster_reply_length(reply, at, &length, &error), REDISCLUSTER_ERROR_ARGUMENT);
        CHECK_INT(length, 0);
        CHECK_INT(cluster_value_at(reply, at).length, 0);
    }
    if (!is_failure) {
        CHECK_FAILS(rediscluster_reply_failure(reply, at, &failure, &error), REDISCLUSTER_ERROR_ARGUMENT);
        CHECK(failure == NULL);
    }
    if (!is_failure && cluster_value_at(reply, at).type != REDISCLUSTER_TYPE_ERROR) {
        CHECK_FAILS(rediscluster_reply_error(reply, at, &failure, &error), REDISCLUSTER_ERROR_ARGUMENT);
        CHECK(failure == NULL);
    }
}

static void check_bytes_value(const rediscluster_reply *reply, size_t at, const char *expected, size_t expected_length) {
    const uint8_t *bytes = NULL;
    size_t length = 0;
    CHECK_INT(rediscluster_reply_bytes(reply, at, &bytes, &length, &error), REDISCLUSTER_OK);
    CHECK(bytes != NULL); /* not NULL for an empty string */
    CHECK_BYTES(bytes, length, expected, expected_length);
    CHECK_INT(rediscluster_reply_length(reply, at, &length, NULL), REDISCLUSTER_OK);
    CHECK_INT(length, expected_length);
    CHECK(cluster_value_at(reply, at).bytes == bytes);
}

static void check_integer_value(const rediscluster_reply *reply, size_t at, int64_t expected) {
    int64_t integer = 0;
    CHECK_INT(rediscluster_reply_integer(reply, at, &integer, &error), REDISCLUSTER_OK);
    CHECK_INT(integer, expected);
    CHECK_INTEGER(reply, at, expected);
}

static void check_out_of_range(const rediscluster_reply *reply) {
    static const size_t outside[] = {0, 1, 1000, SIZE_MAX / 2, SIZE_MAX}; /* beyond the last entry */
    size_t i, element = 7, length = cluster_data(reply).entries_length, children = cluster_value_at(reply, 0).length;
    for (i = 0; i < sizeof outside / sizeof *outside; i++) {
        size_t at = outside[i] > SIZE_MAX - length ? SIZE_MAX : length + outside[i];
        rediscluster_value value;
        rediscluster_type type;
        rediscluster_error *failure;
        const uint8_t *bytes;
        int64_t integer;
        size_t size;
        CHECK_FAILS(rediscluster_reply_value(reply, at, &value, &error), REDISCLUSTER_ERROR_ARGUMENT);
        CHECK_FAILS(rediscluster_reply_type(reply, at, &type, &error), REDISCLUSTER_ERROR_ARGUMENT);
        CHECK_FAILS(rediscluster_reply_integer(reply, at, &integer, &error), REDISCLUSTER_ERROR_ARGUMENT);
        CHECK_FAILS(rediscluster_reply_bytes(reply, at, &bytes, &size, &error), REDISCLUSTER_ERROR_ARGUMENT);
        CHECK_FAILS(rediscluster_reply_length(reply, at, &size, &error), REDISCLUSTER_ERROR_ARGUMENT);
        CHECK_FAILS(rediscluster_reply_element(reply, at, 0, &size, &error), REDISCLUSTER_ERROR_ARGUMENT);
        CHECK_FAILS(rediscluster_reply_failure(reply, at, &failure, &error), REDISCLUSTER_ERROR_ARGUMENT);
        CHECK_FAILS(rediscluster_reply_error(reply, at, &failure, &error), REDISCLUSTER_ERROR_ARGUMENT);
    }
    CHECK_FAILS(rediscluster_reply_element(reply, 0, children, &element, &error), REDISCLUSTER_ERROR_ARGUMENT);
    CHECK_INT(element, 0);
    CHECK_FAILS(rediscluster_reply_element(reply, 0, SIZE_MAX, &element, &error), REDISCLUSTER_ERROR_ARGUMENT);
}

/* Reads the index directly, as a binding does, and compares it with the accessors. */
static void check_index(const rediscluster_reply *reply) {
    rediscluster_data data = cluster_data(reply);
    size_t at;
    for (at = 0; at < data.entries_length; at++) {
        rediscluster_entry entry = data.entries[at];
        rediscluster_value value = cluster_value_at(reply, at);
        int type = (int)(entry.head & 0xff);
        CHECK_INT(type, value.type);
        CHECK_INT(entry.head >> 8, value.length);
        if (type == REDISCLUSTER_TYPE_INTEGER) CHECK_INT(entry.data, value.integer);
        else CHECK_INT(value.integer, 0);
        if (value.bytes) {
            CHECK(data.bytes + entry.data == value.bytes);
            CHECK((size_t)entry.data + value.length <= data.bytes_length);
        }
        if (type == REDISCLUSTER_TYPE_ARRAY || type == REDISCLUSTER_TYPE_MAP || type == REDISCLUSTER_TYPE_FAILURE)
            CHECK_INT(value.next, at + 1 + (size_t)entry.data);
        else CHECK_INT(value.next, at + 1);
    }
    CHECK_INT(cluster_value_at(reply, 0).next, data.entries_length);
}

static void check_types(const rediscluster_reply *reply) {
    static const rediscluster_type types[] = {
        REDISCLUSTER_TYPE_NIL,     REDISCLUSTER_TYPE_STRING,  REDISCLUSTER_TYPE_STRING,    REDISCLUSTER_TYPE_STATUS,
        REDISCLUSTER_TYPE_STATUS,  REDISCLUSTER_TYPE_INTEGER, REDISCLUSTER_TYPE_INTEGER,   REDISCLUSTER_TYPE_ERROR,
        REDISCLUSTER_TYPE_NIL_ARRAY, REDISCLUSTER_TYPE_ARRAY, REDISCLUSTER_TYPE_ARRAY,
    };
    size_t nth;
    CHECK_INT(cluster_value_at(reply, 0).length, REPLIES);
    check_accessors(reply, 0, REDISCLUSTER_TYPE_ARRAY);
    for (nth = 0; nth < REPLIES; nth++) check_accessors(reply, cluster_child(reply, 0, nth), types[nth]);
    check_bytes_value(reply, cluster_child(reply, 0, STRING), "a\0b", 3);
    check_bytes_value(reply, cluster_child(reply, 0, EMPTY), "", 0);
    check_bytes_value(reply, cluster_child(reply, 0, STATUS), "OK", 2);
    check_bytes_value(reply, cluster_child(reply, 0, EMPTY_STATUS), "", 0);
    check_integer_value(reply, cluster_child(reply, 0, LEAST), INT64_MIN);
    check_integer_value(reply, cluster_child(reply, 0, GREATEST), INT64_MAX);
    check_bytes_value(reply, cluster_child(reply, 0, ERROR), "ERR caf\xe9 \xff\xfe", 11);
    CHECK_INT(cluster_value_at(reply, cluster_child(reply, 0, EMPTY_ARRAY)).length, 0);
}

static void check_nested(const rediscluster_reply *reply) {
    size_t nested = cluster_child(reply, 0, NESTED), inner = cluster_child(reply, nested, 1);
    CHECK_INTEGER(reply, cluster_child(reply, nested, 0), 1);
    CHECK_STRING(reply, cluster_child(reply, inner, 0), "x");
    CHECK_TYPE(reply, cluster_child(reply, inner, 1), REDISCLUSTER_TYPE_NIL_ARRAY);
    CHECK_STRING(reply, cluster_child(reply, nested, 2), "y");
    CHECK_INT(cluster_value_at(reply, inner).next, cluster_child(reply, nested, 2));
}

/* The same value is the root if a call returns one reply. */
static void check_root(const rediscluster *cluster) {
    rediscluster_reply *reply;
    int i;
    for (i = 0; i < REPLIES; i++) {
        reply = cluster_command(cluster, "GET", "foo", NULL);
        if (i == STRING) CHECK_TYPED(reply, 0, REDISCLUSTER_TYPE_STRING, "a\0b", 3);
        if (i == ERROR) CHECK_TYPED(reply, 0, REDISCLUSTER_TYPE_ERROR, "ERR caf\xe9 \xff\xfe", 11);
        if (i == NESTED) CHECK_STRING(reply, cluster_child(reply, 0, 2), "y");
        check_index(reply);
        check_out_of_range(reply);
        rediscluster_reply_free(reply);
    }
}

int main(void) {
    server *server = server_start(answer_all, NULL);
    rediscluster *cluster = cluster_open_of(&server->port, 1, ",\"refresh_interval\":0");
    request gets = {NULL, 0, 0};
    rediscluster_reply *reply;
    int i;
    for (i = 0; i < REPLIES; i++) request_add(&gets, "GET", "foo", NULL);
    reply = cluster_execute(cluster, &gets);
    check_types(reply);
    check_nested(reply);
    check_index(reply);
    check_out_of_range(reply);
    check_root(cluster);
    rediscluster_close(cluster); /* a reply outlives its handle */
    check_types(reply);
    rediscluster_reply_free(reply);
    request_free(&gets);
    server_stop(server);
    return check_done();
}
