/* The service of service.c with hiredis, on one server.
 *
 *     cc hiredis.c -lhiredis && REDIS_PORT=6379 ./a.out
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>

#include <hiredis/hiredis.h>

static redisContext *connection;

static redisContext *connect_to(const char *port) {
    redisContext *context = redisConnect("127.0.0.1", atoi(port));
    if (context && !context->err) return context;
    fprintf(stderr, "%s\n", context ? context->errstr : "no memory");
    exit(1);
}

/* Ends the program if a command failed, or if the reply is an error. */
static redisReply *check(redisContext *context, redisReply *reply) {
    if (reply && reply->type != REDIS_REPLY_ERROR) return reply;
    fprintf(stderr, "%s\n", reply ? reply->str : context->errstr);
    exit(1);
}

static redisReply *run(const char *format, ...) {
    redisReply *reply;
    va_list list;
    va_start(list, format);
    reply = check(connection, redisvCommand(connection, format, list));
    va_end(list);
    return reply;
}

static long long number(redisReply *reply) {
    long long value = reply->type == REDIS_REPLY_STRING ? atoll(reply->str) : reply->integer;
    freeReplyObject(reply);
    return value;
}

/* Counts a call of a user in a window of a minute. */
static int is_allowed(const char *user, int limit) {
    freeReplyObject(run("SET rate:%s 0 EX 60 NX", user));
    return number(run("INCR rate:%s", user)) <= limit;
}

/* Takes jobs until one says stop. */
static void work(void) {
    int stop = 0;
    while (!stop) {
        redisReply *reply = run("BLPOP jobs 1");
        const char *job = reply->elements == 2 ? reply->element[1]->str : "stop";
        stop = strcmp(job, "stop") == 0;
        if (!stop) freeReplyObject(run("HINCRBY done %s 1", job));
        if (!stop) freeReplyObject(run("PUBLISH log done:%s", job));
        freeReplyObject(reply);
    }
}

static void print_log(redisContext *log, int count) {
    struct timeval limit = {30, 0};
    redisSetTimeout(log, limit);
    while (count-- > 0) {
        void *reply = NULL;
        redisGetReply(log, &reply);
        reply = check(log, reply);
        printf("log: %s\n", ((redisReply *)reply)->elements == 3 ? ((redisReply *)reply)->element[2]->str : "nothing");
        freeReplyObject(reply);
    }
}

static void print_cached(const char *key, const char *made) {
    redisReply *reply = run("GET %s", key);
    if (!reply->str) freeReplyObject(run("SET %s %s EX 60", key, made));
    printf("%s %s\n", reply->str ? "hit" : "miss", reply->str ? reply->str : made);
    freeReplyObject(reply);
}

/* Moves an amount, unless the balance is too small. Another change of it meanwhile makes it try again. */
static int transfer(const char *from, const char *to, int amount) {
    redisReply *reply;
    int executed = 0;
    do {
        freeReplyObject(run("WATCH %s", from));
        if (number(run("GET %s", from)) < amount) {
            freeReplyObject(run("UNWATCH"));
            break;
        }
        freeReplyObject(run("MULTI"));
        freeReplyObject(run("DECRBY %s %d", from, amount));
        freeReplyObject(run("INCRBY %s %d", to, amount));
        reply = run("EXEC");
        executed = reply->type == REDIS_REPLY_ARRAY;
        freeReplyObject(reply);
    } while (!executed);
    return executed;
}

static size_t count_keys(const char *pattern) {
    char cursor[32] = "0";
    size_t count = 0;
    do {
        redisReply *reply = run("SCAN %s MATCH %s", cursor, pattern);
        snprintf(cursor, sizeof cursor, "%s", reply->element[0]->str);
        count += reply->element[1]->elements;
        freeReplyObject(reply);
    } while (strcmp(cursor, "0") != 0);
    return count;
}

int main(void) {
    const char *port = getenv("REDIS_PORT");
    redisContext *log;
    redisReply *reply;
    int i, allowed = 0;
    if (!port) return fprintf(stderr, "REDIS_PORT is not set\n"), 1;
    connection = connect_to(port);
    log = connect_to(port);
    freeReplyObject(check(log, redisCommand(log, "SUBSCRIBE log")));

    for (i = 0; i < 5; i++) allowed += is_allowed("ann", 3);
    printf("allowed %d of 5 calls\n", allowed);

    freeReplyObject(run("RPUSH jobs resize send stop"));
    work();
    print_log(log, 2);

    print_cached("page:1", "<html>");
    print_cached("page:1", "<html>");

    freeReplyObject(run("MSET {bank}ann 100 {bank}bob 0"));
    printf("transfers %d", transfer("{bank}ann", "{bank}bob", 70));
    printf(" %d", transfer("{bank}ann", "{bank}bob", 70));
    printf(", balances %lld", number(run("GET {bank}ann")));
    printf(" %lld\n", number(run("GET {bank}bob")));

    printf("%lu pages\n", (unsigned long)count_keys("page:*"));
    reply = run("INFO server");
    printf("%.8s\n", reply->str);
    freeReplyObject(reply);

    redisFree(log);
    redisFree(connection);
    return 0;
}
