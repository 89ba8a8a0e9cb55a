/* explain, and recover for interrupted transfers. */
#include "cluster.h"

static rediscluster *cluster;

/* The reply of explain for a command. A NULL ends the words. */
static rediscluster_reply *explained(const char *const *words) {
    request command = {NULL, 0, 0};
    rediscluster_reply *reply = NULL;
    rediscluster_error *error = NULL;
    rediscluster_status status;
    size_t count = 0;
    while (words[count]) count++;
    request_begin(&command, count);
    for (count = 0; words[count]; count++) request_word(&command, words[count], strlen(words[count]));
    status = rediscluster_explain(cluster, command.bytes, command.length, &reply, &error);
    request_free(&command);
    return cluster_must(status, reply, error);
}

/* The value of a key in a map nested in the reply. */
static size_t value_in(const rediscluster_reply *reply, size_t map, const char *key) {
    size_t nth, children = cluster_value_at(reply, map).length;
    for (nth = 0; nth < children; nth += 2) {
        rediscluster_value name = cluster_value_at(reply, cluster_child(reply, map, nth));
        if (name.length == strlen(key) && memcmp(name.bytes, key, name.length) == 0) return name.next;
    }
    return 0;
}

static void test_one_node(void) {
    const char *const set[] = {"set", "name{foo}", "1", NULL};
    rediscluster_reply *reply = explained(set);
    size_t key, step;
    CHECK_TYPE(reply, 0, REDISCLUSTER_TYPE_MAP);
    CHECK_STRING(reply, cluster_value(reply, "command"), "SET");
    CHECK_STRING(reply, cluster_value(reply, "strategy"), "one node");
    CHECK_INTEGER(reply, cluster_value(reply, "atomic"), 1);
    CHECK_INTEGER(reply, cluster_value(reply, "round_trips"), 1);
    CHECK_STRING(reply, cluster_child(reply, cluster_value(reply, "nodes"), 0), "node_3");
    CHECK_STRING(reply, cluster_value(reply, "others_see"), "nothing");
    CHECK_TYPE(reply, cluster_value(reply, "reason"), REDISCLUSTER_TYPE_NIL);
    key = cluster_child(reply, cluster_value(reply, "keys"), 0);
    CHECK_INTEGER(reply, value_in(reply, key, "position"), 1);
    CHECK_STRING(reply, value_in(reply, key, "key"), "name");
    CHECK_STRING(reply, value_in(reply, key, "node"), "node_3");
    CHECK_INTEGER(reply, value_in(reply, key, "pinned"), 0);
    step = cluster_child(reply, cluster_value(reply, "steps"), 0);
    CHECK_INTEGER(reply, value_in(reply, step, "round"), 1);
    CHECK_STRING(reply, value_in(reply, step, "node"), "node_3");
    CHECK_STRING(reply, value_in(reply, step, "command"), "set name 1");
    rediscluster_reply_free(reply);

    reply = cluster_command(cluster, "DBSIZE", NULL); /* explain does not execute the command */
    CHECK_INTEGER(reply, 0, 0);
    rediscluster_reply_free(reply);
}

static void test_several_nodes(void) {
    const char *const mget[] = {"MGET", "foo", "a", NULL}, *const eval[] = {"EVAL", "return 1", "2", "foo", "a", NULL};
    rediscluster_reply *reply = explained(mget);
    CHECK_STRING(reply, cluster_value(reply, "strategy"), "split");
    CHECK_INTEGER(reply, cluster_value(reply, "atomic"), 0);
    CHECK_INT(cluster_value_at(reply, cluster_value(reply, "nodes")).length, 2);
    CHECK_INT(cluster_value_at(reply, cluster_value(reply, "steps")).length, 2);
    rediscluster_reply_free(reply);

    reply = explained(eval);
    CHECK_STRING(reply, cluster_value(reply, "strategy"), "refuse");
    CHECK_INT(cluster_value_at(reply, cluster_value(reply, "steps")).length, 0);
    CHECK_TYPE(reply, cluster_value(reply, "others_see"), REDISCLUSTER_TYPE_NIL);
    CHECK(memcmp(cluster_value_at(reply, cluster_value(reply, "reason")).bytes, "CROSSNODE EVAL", 14) == 0);
    rediscluster_reply_free(reply);
}

static void test_bad_requests(void) {
    static const char garbage[] = "GET foo\r\n", two[] = "*1\r\n$4\r\nPING\r\n*1\r\n$4\r\nPING\r\n";
    rediscluster_reply *reply = NULL;
    rediscluster_error *error = NULL;
    CHECK_FAILS(rediscluster_explain(cluster, garbage, sizeof garbage - 1, &reply, &error), REDISCLUSTER_ERROR_REQUEST);
    CHECK_FAILS(rediscluster_explain(cluster, two, sizeof two - 1, &reply, &error), REDISCLUSTER_ERROR_REQUEST);
    CHECK(reply == NULL);
}

