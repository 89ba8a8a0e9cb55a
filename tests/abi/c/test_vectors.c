/* Replies of commands: the conformance vectors, each over the number of servers that its file states, by calls that wait and by a loop.
 *
 *     test_vectors FILE...        those of tests/conformance/commands
 */
#include "loop.h"

#define MOST_WORDS 256

typedef struct text {
    const char *bytes;
    size_t length;
} text;

static rediscluster *clusters[4]; /* by the number of their masters; opened on first use */

static rediscluster_loop *loops[4];
static int uses_loop;

static int cluster_of(int masters) {
    int ports[3];
    if (masters < 1 || masters > 3 || cluster_ports(ports, 3) < 3) {
        fprintf(stderr, "%d masters are wanted: run this with scripts/with-redis 3\n", masters);
        exit(2);
    }
    if (!clusters[masters]) {
        clusters[masters] = cluster_open_of(ports, (size_t)masters, "");
        loops[masters] = loop_open(clusters[masters]);
    }
    return masters;
}

/* Decodes "a\x00b" in place; "" in quotation marks is empty. */
static text unescaped(char *word) {
    text result = {word, 0};
    char *to = word;
    if (strcmp(word, "\"\"") == 0) return result;
    while (*word) {
        unsigned byte = (unsigned char)*word++;
        if (byte == '\\' && sscanf(word, "x%2x", &byte) == 1) word += 3;
        *to++ = (char)byte;
    }
    *to = 0;
    result.length = (size_t)(to - result.bytes);
    return result;
}

/* The words of a line; an error extends to the end of its line. */
static size_t words_of(char *line, text *words) {
    size_t count = 0;
    const char *separators = line[0] == '-' ? "" : " ";
    for (line = strtok(line, separators); line && count < MOST_WORDS; line = strtok(NULL, separators))
        words[count++] = unescaped(line);
    return count;
}

/* Whether a value matches the vector: a sign for its type, and its content. */
static int is_value(const rediscluster_reply *reply, size_t at, text expected) {
    static const char signs[] = "_$+:-*"; /* indexed by type */
    rediscluster_value value = cluster_value_at(reply, at);
    if (value.type == REDISCLUSTER_TYPE_NIL_ARRAY) return strcmp(expected.bytes, "*_") == 0;
    if (value.type > REDISCLUSTER_TYPE_ARRAY || expected.bytes[0] != signs[value.type]) return 0;
    if (value.type == REDISCLUSTER_TYPE_INTEGER) return value.integer == strtoll(expected.bytes + 1, NULL, 10);
    if (value.type == REDISCLUSTER_TYPE_ARRAY)
        return expected.bytes[1] != '_' && value.length == strtoul(expected.bytes + 1, NULL, 10);
    return value.length == expected.length - 1 && (!value.length || memcmp(value.bytes, expected.bytes + 1, value.length) == 0);
}

static int are_values(const rediscluster_reply *reply, size_t at, const text *expected, size_t count) {
    size_t i;
    for (i = 0; i < count; i++)
        if (!is_value(reply, at + i, expected[i])) return 0;
    return 1;
}

/* Compares elements, or pairs of elements, in any order; each must be found exactly once. */
static int are_shuffled(const rediscluster_reply *reply, const text *expected, size_t count, size_t step) {
    char taken[MOST_WORDS] = {0};
    size_t i, at;
    for (i = 0; i < count; i += step) {
        for (at = 0; at < count; at += step)
            if (!taken[at] && are_values(reply, 1 + at, expected + i, step)) break;
        if (at >= count) return 0;
        taken[at] = 1;
    }
    return 1;
}

static int is_reply(const rediscluster_reply *reply, char mark, const text *expected, size_t count) {
    if (cluster_data(reply).entries_length != count) return 0;
    if (mark == '=' || count == 1) return are_values(reply, 0, expected, count);
    return is_value(reply, 0, expected[0]) && are_shuffled(reply, expected + 1, count - 1, mark == '%' ? 2 : 1);
}

