/* The headers on top of the ABI: formats as in hiredis, pipelines, reading and printing replies. The oracles are hiredis' redisFormatCommand,
 * if it is installed (-DHAVE_HIREDIS), and redis-cli. */
#include <limits.h>
#ifdef HAVE_HIREDIS
#include <hiredis/hiredis.h>
#endif

#include <rediscluster_commands.h>
#include <rediscluster_replies.h>

#include "loop.h"

static rediscluster *cluster;
static rediscluster_error *error;

/* One format with its arguments, as hiredis packs it. */
__attribute__((sentinel)) static void check_format(const char *expected, const char *format, ...) {
    rediscluster_request request = {NULL, 0, 0, 0};
    va_list list;
    va_start(list, format);
    if (CHECK_INT(rediscluster_request_vformat(&request, &error, format, list), REDISCLUSTER_OK))
        CHECK_BYTES(request.bytes, request.length, expected, strlen(expected));
    else
        fprintf(stderr, "  %s: %s\n", format, rediscluster_error_message(error));
    va_end(list);
#ifdef HAVE_HIREDIS
    {
        char *packed = NULL;
        int length;
        va_start(list, format);
        length = redisvFormatCommand(&packed, format, list);
        va_end(list);
        if (CHECK(length > 0)) CHECK_BYTES(request.bytes, request.length, packed, (size_t)length);
        free(packed);
    }
#endif
    rediscluster_request_free(&request);
}

static void check_bad_format(const char *format, ...) {
    rediscluster_request request = {NULL, 0, 0, 0};
    va_list list;
    va_start(list, format);
    CHECK_FAILS(rediscluster_request_vformat(&request, &error, format, list), REDISCLUSTER_ERROR_ARGUMENT);
    CHECK_INT(request.length, 0);
    va_end(list);
    rediscluster_request_free(&request);
}

static void test_formats(void) {
    char *large = (char *)malloc(100001), *expected = (char *)malloc(100100);
    memset(large, 'x', 100000);
    large[100000] = 0;
    sprintf(expected, "*2\r\n$3\r\nGET\r\n$100000\r\n%s\r\n", large);
    check_format(expected, "GET %s", large, NULL);
    free(large);
    free(expected);
    check_format("*1\r\n$4\r\nPING\r\n", "PING", NULL);
    check_format("*1\r\n$4\r\nPING\r\n", "  PING  ", NULL);
    check_format("*3\r\n$3\r\nSET\r\n$3\r\nfoo\r\n$3\r\nbar\r\n", "SET %s %s", "foo", "bar", NULL);
    check_format("*3\r\n$3\r\nSET\r\n$5\r\na b c\r\n$0\r\n\r\n", "SET %s %s", "a b c", "", NULL);
    check_format("*2\r\n$3\r\nGET\r\n$12\r\ncounter:10%/\r\n", "GET counter:%d%%/", 10, NULL);
    check_format("*2\r\n$3\r\nGET\r\n$3\r\na b\r\n", "GET %b", "a b", (size_t)3, NULL);
    check_format("*2\r\n$3\r\nGET\r\n$0\r\n\r\n", "GET %b", "", (size_t)0, NULL);
    check_format("*4\r\n$1\r\na\r\n$20\r\n-9223372036854775808\r\n$20\r\n18446744073709551615\r\n$2\r\n-1\r\n", "a %lld %llu %i", LLONG_MIN,
                 ULLONG_MAX, -1, NULL);
    check_format("*5\r\n$1\r\na\r\n$8\r\n1.500000\r\n$5\r\n00042\r\n$2\r\nff\r\n$5\r\n+3.14\r\n", "a %f %05d %x %+.2f", 1.5, 42, 255, 3.14159, NULL);
    check_format("*4\r\n$1\r\na\r\n$2\r\n-5\r\n$1\r\n7\r\n$2\r\n-9\r\n", "a %hd %hhu %ld", -5, 7, -9L, NULL);
    check_format("*2\r\n$1\r\na\r\n$12\r\nb1e+06c1e-07\r\n", "a b%gc%g", 1e6, 1e-7, NULL);
    check_format("*20\r\n$1\r\na\r\n$1\r\nb\r\n$1\r\nc\r\n$1\r\nd\r\n$1\r\ne\r\n$1\r\nf\r\n$1\r\ng\r\n$1\r\nh\r\n$1\r\ni\r\n$1\r\nj\r\n$1\r\nk\r\n"
                 "$1\r\nl\r\n$1\r\nm\r\n$1\r\nn\r\n$1\r\no\r\n$1\r\np\r\n$1\r\nq\r\n$1\r\nr\r\n$1\r\ns\r\n$1\r\nt\r\n",
                 "a b c d e f g h i j k l m n o p q r s %s", "t", NULL);
    check_bad_format("");
    check_bad_format("   ");
    check_bad_format("GET %q", 1);
    check_bad_format("GET %", 1);
    check_bad_format("GET %ls", L"a");
    check_bad_format("GET %llld", 1);
    check_bad_format("GET %*d", 1, 1);
    check_bad_format("GET %s", (char *)NULL);
}