static rediscluster_reply *recovered(uint64_t min_age) {
    rediscluster_reply *reply = NULL;
    rediscluster_error *error = NULL;
    rediscluster_status status = rediscluster_recover(cluster, min_age, &reply, &error);
    return cluster_must(status, reply, error);
}

/* Pauses writes on the server of the destination until a transfer fails. */
static void interrupt(const int *ports) {
    const char *const move[] = {"LMOVE", "foo", "a", "LEFT", "RIGHT"};
    rediscluster *hasty = cluster_open_of(ports, 3, ",\"read_timeout\":2"), *destination = cluster_open_of(ports, 1, "");
    rediscluster_reply *reply = NULL;
    rediscluster_error *error = NULL;
    rediscluster_reply_free(cluster_command(cluster, "RPUSH", "foo", "element", NULL));
    rediscluster_reply_free(cluster_command(destination, "CLIENT", "PAUSE", "60000", "WRITE", NULL));
    CHECK_FAILS(rediscluster_command(hasty, 5, move, NULL, &reply, &error), REDISCLUSTER_ERROR_TIMEOUT);
    rediscluster_reply_free(cluster_command(destination, "CLIENT", "UNPAUSE", NULL));
    rediscluster_close(destination);
    rediscluster_close(hasty);
}

static void test_recover(const int *ports) {
    rediscluster_reply *reply = recovered(0);
    size_t found;
    CHECK_TYPE(reply, 0, REDISCLUSTER_TYPE_ARRAY);
    CHECK_INT(cluster_value_at(reply, 0).length, 0);
    rediscluster_reply_free(reply);

    interrupt(ports);
    reply = recovered(UINT64_MAX);
    CHECK_INT(cluster_value_at(reply, 0).length, 1);
    CHECK_STRING(reply, value_in(reply, 1, "outcome"), "young");
    rediscluster_reply_free(reply);

    reply = recovered(0);
    CHECK_INT(cluster_value_at(reply, 0).length, 1);
    found = cluster_child(reply, 0, 0);
    CHECK_STRING(reply, value_in(reply, found, "node"), "node_3");
    CHECK_STRING(reply, value_in(reply, found, "command"), "LMOVE");
    CHECK_STRING(reply, value_in(reply, found, "source"), "foo");
    CHECK_STRING(reply, value_in(reply, found, "destination"), "a");
    CHECK_STRING(reply, value_in(reply, found, "outcome"), "undone");
    CHECK_TYPE(reply, value_in(reply, found, "reason"), REDISCLUSTER_TYPE_NIL);
    CHECK(cluster_value_at(reply, value_in(reply, found, "age_ms")).integer > 0);
    rediscluster_reply_free(reply);

    reply = cluster_command(cluster, "LRANGE", "foo", "0", "-1", NULL);
    CHECK_INT(cluster_value_at(reply, 0).length, 1);
    CHECK_STRING(reply, 1, "element");
    rediscluster_reply_free(reply);
    rediscluster_reply_free(cluster_command(cluster, "DEL", "foo", NULL));
}

/* A value whose source key is in use again waits, and moves to a key that the caller names. */
static void test_recover_to(const int *ports) {
    rediscluster_reply *reply, *moved = NULL;
    rediscluster_error *error = NULL;
    rediscluster_value hidden;
    rediscluster_status status;
    interrupt(ports);
    rediscluster_reply_free(cluster_command(cluster, "SET", "foo", "new", NULL));
    reply = recovered(0);
    CHECK_STRING(reply, value_in(reply, cluster_child(reply, 0, 0), "outcome"), "waiting");
    hidden = cluster_value_at(reply, value_in(reply, cluster_child(reply, 0, 0), "key"));
    status = rediscluster_recover_to(cluster, (const char *)hidden.bytes, hidden.length, "bar", 3, &moved, &error);
    cluster_must(status, moved, error);
    CHECK_TYPE(moved, 0, REDISCLUSTER_TYPE_MAP);
    CHECK_STRING(moved, value_in(moved, 0, "outcome"), "moved");
    rediscluster_reply_free(moved);
    moved = cluster_command(cluster, "LRANGE", "bar", "0", "-1", NULL);
    CHECK_STRING(moved, 1, "element");
    rediscluster_reply_free(moved);

    status = rediscluster_recover_to(cluster, (const char *)hidden.bytes, hidden.length, "bar", 3, &moved, &error);
    cluster_must(status, moved, error);
    CHECK_TYPE(moved, 0, REDISCLUSTER_TYPE_ERROR);
    rediscluster_reply_free(moved);
    rediscluster_reply_free(reply);
    rediscluster_reply_free(cluster_command(cluster, "DEL", "foo", "bar", NULL));
}

int main(void) {
    int ports[3];
    if (cluster_ports(ports, 3) < 3) return fprintf(stderr, "run this with scripts/with-redis 3\n"), 2;
    cluster = cluster_open_of(ports, 3, "");
    rediscluster_reply_free(cluster_command(cluster, "FLUSHALL", NULL));
    test_one_node();
    test_several_nodes();
    test_bad_requests();
    test_recover(ports);
    test_recover_to(ports);
    rediscluster_close(cluster);
    return check_done();
}