static void print_reply(const rediscluster_reply *reply) {
    size_t at, count = cluster_data(reply).entries_length;
    for (at = 0; at < count; at++) {
        rediscluster_value value = cluster_value_at(reply, at);
        fprintf(stderr, "  type %d: %lld ", (int)value.type, (long long)value.integer);
        check_print_bytes(value.bytes, value.length);
        fputc('\n', stderr);
    }
}

/* Runs a command by the loop, and returns its error as the blocking call does. */
static rediscluster_status run_by_loop(int masters, size_t count, const char *const *argv, const size_t *lengths, rediscluster_reply **reply,
                                       rediscluster_error **error) {
    request command = {NULL, 0, 0};
    size_t i;
    request_begin(&command, count);
    for (i = 0; i < count; i++) request_word(&command, argv[i], lengths[i]);
    loop_submit_request(loops[masters], &command, 1);
    request_free(&command);
    *reply = loop_reply(loops[masters], 1);
    if (rediscluster_reply_failure(*reply, 0, error, NULL) != REDISCLUSTER_OK) return REDISCLUSTER_OK;
    rediscluster_reply_free(*reply);
    *reply = NULL;
    return rediscluster_error_code(*error);
}

/* Runs the command of a line. Returns NULL and prints the error if there is no reply. */
static rediscluster_reply *run_line(int masters, char *line) {
    text words[MOST_WORDS];
    const char *argv[MOST_WORDS];
    size_t i, lengths[MOST_WORDS], count = words_of(line, words);
    rediscluster_reply *reply;
    rediscluster_error *error;
    rediscluster_status status;
    for (i = 0; i < count; i++) argv[i] = words[i].bytes, lengths[i] = words[i].length;
    status = uses_loop ? run_by_loop(masters, count, argv, lengths, &reply, &error)
                       : rediscluster_command(clusters[masters], count, argv, lengths, &reply, &error);
    if (status != REDISCLUSTER_OK) {
        fprintf(stderr, "%s\n", rediscluster_error_message(error));
        rediscluster_error_free(error);
    }
    return reply;
}

static int test_file(const char *path) {
    static char line[1 << 14];
    text expected[MOST_WORDS];
    int masters = cluster_of(3);
    rediscluster_reply *reply = NULL;
    int number = 0, cases = 0, begins = 1, right = 1;
    FILE *file = fopen(path, "r");
    if (!file) {
        perror(path);
        exit(2);
    }
    while (fgets(line, sizeof line, file)) {
        char mark = line[0], *rest = line + 2;
        line[strcspn(line, "\n")] = 0;
        number++;
        if (strncmp(line, "masters ", 8) == 0) masters = cluster_of(atoi(line + 8));
        if (!mark || !strchr("+->=~%", mark)) continue;
        if (begins) rediscluster_reply_free(cluster_command(clusters[masters], "FLUSHALL", NULL));
        begins = strchr("=~%", mark) != NULL;
        if (begins) {
            right = CHECK(reply && is_reply(reply, mark, expected, words_of(rest, expected)));
            if (!right && reply) print_reply(reply);
            cases++;
        } else {
            rediscluster_reply_free(reply);
            reply = run_line(masters, rest);
            right = mark == '>' || CHECK(reply && (cluster_value_at(reply, 0).type == REDISCLUSTER_TYPE_ERROR) == (mark == '-'));
        }
        if (!right) fprintf(stderr, "  %s:%d%s\n", path, number, uses_loop ? " by the loop" : "");
    }
    rediscluster_reply_free(reply);
    fclose(file);
    return cases;
}

int main(int argc, char **argv) {
    int i, cases = 0;
    for (i = 1; i < argc; i++) cases += test_file(argv[i]);
    uses_loop = 1;
    for (i = 1; i < argc; i++) cases += test_file(argv[i]);
    CHECK(cases >= 1000);
    for (i = 0; i < 4; i++) {
        rediscluster_loop_free(loops[i]);
        rediscluster_close(clusters[i]);
    }
    return check_done();
}