static void test_commands(void) {
    const char *argv[] = {"SET", "k", "v\0w"};
    const size_t lengths[] = {3, 1, 3};
    rediscluster_reply *reply = NULL;
    rediscluster_session *session = NULL;
    CHECK_INT(rediscluster_commandf(cluster, &reply, &error, "SET %s:%d %b", "key", 10, "a\0b", (size_t)3), REDISCLUSTER_OK);
    CHECK_TYPED(reply, 0, REDISCLUSTER_TYPE_STATUS, "OK", 2);
    rediscluster_reply_free(reply);
    CHECK_INT(rediscluster_commandf(cluster, &reply, &error, "GET key:10"), REDISCLUSTER_OK);
    CHECK_TYPED(reply, 0, REDISCLUSTER_TYPE_STRING, "a\0b", 3);
    rediscluster_reply_free(reply);
    CHECK_INT(rediscluster_commandf(cluster, &reply, NULL, "EXISTS a b c d e f g h i j k l m n o p q r s t key:10"), REDISCLUSTER_OK);
    CHECK_INTEGER(reply, 0, 1);
    rediscluster_reply_free(reply);
    CHECK_FAILS(rediscluster_commandf(cluster, &reply, &error, "GET %q"), REDISCLUSTER_ERROR_ARGUMENT);
    CHECK(reply == NULL);
    CHECK_FAILS(rediscluster_commandf(NULL, &reply, &error, "GET a"), REDISCLUSTER_ERROR_ARGUMENT);
    CHECK_INT(rediscluster_eachf(cluster, &reply, &error, "ECHO %d", 7), REDISCLUSTER_OK);
    CHECK_STRING(reply, 2, "7");
    rediscluster_reply_free(reply);
    CHECK_INT(rediscluster_each_argv(cluster, 1, argv + 1, NULL, &reply, &error), REDISCLUSTER_OK);
    rediscluster_reply_free(reply);
    CHECK_INT(rediscluster_explainf(cluster, &reply, &error, "GET %s", "a"), REDISCLUSTER_OK);
    CHECK_STRING(reply, rediscluster_map_find(reply, 0, "strategy"), "one node");
    CHECK_INT(rediscluster_map_find(reply, 0, "strateg"), 0);
    rediscluster_reply_free(reply);
    CHECK_INT(rediscluster_explain_argv(cluster, 3, argv, lengths, &reply, &error), REDISCLUSTER_OK);
    rediscluster_reply_free(reply);

    CHECK_INT(rediscluster_session_open(cluster, &session, &error), REDISCLUSTER_OK);
    CHECK_INT(rediscluster_session_command(session, 3, argv, lengths, &reply, &error), REDISCLUSTER_OK);
    CHECK_TYPED(reply, 1, REDISCLUSTER_TYPE_STATUS, "OK", 2);
    rediscluster_reply_free(reply);
    CHECK_INT(rediscluster_session_commandf(session, &reply, &error, "GET %s", "k"), REDISCLUSTER_OK);
    CHECK_TYPED(reply, 1, REDISCLUSTER_TYPE_STRING, "v\0w", 3);
    rediscluster_reply_free(reply);
    rediscluster_session_close(session);
}

