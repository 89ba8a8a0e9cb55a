/* A small service over all nodes, with a hash_tag of "keep". hiredis.c is the same for one server, with hiredis.
 *
 *     cc service.c $(pkg-config --cflags --libs rediscluster) && REDISCLUSTER_CONFIG=… ./a.out
 */
#include <rediscluster_commands.h>
#include <rediscluster_replies.h>

static rediscluster *cluster;
static rediscluster_error *error;

static void check(rediscluster_status status) {
    if (status == REDISCLUSTER_OK) return;
    fprintf(stderr, "%s\n", rediscluster_error_message(error));
    exit(1);
}

/* Runs a command. Ends the program if it fails, or if the reply is an error. */
static rediscluster_reply *run(const char *format, ...) {
    rediscluster_reply *reply;
    va_list list;
    va_start(list, format);
    check(rediscluster_vcommandf(cluster, &reply, &error, format, list));
    va_end(list);
    if (rediscluster_is_error(reply, 0) && rediscluster_reply_error(reply, 0, &error, NULL) == REDISCLUSTER_OK) check(REDISCLUSTER_ERROR_IO);
    return reply;
}

static int64_t number(rediscluster_reply *reply) {
    int64_t value = 0;
    rediscluster_as_int64(reply, 0, &value);
    rediscluster_reply_free(reply);
    return value;
}

/* Counts a call of a user in a window of a minute. */
static int is_allowed(const char *user, int limit) {
    rediscluster_reply_free(run("SET rate:%s 0 EX 60 NX", user));
    return number(run("INCR rate:%s", user)) <= limit;
}

/* Takes jobs until one says stop. */
static void work(void) {
    int stop = 0;
    while (!stop) {
        rediscluster_reply *reply = run("BLPOP jobs 1");
        rediscluster_value job = rediscluster_value_at(reply, 2);
        stop = !job.bytes || rediscluster_equals(reply, 2, "stop");
        if (!stop) rediscluster_reply_free(run("HINCRBY done %b 1", job.bytes, job.length));
        if (!stop) rediscluster_reply_free(run("PUBLISH log done:%b", job.bytes, job.length));
        rediscluster_reply_free(reply);
    }
}

static void print_log(rediscluster_session *log, int count) {
    while (count-- > 0) {
        rediscluster_reply *reply;
        check(rediscluster_session_receive(log, 30000, &reply, &error));
        printf("log: %.*s\n", (int)rediscluster_value_at(reply, 3).length, (const char *)rediscluster_value_at(reply, 3).bytes);
        rediscluster_reply_free(reply);
    }
}

static void print_cached(const char *key, const char *made) {
    rediscluster_reply *reply = run("GET %s", key);
    rediscluster_value value = rediscluster_value_at(reply, 0);
    if (!value.bytes) rediscluster_reply_free(run("SET %s %s EX 60", key, made));
    printf("%s %.*s\n", value.bytes ? "hit" : "miss", (int)(value.bytes ? value.length : strlen(made)), value.bytes ? (const char *)value.bytes : made);
    rediscluster_reply_free(reply);
}

/* Runs a command of the session, and returns the type of its reply. Ends the program as `run` does. */
static rediscluster_type in_session(rediscluster_session *session, const char *format, const char *key, int amount) {
    rediscluster_reply *reply;
    rediscluster_type type;
    check(rediscluster_session_commandf(session, &reply, &error, format, key, amount));
    if (rediscluster_is_error(reply, 1) && rediscluster_reply_error(reply, 1, &error, NULL) == REDISCLUSTER_OK) check(REDISCLUSTER_ERROR_IO);
    type = rediscluster_type_at(reply, 1);
    rediscluster_reply_free(reply);
    return type;
}

/* Moves an amount, unless the balance is too small. Another change of it meanwhile makes it try again. */
static int transfer(const char *from, const char *to, int amount) {
    rediscluster_session *session;
    int executed = 0;
    check(rediscluster_session_open(cluster, &session, &error));
    do {
        in_session(session, "WATCH %s", from, 0);
        if (number(run("GET %s", from)) < amount) break;
        in_session(session, "MULTI", NULL, 0);
        in_session(session, "DECRBY %s %d", from, amount);
        in_session(session, "INCRBY %s %d", to, amount);
        executed = in_session(session, "EXEC", NULL, 0) == REDISCLUSTER_TYPE_ARRAY;
    } while (!executed);
    rediscluster_session_close(session);
    return executed;
}

static size_t count_keys(const char *pattern) {
    char cursor[32] = "0";
    size_t count = 0;
    do {
        rediscluster_reply *reply = run("SCAN %s MATCH %s", cursor, pattern);
        rediscluster_value next = rediscluster_value_at(reply, 1);
        snprintf(cursor, sizeof cursor, "%.*s", (int)next.length, (const char *)next.bytes);
        count += rediscluster_value_at(reply, 2).length;
        rediscluster_reply_free(reply);
    } while (strcmp(cursor, "0") != 0);
    return count;
}

int main(void) {
    const char *config = getenv("REDISCLUSTER_CONFIG");
    rediscluster_session *log;
    rediscluster_reply *reply;
    int i, allowed = 0;
    if (!config) return fprintf(stderr, "REDISCLUSTER_CONFIG is not set\n"), 1;
    check(rediscluster_open(config, strlen(config), &cluster, &error));
    check(rediscluster_session_open(cluster, &log, &error));
    in_session(log, "SUBSCRIBE log", NULL, 0);

    for (i = 0; i < 5; i++) allowed += is_allowed("ann", 3);
    printf("allowed %d of 5 calls\n", allowed);

    rediscluster_reply_free(run("RPUSH jobs resize send stop"));
    work();
    print_log(log, 2);

    print_cached("page:1", "<html>");
    print_cached("page:1", "<html>");

    rediscluster_reply_free(run("MSET {bank}ann 100 {bank}bob 0"));
    printf("transfers %d", transfer("{bank}ann", "{bank}bob", 70));
    printf(" %d", transfer("{bank}ann", "{bank}bob", 70));
    printf(", balances %lld", (long long)number(run("GET {bank}ann")));
    printf(" %lld\n", (long long)number(run("GET {bank}bob")));

    printf("%lu pages\n", (unsigned long)count_keys("page:*"));
    reply = run("INFO server");
    printf("%.8s\n", (const char *)rediscluster_value_at(reply, 0).bytes);
    rediscluster_reply_free(reply);

    rediscluster_session_close(log);
    rediscluster_close(cluster);
    return 0;
}
