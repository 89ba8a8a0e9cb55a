/* The ABI as this compiler sees it: struct layouts, constants, versions, and the exports and soname of the shared library. */
#include <dlfcn.h>
#include <limits.h>

#include "cluster.h"

static char library[PATH_MAX];

#define CHECK_MEMBER(type, member, offset, size)              \
    do {                                                      \
        CHECK_INT(offsetof(type, member), offset);            \
        CHECK_INT(sizeof(((const type *)0)->member), size);   \
    } while (0)

static void test_structs(void) {
    CHECK_INT(sizeof(rediscluster_entry), 16);
    CHECK_MEMBER(rediscluster_entry, head, 0, 8);
    CHECK_MEMBER(rediscluster_entry, data, 8, 8);

    CHECK_INT(sizeof(rediscluster_data), 4 * sizeof(void *));
    CHECK_MEMBER(rediscluster_data, bytes, 0, sizeof(void *));
    CHECK_MEMBER(rediscluster_data, bytes_length, sizeof(void *), sizeof(size_t));
    CHECK_MEMBER(rediscluster_data, entries, 2 * sizeof(void *), sizeof(void *));
    CHECK_MEMBER(rediscluster_data, entries_length, 3 * sizeof(void *), sizeof(size_t));

    CHECK_INT(sizeof(rediscluster_value), 16 + 3 * sizeof(void *));
    CHECK_MEMBER(rediscluster_value, type, 0, 4);
    CHECK_MEMBER(rediscluster_value, integer, 8, 8);
    CHECK_MEMBER(rediscluster_value, bytes, 16, sizeof(void *));
    CHECK_MEMBER(rediscluster_value, length, 16 + sizeof(void *), sizeof(size_t));
    CHECK_MEMBER(rediscluster_value, next, 16 + 2 * sizeof(void *), sizeof(size_t));

    CHECK_INT(sizeof(rediscluster_status), 4);
    CHECK_INT(sizeof(rediscluster_type), 4);
}

static void test_numbers(void) {
    CHECK_INT(REDISCLUSTER_OK, 0);
    CHECK_INT(REDISCLUSTER_ERROR_ARGUMENT, 1);
    CHECK_INT(REDISCLUSTER_ERROR_CONFIG, 2);
    CHECK_INT(REDISCLUSTER_ERROR_REQUEST, 3);
    CHECK_INT(REDISCLUSTER_ERROR_CROSSNODE, 4);
    CHECK_INT(REDISCLUSTER_ERROR_CONNECT, 5);
    CHECK_INT(REDISCLUSTER_ERROR_POOL, 6);
    CHECK_INT(REDISCLUSTER_ERROR_TIMEOUT, 7);
    CHECK_INT(REDISCLUSTER_ERROR_IO, 8);
    CHECK_INT(REDISCLUSTER_ERROR_PROTOCOL, 9);
    CHECK_INT(REDISCLUSTER_ERROR_MEMORY, 10);
    CHECK_INT(REDISCLUSTER_ERROR_INTERNAL, 11);

    CHECK_INT(REDISCLUSTER_READ_REPLICA, 0);
    CHECK_INT(REDISCLUSTER_READ_MASTER, 1);

    CHECK_INT(REDISCLUSTER_NODES_MASTERS, 0);
    CHECK_INT(REDISCLUSTER_NODES_REPLICAS, 1);
    CHECK_INT(REDISCLUSTER_NODES_ALL, 2);

    CHECK_INT(REDISCLUSTER_TYPE_NIL, 0);
    CHECK_INT(REDISCLUSTER_TYPE_STRING, 1);
    CHECK_INT(REDISCLUSTER_TYPE_STATUS, 2);
    CHECK_INT(REDISCLUSTER_TYPE_INTEGER, 3);
    CHECK_INT(REDISCLUSTER_TYPE_ERROR, 4);
    CHECK_INT(REDISCLUSTER_TYPE_ARRAY, 5);
    CHECK_INT(REDISCLUSTER_TYPE_NIL_ARRAY, 6);
    CHECK_INT(REDISCLUSTER_TYPE_MAP, 7);
    CHECK_INT(REDISCLUSTER_TYPE_FAILURE, 8);
    CHECK_INT(REDISCLUSTER_TYPE_NULL, 9);
    CHECK_INT(REDISCLUSTER_TYPE_BOOLEAN, 10);
    CHECK_INT(REDISCLUSTER_TYPE_DOUBLE, 11);
    CHECK_INT(REDISCLUSTER_TYPE_BIG_NUMBER, 12);
    CHECK_INT(REDISCLUSTER_TYPE_VERBATIM, 13);
    CHECK_INT(REDISCLUSTER_TYPE_SET, 14);
    CHECK_INT(REDISCLUSTER_TYPE_PUSH, 15);
    CHECK_INT(REDISCLUSTER_TYPE_ATTRIBUTE, 16);
}