static void test_pipeline(void) {
    rediscluster_pipeline pipeline = {{NULL, 0, 0, 0}, NULL, 0, 0};
    const char *argv[] = {"GET", "p:1"};
    const rediscluster_reply *replies;
    size_t at;
    int64_t number;
    int i;
    for (i = 0; i < 20; i++) CHECK_INT(rediscluster_pipeline_appendf(&pipeline, &error, "SET p:%d %d", i, i), REDISCLUSTER_OK);
    CHECK_INT(rediscluster_pipeline_appendv(&pipeline, 2, argv, NULL, &error), REDISCLUSTER_OK);
    CHECK_INT(rediscluster_pipeline_append(&pipeline, "*2\r\n$3\r\nGET\r\n$3\r\np:2\r\n", 22, &error), REDISCLUSTER_OK);
    CHECK_FAILS(rediscluster_pipeline_appendf(&pipeline, &error, "GET %q"), REDISCLUSTER_ERROR_ARGUMENT);
    CHECK(!rediscluster_pipeline_next(&pipeline, &replies, &at));
    CHECK_INT(rediscluster_pipeline_execute(&pipeline, cluster, &error), REDISCLUSTER_OK);
    for (i = 0; i < 20; i++) CHECK(rediscluster_pipeline_next(&pipeline, &replies, &at) && !rediscluster_is_error(replies, at));
    for (i = 1; i < 3; i++) {
        CHECK(rediscluster_pipeline_next(&pipeline, &replies, &at) && rediscluster_as_int64(replies, at, &number));
        CHECK_INT(number, i);
    }
    CHECK(!rediscluster_pipeline_next(&pipeline, &replies, &at));
    CHECK_INT(rediscluster_pipeline_append(&pipeline, "GET", 3, &error), REDISCLUSTER_OK);
    CHECK_FAILS(rediscluster_pipeline_execute(&pipeline, cluster, &error), REDISCLUSTER_ERROR_REQUEST);
    CHECK(!rediscluster_pipeline_next(&pipeline, &replies, &at));
    rediscluster_pipeline_free(&pipeline);
}

static rediscluster_reply *command(const char *line) {
    rediscluster_reply *reply = NULL;
    CHECK_INT(rediscluster_commandf(cluster, &reply, NULL, line), REDISCLUSTER_OK);
    return reply;
}

static void test_conversions(void) {
    rediscluster_reply *reply = command("MSET n 12 d -1.5e3 t text m 9223372036854775808 e 12x");
    rediscluster_children child;
    int64_t number = 7;
    double real = 7;
    char *text;
    rediscluster_reply_free(reply);
    reply = command("MGET n d t m e none");
    CHECK(rediscluster_as_int64(reply, 1, &number) && number == 12);
    CHECK(rediscluster_as_double(reply, 1, &real) && real == 12.0);
    CHECK(!rediscluster_as_int64(reply, 2, &number) && rediscluster_as_double(reply, 2, &real) && real == -1500.0);
    CHECK(!rediscluster_as_int64(reply, 3, &number) && !rediscluster_as_double(reply, 3, &real));
    CHECK(!rediscluster_as_int64(reply, 4, &number) && !rediscluster_as_int64(reply, 5, &number) && !rediscluster_as_int64(reply, 6, &number));
    CHECK(!rediscluster_as_int64(reply, 0, &number) && !rediscluster_as_int64(reply, 99, &number) && number == 12);
    text = rediscluster_as_text(reply, 3);
    CHECK_TEXT(text, "text");
    free(text);
    CHECK(rediscluster_as_text(reply, 6) == NULL && rediscluster_as_text(reply, 0) == NULL);
    CHECK(rediscluster_equals(reply, 3, "text") && !rediscluster_equals(reply, 3, "tex") && !rediscluster_equals(reply, 6, ""));
    CHECK_INT(rediscluster_value_at(reply, 1).length, 2);
    CHECK(rediscluster_value_at(reply, 99).type == REDISCLUSTER_TYPE_NIL && rediscluster_value_at(reply, 99).bytes == NULL);
    child = rediscluster_children_of(reply, 0);
    for (number = 0; rediscluster_children_next(&child); number++) CHECK_INT(child.at, number + 1);
    CHECK_INT(number, 6);
    child = rediscluster_children_of(reply, 1);
    CHECK(!rediscluster_children_next(&child));
    rediscluster_reply_free(reply);
    reply = command("INCR t");
    CHECK(!rediscluster_equals(reply, 0, "ERR value is not an integer or out of range"));
    CHECK(rediscluster_is_error(reply, 0) && rediscluster_as_text(reply, 0) == NULL && !rediscluster_as_int64(reply, 0, &number));
    rediscluster_reply_free(reply);
}

/* Prints the reply to a command as redis-cli does. */
static void check_print(const rediscluster *one, int port, const char *line) {
    char shell[512], *printed = NULL, expected[4096];
    size_t length = 0, expected_length;
    FILE *out, *cli;
    rediscluster_reply *reply = NULL;
    sprintf(shell, "redis-cli --no-raw -p %d %s %s", port, strncmp(line, "-3 ", 3) == 0 ? "" : "-2", line);
    cli = popen(shell, "r");
    if (!cli) abort();
    expected_length = fread(expected, 1, sizeof expected, cli);
    pclose(cli);
    if (strncmp(line, "-3 ", 3) == 0) line += 3;
    CHECK_INT(rediscluster_commandf(one, &reply, NULL, line), REDISCLUSTER_OK);
    out = open_memstream(&printed, &length);
    rediscluster_print(out, reply, 0);
    fclose(out);
    if (!CHECK_BYTES(printed, length, expected, expected_length))
        fprintf(stderr, "  %s\n%.*s", line, (int)expected_length, expected);
    free(printed);
    rediscluster_reply_free(reply);
}

