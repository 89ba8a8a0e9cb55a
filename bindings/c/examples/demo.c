/* Reads the keys that the previous program of the demo wrote, and runs the example in the README of rediscluster-py.
 *
 *     demo NAME PREVIOUS      the name of this program and of the previous one; - if this program is the first
 *
 * REDISCLUSTER_CONFIG is the configuration. REDISCLUSTER_DEMO_TABLE, if set, is a file; the demo appends a line to it for
 * each key of the previous program: key, node, writer, reader.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rediscluster.h>

static rediscluster *cluster;

static void fail(rediscluster_error *error) {
    fprintf(stderr, "%s\n", rediscluster_error_message(error));
    rediscluster_error_free(error);
    exit(1);
}

/* Appends the value `at` to text. The elements of an array are separated by spaces. */
static void append_value(char *text, size_t capacity, const rediscluster_reply *reply, size_t at) {
    size_t used = strlen(text), end;
    rediscluster_value value;
    if (rediscluster_reply_value(reply, at, &value, NULL) != REDISCLUSTER_OK) return;
    if (value.type == REDISCLUSTER_TYPE_ARRAY) {
        for (end = value.next, at++; at < end; at = value.next) {
            append_value(text, capacity, reply, at);
            rediscluster_reply_value(reply, at, &value, NULL);
            if (value.next < end) strncat(text, " ", capacity - strlen(text) - 1);
        }
    } else if (value.type == REDISCLUSTER_TYPE_INTEGER) {
        snprintf(text + used, capacity - used, "%lld", (long long)value.integer);
    } else if (value.bytes) {
        snprintf(text + used, capacity - used, "%.*s", (int)value.length, (const char *)value.bytes);
    } else {
        snprintf(text + used, capacity - used, "(nil)");
    }
}

/* Prints a command with its result. */
static void print_line(size_t argc, const char *const *argv, const char *result) {
    char command[128] = "";
    size_t i;
    for (i = 0; i < argc; i++) {
        if (i) strncat(command, " ", sizeof command - strlen(command) - 1);
        strncat(command, argv[i], sizeof command - strlen(command) - 1);
    }
    printf("  %-24s %s\n", command, result);
}

/* Runs a command and prints it. Returns its reply as text, which is valid until the next call. */
static const char *run(size_t argc, const char *const *argv) {
    static char text[256];
    rediscluster_reply *reply = NULL;
    rediscluster_error *error = NULL;
    if (rediscluster_command(cluster, argc, argv, NULL, &reply, &error) != REDISCLUSTER_OK) fail(error);
    text[0] = 0;
    append_value(text, sizeof text, reply, 0);
    rediscluster_reply_free(reply);
    print_line(argc, argv, text);
    return text;
}

static const char *get(const char *key) {
    const char *argv[] = {"get", key};
    return run(2, argv);
}

static void set(const char *key, const char *value) {
    const char *argv[] = {"set", key, value};
    run(3, argv);
}

/* Returns the alias of the node that stores a key, valid until the next call. */
static const char *node_for(const char *key) {
    static char alias[32];
    rediscluster_reply *reply = NULL;
    rediscluster_error *error = NULL;
    if (rediscluster_node_for(cluster, key, strlen(key), &reply, &error) != REDISCLUSTER_OK) fail(error);
    alias[0] = 0;
    append_value(alias, sizeof alias, reply, 2); /* entry 0 is a map, 1 is its first name, "alias" */
    rediscluster_reply_free(reply);
    return alias;
}

static void print_node_for(const char *key) {
    const char *argv[] = {"getnodefor", key};
    print_line(2, argv, node_for(key));
}

/* Reads a key of the previous program, and ends the demo if the value differs. */
static void read_key(const char *key, const char *expected, const char *previous, const char *name) {
    const char *table = getenv("REDISCLUSTER_DEMO_TABLE");
    const char *value = get(key);
    FILE *file;
    if (strcmp(value, expected) != 0) {
        fprintf(stderr, "%s is \"%s\", not \"%s\"\n", key, value, expected);
        exit(1);
    }
    if (!table) return;
    file = fopen(table, "a");
    if (!file || fprintf(file, "%s\t%s\t%s\t%s\n", key, node_for(key), previous, name) < 0 || fclose(file) != 0) {
        perror(table);
        exit(1);
    }
}

static void read_previous(const char *previous, const char *name) {
    char key[64], expected[64];
    snprintf(key, sizeof key, "hello_%s", previous);
    snprintf(expected, sizeof expected, "hello from %s", previous);
    read_key(key, expected, previous, name);
    read_key("foo", "foo", previous, name);
    read_key("bar{foo}", "bar", previous, name);
}

static void run_example(const char *name) {
    const char *mset[] = {"mset", "bar{foo}", "bar", "foo", "foo"};
    const char *mget[] = {"mget", "bar{foo}", "foo"};
    char key[64], value[64];
    set("foo", "bar");
    get("foo");
    print_node_for("foo");
    print_node_for("bar");
    print_node_for("foobar");
    get("bar{foo}");
    run(5, mset);
    run(3, mget);
    snprintf(key, sizeof key, "hello_%s", name);
    snprintf(value, sizeof value, "hello from %s", name);
    set(key, value);
}

int main(int argc, char **argv) {
    const char *config = getenv("REDISCLUSTER_CONFIG");
    rediscluster_error *error = NULL;
    if (argc != 3 || !config) {
        fprintf(stderr, "usage: REDISCLUSTER_CONFIG='{\"nodes\": ...}' demo NAME PREVIOUS\n");
        return 2;
    }
    if (rediscluster_open(config, strlen(config), &cluster, &error) != REDISCLUSTER_OK) fail(error);
    if (strcmp(argv[2], "-") != 0) read_previous(argv[2], argv[1]);
    run_example(argv[1]);
    rediscluster_close(cluster);
    return 0;
}
