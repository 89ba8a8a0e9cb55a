/* The types of RESP3 of a handle with "protocol": 3, on real servers. */
#include "cluster.h"

static rediscluster *cluster;
static rediscluster_error *error;

/* The reply to a script that returns a value of RESP3. */
static rediscluster_reply *script(const char *value) {
    char text[200];
    sprintf(text, "redis.setresp(3); return %s", value);
    return cluster_command(cluster, "EVAL", text, "1", "resp3:key", NULL);
}

static void test_null(void) {
    rediscluster_reply *reply = cluster_command(cluster, "GET", "resp3:missing", NULL);
    CHECK_TYPE(reply, 0, REDISCLUSTER_TYPE_NULL);
    CHECK(cluster_value_at(reply, 0).bytes == NULL && cluster_value_at(reply, 0).length == 0);
    rediscluster_reply_free(reply);
}

static void test_boolean(void) {
    rediscluster_reply *reply = script("{true, false}");
    size_t nth;
    for (nth = 0; nth < 2; nth++) {
        size_t at = cluster_child(reply, 0, nth);
        int64_t integer = 7;
        CHECK_TYPE(reply, at, REDISCLUSTER_TYPE_BOOLEAN);
        CHECK_INT(rediscluster_reply_integer(reply, at, &integer, NULL), REDISCLUSTER_OK);
        CHECK_INT(integer, nth == 0);
        CHECK_INT(cluster_value_at(reply, at).integer, nth == 0);
    }
    rediscluster_reply_free(reply);
}

static void test_double(void) {
    rediscluster_reply *reply = script("{double=-1.5}");
    double number = 7;
    CHECK_TYPED(reply, 0, REDISCLUSTER_TYPE_DOUBLE, "-1.5", 4);
    CHECK_INT(rediscluster_reply_double(reply, 0, &number, &error), REDISCLUSTER_OK);
    CHECK(number == -1.5);
    rediscluster_reply_free(reply);

    reply = cluster_command(cluster, "STRLEN", "resp3:missing", NULL);
    CHECK_FAILS(rediscluster_reply_double(reply, 0, &number, &error), REDISCLUSTER_ERROR_ARGUMENT);
    CHECK(number == 0);
    CHECK_FAILS(rediscluster_reply_double(reply, 1, &number, &error), REDISCLUSTER_ERROR_ARGUMENT);
    CHECK_FAILS(rediscluster_reply_double(reply, 0, NULL, &error), REDISCLUSTER_ERROR_ARGUMENT);
    CHECK_FAILS(rediscluster_reply_double(NULL, 0, &number, &error), REDISCLUSTER_ERROR_ARGUMENT);
    rediscluster_reply_free(reply);
}

static void test_texts(void) {
    rediscluster_reply *reply = script("{big_number='12345678901234567890'}");
    CHECK_TYPED(reply, 0, REDISCLUSTER_TYPE_BIG_NUMBER, "12345678901234567890", 20);
    rediscluster_reply_free(reply);
    reply = script("{verbatim_string={format='mkd', string='a\\0b'}}");
    CHECK_TYPED(reply, 0, REDISCLUSTER_TYPE_VERBATIM, "a\0b", 3);
    CHECK(memcmp(cluster_value_at(reply, 0).bytes - 4, "mkd:", 4) == 0);
    rediscluster_reply_free(reply);
}

static void test_collections(void) {
    rediscluster_reply *reply = script("{map={a={set={x=true}}}}");
    size_t set = cluster_value(reply, "a");
    CHECK_TYPE(reply, 0, REDISCLUSTER_TYPE_MAP);
    CHECK_TYPE(reply, set, REDISCLUSTER_TYPE_SET);
    CHECK_STRING(reply, cluster_child(reply, set, 0), "x");
    CHECK_INT(cluster_value_at(reply, 0).next, 4);
    rediscluster_reply_free(reply);
}

/* Confirmations and messages of a session are pushes. */
static void test_push(void) {
    rediscluster_session *session = NULL;
    rediscluster_reply *reply = NULL;
    request subscribe = {NULL, 0, 0};
    request_add(&subscribe, "SUBSCRIBE", "resp3:channel", NULL);
    CHECK_INT(rediscluster_session_open(cluster, &session, NULL), REDISCLUSTER_OK);
    CHECK_INT(rediscluster_session_execute(session, subscribe.bytes, subscribe.length, &reply, NULL), REDISCLUSTER_OK);
    CHECK_TYPE(reply, 1, REDISCLUSTER_TYPE_PUSH);
    CHECK_STRING(reply, cluster_child(reply, 1, 0), "subscribe");
    rediscluster_reply_free(reply);
    rediscluster_session_close(session);
    request_free(&subscribe);
}

int main(void) {
    int ports[3];
    size_t count = cluster_ports(ports, 3);
    cluster = cluster_open_of(ports, count, ",\"protocol\":3");
    test_null();
    test_boolean();
    test_double();
    test_texts();
    test_collections();
    test_push();
    rediscluster_close(cluster);
    return check_done();
}