static void set_binary(const rediscluster *one) {
    static const char bytes[] = "\\\"\n\r\t\a\b\0\x7f\xff a";
    rediscluster_reply *reply = NULL;
    CHECK_INT(rediscluster_commandf(one, &reply, NULL, "SET print:s %b", bytes, sizeof bytes), REDISCLUSTER_OK);
    rediscluster_reply_free(reply);
}

static void test_print(void) {
    static const char *const prepared[] = {"FLUSHALL",
                                           "RPUSH print:l a b c d e f g h i j k l",
                                           "HSET print:h f v g w",
                                           "XADD print:x 1-1 f v",
                                           "XADD print:x 2-1 g w",
                                           "ZADD print:z 1.5 a 2 b"};
    static const char *const lines[] = {"PING",
                                        "GET none",
                                        "EXISTS none",
                                        "GET print:s",
                                        "INCR print:s",
                                        "LRANGE none 0 1",
                                        "LRANGE print:l 0 -1",
                                        "HGETALL print:h",
                                        "XRANGE print:x - +",
                                        "ZRANGE print:z 0 -1 WITHSCORES",
                                        "COMMAND INFO get set none",
                                        "CONFIG GET none",
                                        "CONFIG GET maxmemory"};
    static const char *const resp3[] = {"-3 HGETALL print:h",     "-3 ZRANGE print:z 0 -1 WITHSCORES", "-3 ZSCORE print:z a", "-3 GET none",
                                        "-3 COMMAND INFO get set", "-3 XINFO STREAM print:x FULL",       "-3 CONFIG GET none",  "-3 SMEMBERS none"};
    rediscluster *one, *three;
    int port;
    size_t i;
    CHECK(cluster_ports(&port, 1) == 1);
    one = cluster_open_of(&port, 1, "");
    three = cluster_open_of(&port, 1, ",\"protocol\":3");
    for (i = 0; i < sizeof prepared / sizeof *prepared; i++) {
        rediscluster_reply *reply = NULL;
        CHECK_INT(rediscluster_commandf(one, &reply, NULL, prepared[i]), REDISCLUSTER_OK);
        rediscluster_reply_free(reply);
    }
    set_binary(one);
    for (i = 0; i < sizeof lines / sizeof *lines; i++) check_print(one, port, lines[i]);
    for (i = 0; i < sizeof resp3 / sizeof *resp3; i++) check_print(three, port, resp3[i]);
    rediscluster_close(one);
    rediscluster_close(three);
}

static void test_loop_formats(void) {
    rediscluster_loop *loop = loop_open(cluster);
    rediscluster_reply *reply;
    CHECK_INT(rediscluster_loop_submitf(loop, 1, &error, "ECHO %d", 12), REDISCLUSTER_OK);
    CHECK_FAILS(rediscluster_loop_submitf(loop, 2, &error, "ECHO %q", 12), REDISCLUSTER_ERROR_ARGUMENT);
    reply = loop_reply(loop, 1);
    CHECK_STRING(reply, 0, "12");
    rediscluster_reply_free(reply);
    CHECK_INT(rediscluster_loop_subscribef(loop, 3, &error, "SUBSCRIBE %s", "one"), REDISCLUSTER_OK);
    reply = loop_reply(loop, 3);
    CHECK_STRING(reply, 2, "one");
    rediscluster_reply_free(reply);
    rediscluster_loop_free(loop);
}

static void test_error_create(void) {
    rediscluster_error *made = rediscluster_error_create(REDISCLUSTER_ERROR_TIMEOUT, "late", 4);
    CHECK_TEXT(rediscluster_error_message(made), "late");
    CHECK_INT(rediscluster_error_code(made), REDISCLUSTER_ERROR_TIMEOUT);
    CHECK_INT(rediscluster_error_executed(made), 0);
    rediscluster_error_free(made);
    made = rediscluster_error_create(99, NULL, 0);
    CHECK_INT(rediscluster_error_code(made), REDISCLUSTER_ERROR_INTERNAL);
    rediscluster_error_free(made);
    CHECK(rediscluster_error_create(1, NULL, 1) == NULL);
}

int main(void) {
    cluster = cluster_open(cluster_config());
    test_error_create();
    test_formats();
    test_commands();
    test_pipeline();
    test_conversions();
    test_print();
    test_loop_formats();
    rediscluster_close(cluster);
    return check_done();
}
