/* The session of the old packages' README, and what the program before this one wrote.
 *
 *     demo ME BEFORE      two names; BEFORE is - for the first program
 *
 * REDISCLUSTER_CONFIG holds the configuration; REDISCLUSTER_DEMO_TABLE, if set, names a file that gets a line for each
 * key that was read from the program before: key, node, who wrote, who read.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rediscluster.h>

static rediscluster *rc;

static void fail(rediscluster_error *error) {
    fprintf(stderr, "%s\n", rediscluster_error_message(error));
    rediscluster_error_free(error);
    exit(1);
}

/* The value at an entry as text: good enough for replies to these commands. */
static void add_text(char *text, size_t room, const rediscluster_reply *reply, size_t at) {
    size_t used = strlen(text), end;
    rediscluster_view view;
    if (rediscluster_reply_view(reply, at, &view, NULL) != REDISCLUSTER_OK) return;
    if (view.type == REDISCLUSTER_TYPE_ARRAY) {
        for (end = view.next, at++; at < end; at = view.next) {
            add_text(text, room, reply, at);
            rediscluster_reply_view(reply, at, &view, NULL);
            if (view.next < end) strncat(text, " ", room - strlen(text) - 1);
        }
    } else if (view.type == REDISCLUSTER_TYPE_INTEGER) {
        snprintf(text + used, room - used, "%lld", (long long)view.integer);
    } else if (view.bytes) {
        snprintf(text + used, room - used, "%.*s", (int)view.length, (const char *)view.bytes);
    } else {
        snprintf(text + used, room - used, "(nil)");
    }
}

/* One line of the session. */
static void show(size_t count, const char *const *words, const char *answer) {
    char action[128] = "";
    size_t i;
    for (i = 0; i < count; i++) {
        if (i) strncat(action, " ", sizeof action - strlen(action) - 1);
        strncat(action, words[i], sizeof action - strlen(action) - 1);
    }
    printf("  %-24s %s\n", action, answer);
}

/* Runs "set foo bar" and the like, shows it, and keeps the answer as text until the next call. */
static const char *run(size_t count, const char *const *words) {
    static char answer[256];
    rediscluster_reply *reply = NULL;
    rediscluster_error *error = NULL;
    if (rediscluster_command(rc, count, words, NULL, &reply, &error) != REDISCLUSTER_OK) fail(error);
    answer[0] = 0;
    add_text(answer, sizeof answer, reply, 0);
    rediscluster_reply_free(reply);
    show(count, words, answer);
    return answer;
}

static const char *get(const char *key) {
    const char *words[] = {"get", key};
    return run(2, words);
}

static void set(const char *key, const char *value) {
    const char *words[] = {"set", key, value};
    run(3, words);
}

/* The alias of the node that holds a key: the answer is a map, its first key is "alias". */
static const char *node_for(const char *key) {
    static char alias[32];
    rediscluster_reply *reply = NULL;
    rediscluster_error *error = NULL;
    if (rediscluster_node_for(rc, key, strlen(key), &reply, &error) != REDISCLUSTER_OK) fail(error);
    alias[0] = 0;
    add_text(alias, sizeof alias, reply, 2);
    rediscluster_reply_free(reply);
    return alias;
}

static void show_node_for(const char *key) {
    const char *words[] = {"getnodefor", key};
    show(2, words, node_for(key));
}

/* Reads what the program before wrote; anything else ends the demo. */
static void read_back(const char *key, const char *expected, const char *before, const char *me) {
    const char *table = getenv("REDISCLUSTER_DEMO_TABLE");
    const char *value = get(key);
    FILE *file;
    if (strcmp(value, expected) != 0) {
        fprintf(stderr, "%s is \"%s\", not \"%s\"\n", key, value, expected);
        exit(1);
    }
    if (!table) return;
    file = fopen(table, "a");
    if (!file || fprintf(file, "%s\t%s\t%s\t%s\n", key, node_for(key), before, me) < 0 || fclose(file) != 0) {
        perror(table);
        exit(1);
    }
}

static void read_before(const char *before, const char *me) {
    char key[64], expected[64];
    snprintf(key, sizeof key, "hello_%s", before);
    snprintf(expected, sizeof expected, "hello from %s", before);
    read_back(key, expected, before, me);
    read_back("foo", "foo", before, me);
    read_back("bar{foo}", "bar", before, me);
}

static void session(const char *me) {
    const char *mset[] = {"mset", "bar{foo}", "bar", "foo", "foo"};
    const char *mget[] = {"mget", "bar{foo}", "foo"};
    char key[64], value[64];
    set("foo", "bar");
    get("foo");
    show_node_for("foo");
    show_node_for("bar");
    show_node_for("foobar");
    get("bar{foo}");
    run(5, mset);
    run(3, mget);
    snprintf(key, sizeof key, "hello_%s", me);
    snprintf(value, sizeof value, "hello from %s", me);
    set(key, value);
}

int main(int argc, char **argv) {
    const char *config = getenv("REDISCLUSTER_CONFIG");
    rediscluster_error *error = NULL;
    if (argc != 3 || !config) {
        fprintf(stderr, "usage: REDISCLUSTER_CONFIG='{\"nodes\": ...}' demo ME BEFORE\n");
        return 2;
    }
    if (rediscluster_open(config, strlen(config), &rc, &error) != REDISCLUSTER_OK) fail(error);
    if (strcmp(argv[2], "-") != 0) read_before(argv[2], argv[1]);
    session(argv[1]);
    rediscluster_close(rc);
    return 0;
}