static void test_status_names(void) {
    int32_t status;
    CHECK_TEXT(rediscluster_status_name(REDISCLUSTER_OK), "REDISCLUSTER_OK");
    CHECK_TEXT(rediscluster_status_name(REDISCLUSTER_ERROR_CROSSNODE), "REDISCLUSTER_ERROR_CROSSNODE");
    CHECK_TEXT(rediscluster_status_name(REDISCLUSTER_ERROR_INTERNAL), "REDISCLUSTER_ERROR_INTERNAL");
    for (status = REDISCLUSTER_ERROR_ARGUMENT; status <= REDISCLUSTER_ERROR_INTERNAL; status++)
        CHECK(strncmp(rediscluster_status_name(status), "REDISCLUSTER_ERROR_", 19) == 0);
    CHECK_TEXT(rediscluster_status_name(-1), "REDISCLUSTER_ERROR_UNKNOWN");
    CHECK_TEXT(rediscluster_status_name(REDISCLUSTER_ERROR_INTERNAL + 1), "REDISCLUSTER_ERROR_UNKNOWN");
}

static void test_versions(void) {
    char version[64];
    sprintf(version, "%d.%d.%d", REDISCLUSTER_VERSION_MAJOR, REDISCLUSTER_VERSION_MINOR, REDISCLUSTER_VERSION_PATCH);
    CHECK_TEXT(version, REDISCLUSTER_VERSION);
    CHECK_INT(REDISCLUSTER_VERSION_NUMBER,
              REDISCLUSTER_VERSION_MAJOR * 10000 + REDISCLUSTER_VERSION_MINOR * 100 + REDISCLUSTER_VERSION_PATCH);
    CHECK_TEXT(rediscluster_version(), REDISCLUSTER_VERSION);
    CHECK_INT(rediscluster_abi_version(), REDISCLUSTER_ABI_VERSION);
}

/* Counts the lines of a tool's output about the library that contain a text. Stores the last of them. */
static int tool_lines(const char *tool, const char *text, char *line, size_t room) {
    char command[PATH_MAX + 64], next[4096];
    int count = 0;
    FILE *output;
    snprintf(command, sizeof command, "%s '%s'", tool, library);
    output = popen(command, "r");
    if (!output) abort();
    while (fgets(next, sizeof next, output))
        if (strstr(next, text)) {
            snprintf(line, room, "%s", next);
            count++;
        }
    CHECK_INT(pclose(output), 0);
    return count;
}

static void test_soname(void) {
    char line[4096] = "", expected[64];
    snprintf(expected, sizeof expected, "[librediscluster.so.%d]", REDISCLUSTER_ABI_VERSION);
    CHECK_INT(tool_lines("readelf -dW", "SONAME", line, sizeof line), 1);
    if (!CHECK(strstr(line, expected) != NULL)) fprintf(stderr, "  %s", line);
    if (!CHECK(tool_lines("readelf -dW", "NODELETE", line, sizeof line) == 1)) fprintf(stderr, "  no NODELETE\n");
}

static void test_exports(void) {
    static const char *const names[] = {
        "abi_version", "close", "command", "each", "each_on", "error_address", "error_code", "error_command", "error_create", "error_executed", "error_free", "error_message", "error_node",
        "execute", "explain", "interrupt", "loop_cancel", "loop_fd", "loop_free", "loop_next", "loop_open", "loop_process", "loop_submit", "loop_subscribe", "loop_timeout_ms",
        "node_for", "node_list", "open", "open_shared", "partition", "php_command", "php_each", "php_execute",
        "php_explain", "php_interface_version", "php_log_keep", "php_log_pending", "php_log_take", "php_node_for", "php_node_list", "php_recover", "php_recover_to", "php_release", "php_session_command",
        "php_session_execute", "php_session_receive", "php_stats", "recover", "recover_to",
        "reply_bytes", "reply_data", "reply_double", "reply_element", "reply_error", "reply_failure", "reply_free", "reply_integer", "reply_length", "reply_type",
        "reply_value", "session_close", "session_execute", "session_interrupt", "session_open", "session_read", "session_receive",
        "session_shutdown", "session_write", "set_log", "stats", "status_name", "version", "with_deadline", "with_interrupt", "with_partial", "with_read", "with_read_your_writes",
    };
    size_t i, count = sizeof names / sizeof *names;
    char line[4096], symbol[64];
    for (i = 0; i < count; i++) {
        snprintf(symbol, sizeof symbol, " T rediscluster_%s\n", names[i]);
        if (!CHECK_INT(tool_lines("nm -D --defined-only", symbol, line, sizeof line), 1)) fprintf(stderr, "  %s", symbol);
    }
    if (!CHECK_INT(tool_lines("nm -D --defined-only", "", line, sizeof line), count)) fprintf(stderr, "  the last: %s", line);
}

int main(void) {
    rediscluster_status (*open)(const char *, size_t, rediscluster **, rediscluster_error **) = rediscluster_open;
    void *address;
    Dl_info info;
    memcpy(&address, &open, sizeof address); /* C has no cast from a function pointer to an object pointer */
    if (!dladdr(address, &info) || !realpath(info.dli_fname, library)) {
        fprintf(stderr, "the library cannot be found\n");
        return 2;
    }
    test_structs();
    test_numbers();
    test_status_names();
    test_versions();
    test_soname();
    test_exports();
    return check_done();
}
