/* Sessions: transactions, subscriptions, the byte stream, interruption, several threads, and use after fork. */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cluster.h"

#define FOR_EVER (-1)
#define SECONDS_OF_A_CHILD 30
#define MESSAGES 100

static rediscluster *cluster;

static rediscluster_session *open_session(void) {
    rediscluster_session *session = NULL;
    rediscluster_error *error = NULL;
    if (!CHECK_INT(rediscluster_session_open(cluster, &session, &error), REDISCLUSTER_OK)) exit(check_done());
    CHECK(error == NULL);
    return session;
}

static rediscluster_reply *run(rediscluster_session *session, const request *commands) {
    rediscluster_reply *reply = NULL;
    rediscluster_error *error = NULL;
    rediscluster_status status = rediscluster_session_execute(session, commands->bytes, commands->length, &reply, &error);
    return cluster_must(status, reply, error);
}

static void test_transaction(void) {
    rediscluster_session *session = open_session();
    request commands = {NULL, 0, 0};
    rediscluster_reply *reply;
    request_add(&commands, "WATCH", "session:a", NULL);
    request_add(&commands, "MULTI", NULL);
    request_add(&commands, "SET", "session:a", "1", NULL);
    request_add(&commands, "INCR", "session:a", NULL);
    request_add(&commands, "EXEC", NULL);
    reply = run(session, &commands);
    CHECK_INT(cluster_value_at(reply, 0).length, 5);
    CHECK_TYPED(reply, 3, REDISCLUSTER_TYPE_STATUS, "QUEUED", 6);
    CHECK_TYPE(reply, 5, REDISCLUSTER_TYPE_ARRAY);
    CHECK_TYPED(reply, 6, REDISCLUSTER_TYPE_STATUS, "OK", 2);
    CHECK_INTEGER(reply, 7, 2);
    rediscluster_reply_free(reply);
    request_free(&commands);
    rediscluster_session_close(session);
}

static void test_messages(void) {
    rediscluster_session *session = open_session();
    request commands = {NULL, 0, 0};
    rediscluster_reply *reply = NULL;
    rediscluster_error *error = NULL;
    CHECK_FAILS(rediscluster_session_receive(session, 0, &reply, &error), REDISCLUSTER_ERROR_REQUEST);
    request_add(&commands, "SUBSCRIBE", "session:one", "session:two", NULL);
    reply = run(session, &commands);
    CHECK_INT(cluster_value_at(reply, 0).length, 2);
    rediscluster_reply_free(reply);
    CHECK_INT(rediscluster_session_receive(session, 0, &reply, &error), REDISCLUSTER_OK);
    CHECK(reply == NULL);
    CHECK_INT(rediscluster_session_receive(session, 1, &reply, &error), REDISCLUSTER_OK);
    CHECK(reply == NULL);
    rediscluster_reply_free(cluster_command(cluster, "PUBLISH", "session:two", "hello", NULL));
    CHECK_INT(rediscluster_session_receive(session, FOR_EVER, &reply, &error), REDISCLUSTER_OK);
    CHECK_STRING(reply, 1, "message");
    CHECK_STRING(reply, 2, "session:two");
    CHECK_STRING(reply, 3, "hello");
    rediscluster_reply_free(reply);
    request_free(&commands);
    rediscluster_session_close(session);
}

static void test_stream(void) {
    static const char expected[] = "+OK\r\n+QUEUED\r\n*1\r\n+OK\r\n$1\r\n7\r\n+OK\r\n";
    rediscluster_session *session = open_session();
    request commands = {NULL, 0, 0};
    rediscluster_error *error = NULL;
    char found[sizeof expected];
    size_t at, length = 0, count = 1;
    request_add(&commands, "MULTI", NULL);
    request_add(&commands, "SET", "session:b", "7", NULL);
    request_add(&commands, "EXEC", NULL);
    request_add(&commands, "GET", "session:b", NULL);
    request_add(&commands, "QUIT", NULL);
    for (at = 0; at < commands.length; at++)
        CHECK_INT(rediscluster_session_write(session, commands.bytes + at, 1, &error), REDISCLUSTER_OK);
    while (length < sizeof expected - 1 && count > 0) {
        size_t room = sizeof found - length < 5 ? sizeof found - length : 5;
        CHECK_INT(rediscluster_session_read(session, FOR_EVER, found + length, room, &count, &error), REDISCLUSTER_OK);
        length += count;
    }
    CHECK_BYTES(found, length, expected, sizeof expected - 1);
    CHECK_FAILS(rediscluster_session_read(session, 0, found, sizeof found, &count, &error), REDISCLUSTER_ERROR_REQUEST);
    CHECK_FAILS(rediscluster_session_write(session, "*", 1, &error), REDISCLUSTER_ERROR_REQUEST);
    rediscluster_session_close(session);
    session = open_session();
    /* Inline commands, and the error that ends the stream. */
    CHECK_INT(rediscluster_session_write(session, "\r\nPING\r\n*x\r\n", 12, &error), REDISCLUSTER_OK);
    CHECK_FAILS(rediscluster_session_write(session, "PING\r\n", 6, &error), REDISCLUSTER_ERROR_REQUEST);
    for (length = 0; rediscluster_session_read(session, 0, found + length, 7, &count, NULL) == REDISCLUSTER_OK && length < 14;)
        length += count;
    CHECK_BYTES(found, 14, "+PONG\r\n-ERR Pr", 14);
    rediscluster_session_close(session);
    request_free(&commands);
}

static void *interrupt(void *session) {
    rediscluster_session_interrupt((const rediscluster_session *)session);
    return NULL;
}

static void test_interrupt(void) {
    rediscluster_session *session = open_session();
    rediscluster_error *error = NULL;
    size_t length = 1;
    char byte;
    int i;
    for (i = 0; i < 20; i++) {
        pthread_t thread;
        if (pthread_create(&thread, NULL, interrupt, session) != 0) abort();
        CHECK_INT(rediscluster_session_read(session, FOR_EVER, &byte, 1, &length, &error), REDISCLUSTER_OK);
        CHECK_INT(length, 0);
        pthread_join(thread, NULL);
    }
    rediscluster_session_close(session);
}

static rediscluster_session *interrupted_by_signal;

static void interrupt_in_handler(int signal_number) {
    int before = errno;
    (void)signal_number;
    rediscluster_session_interrupt(interrupted_by_signal);
    errno = before;
}

/* A signal handler ends calls that wait without a limit: of messages, and of a blocking command. */
static void test_interrupt_by_signal(void) {
    struct itimerval often = {{0, 20000}, {0, 20000}}, never = {{0, 0}, {0, 0}};
    struct sigaction action, before;
    request subscribe = {NULL, 0, 0}, pop = {NULL, 0, 0};
    rediscluster_session *popping = open_session();
    rediscluster_reply *reply = NULL;
    rediscluster_error *error = NULL;
    interrupted_by_signal = open_session();
    request_add(&subscribe, "SUBSCRIBE", "session:signal", NULL);
    request_add(&pop, "BLPOP", "session:list", "0", NULL);
    rediscluster_reply_free(run(interrupted_by_signal, &subscribe));
    memset(&action, 0, sizeof action);
    action.sa_handler = interrupt_in_handler;
    sigaction(SIGALRM, &action, &before);
    setitimer(ITIMER_REAL, &often, NULL);
    CHECK_INT(rediscluster_session_receive(interrupted_by_signal, FOR_EVER, &reply, &error), REDISCLUSTER_OK);
    CHECK(reply == NULL);
    setitimer(ITIMER_REAL, &never, NULL);
    rediscluster_session_close(interrupted_by_signal);
    interrupted_by_signal = popping;
    setitimer(ITIMER_REAL, &often, NULL);
    reply = run(popping, &pop);
    setitimer(ITIMER_REAL, &never, NULL);
    sigaction(SIGALRM, &before, NULL);
    CHECK_TYPE(reply, 1, REDISCLUSTER_TYPE_NIL_ARRAY);
    rediscluster_reply_free(reply);
    rediscluster_session_close(popping);
    request_free(&subscribe);
    request_free(&pop);
}

/* Waits until the server of a key has this number of clients in blocking commands. */
static void await_blocked_clients(int count) {
    char wanted[32];
    int tries = 0, found = 0;
    snprintf(wanted, sizeof wanted, "blocked_clients:%d\r\n", count);
    while (!found && tries++ < 30000) {
        request info = {NULL, 0, 0};
        rediscluster_reply *reply = NULL;
        rediscluster_error *error = NULL;
        uint32_t at;
        request_add(&info, "INFO", "clients", NULL);
        if (rediscluster_each(cluster, info.bytes, info.length, &reply, &error) == REDISCLUSTER_OK) {
            rediscluster_data data;
            CHECK_INT(rediscluster_reply_data(reply, &data, &error), REDISCLUSTER_OK);
            /* The bytes of all nodes are one text. */
            for (at = 0; at + strlen(wanted) <= data.bytes_length && !found; at++)
                found = memcmp(data.bytes + at, wanted, strlen(wanted)) == 0;
        }
        rediscluster_reply_free(reply);
        request_free(&info);
        if (!found) usleep(1000);
    }
    CHECK(found);
}

/* Runs BLPOP without a time limit; returns the reply, or NULL after an error. */
static void *pop(void *session) {
    request command = {NULL, 0, 0};
    rediscluster_reply *reply = NULL;
    rediscluster_error *error = NULL;
    request_add(&command, "BLPOP", "session:list", "0", NULL);
    if (rediscluster_session_execute((const rediscluster_session *)session, command.bytes, command.length, &reply, &error) !=
        REDISCLUSTER_OK) {
        CHECK_INT(rediscluster_error_code(error), REDISCLUSTER_ERROR_REQUEST);
        rediscluster_error_free(error);
    }
    request_free(&command);
    return reply;
}

/* A session that is interrupted, shut down or closed while it waits in a blocking command takes no element. */
static void test_blocking_command_ends(void) {
    rediscluster_session *session = open_session();
    rediscluster_error *error = NULL;
    rediscluster_reply *reply;
    pthread_t thread;
    void *popped = NULL;
    if (pthread_create(&thread, NULL, pop, session) != 0) abort();
    await_blocked_clients(1);
    rediscluster_session_interrupt(session);
    pthread_join(thread, &popped);
    CHECK_TYPE((rediscluster_reply *)popped, 1, REDISCLUSTER_TYPE_NIL_ARRAY);
    rediscluster_reply_free((rediscluster_reply *)popped);
    if (pthread_create(&thread, NULL, pop, session) != 0) abort();
    await_blocked_clients(1);
    rediscluster_session_shutdown(session);
    rediscluster_session_shutdown(session);
    pthread_join(thread, &popped);
    CHECK(popped == NULL);
    rediscluster_session_close(session);
    session = open_session();
    CHECK_INT(rediscluster_session_write(session, "BLPOP session:list 0\r\n", 22, &error), REDISCLUSTER_OK);
    await_blocked_clients(1);
    rediscluster_session_close(session);
    rediscluster_session_shutdown(NULL);
    await_blocked_clients(0);
    rediscluster_reply_free(cluster_command(cluster, "RPUSH", "session:list", "kept", NULL));
    reply = cluster_command(cluster, "LPOP", "session:list", NULL);
    CHECK_STRING(reply, 0, "kept");
    rediscluster_reply_free(reply);
}

/* Receives the messages of test_receiver_yields. */
static void *receive_messages(void *argument) {
    const rediscluster_session *session = (const rediscluster_session *)argument;
    int i;
    for (i = 0; i < MESSAGES; i++) {
        rediscluster_reply *reply = NULL;
        rediscluster_error *error = NULL;
        rediscluster_status status = rediscluster_session_receive(session, FOR_EVER, &reply, &error);
        char channel[32];
        snprintf(channel, sizeof channel, "session:%d", i);
        cluster_must(status, reply, error);
        CHECK_STRING(reply, 2, channel);
        rediscluster_reply_free(reply);
    }
    return NULL;
}

/* While a thread waits for a message without a timeout, another one runs commands and subscribes. */
static void test_receiver_yields(void) {
    rediscluster_session *session = open_session();
    request first = {NULL, 0, 0};
    pthread_t receiver;
    int i;
    request_add(&first, "SUBSCRIBE", "session:first", NULL);
    rediscluster_reply_free(run(session, &first));
    request_free(&first);
    if (pthread_create(&receiver, NULL, receive_messages, session) != 0) abort();
    for (i = 0; i < MESSAGES; i++) {
        request commands = {NULL, 0, 0};
        char channel[32]; /* the tag puts all channels on one node, so that their messages arrive in order */
        rediscluster_reply *reply;
        snprintf(channel, sizeof channel, "session:%d{yield}", i);
        request_add(&commands, "SUBSCRIBE", channel, NULL);
        request_add(&commands, "PING", NULL);
        reply = run(session, &commands);
        CHECK_INT(cluster_value_at(reply, 0).length, 2);
        rediscluster_reply_free(reply);
        rediscluster_reply_free(cluster_command(cluster, "PUBLISH", channel, "hello", NULL));
        request_free(&commands);
    }
    pthread_join(receiver, NULL);
    rediscluster_session_close(session);
}

/* Calls in the child fail, and the transaction and subscription of the parent continue. */
static void test_fork(void) {
    rediscluster_session *session = open_session(), *listening = open_session();
    request begin = {NULL, 0, 0}, end = {NULL, 0, 0}, subscribe = {NULL, 0, 0};
    rediscluster_reply *reply = NULL;
    rediscluster_error *error = NULL;
    int status = 0;
    pid_t child;
    request_add(&begin, "MULTI", NULL);
    request_add(&begin, "SET", "session:c", "parent", NULL);
    request_add(&end, "EXEC", NULL);
    request_add(&subscribe, "SUBSCRIBE", "session:c", NULL);
    rediscluster_reply_free(run(session, &begin));
    rediscluster_reply_free(run(listening, &subscribe));
    child = fork();
    if (child < 0) abort();
    if (child == 0) {
        size_t length;
        char byte;
        check_failed = 0;
        alarm(SECONDS_OF_A_CHILD);
        CHECK_FAILS(rediscluster_session_execute(session, end.bytes, end.length, &reply, &error), REDISCLUSTER_ERROR_REQUEST);
        CHECK_FAILS(rediscluster_session_write(session, end.bytes, end.length, &error), REDISCLUSTER_ERROR_REQUEST);
        CHECK_FAILS(rediscluster_session_read(session, 0, &byte, 1, &length, &error), REDISCLUSTER_ERROR_REQUEST);
        CHECK_FAILS(rediscluster_session_receive(listening, FOR_EVER, &reply, &error), REDISCLUSTER_ERROR_REQUEST);
        rediscluster_session_interrupt(listening);
        rediscluster_session_close(session);
        rediscluster_session_close(listening);
        session = open_session();
        rediscluster_reply_free(run(session, &begin));
        rediscluster_session_close(session);
        _exit(check_failed != 0);
    }
    CHECK_INT(waitpid(child, &status, 0), child);
    CHECK_INT(status, 0);
    reply = run(session, &end);
    CHECK_TYPED(reply, 2, REDISCLUSTER_TYPE_STATUS, "OK", 2);
    rediscluster_reply_free(reply);
    rediscluster_reply_free(cluster_command(cluster, "PUBLISH", "session:c", "hello", NULL));
    CHECK_INT(rediscluster_session_receive(listening, FOR_EVER, &reply, &error), REDISCLUSTER_OK);
    CHECK_STRING(reply, 3, "hello");
    rediscluster_reply_free(reply);
    rediscluster_session_close(session);
    rediscluster_session_close(listening);
    request_free(&begin);
    request_free(&end);
    request_free(&subscribe);
}

static void test_null(void) {
    rediscluster_session *session = NULL;
    rediscluster_reply *reply = NULL;
    rediscluster_error *error = NULL;
    size_t length = 1;
    char byte;
    CHECK_FAILS(rediscluster_session_open(NULL, &session, &error), REDISCLUSTER_ERROR_ARGUMENT);
    CHECK_FAILS(rediscluster_session_open(cluster, NULL, &error), REDISCLUSTER_ERROR_ARGUMENT);
    CHECK_FAILS(rediscluster_session_execute(NULL, NULL, 0, &reply, &error), REDISCLUSTER_ERROR_ARGUMENT);
    CHECK_FAILS(rediscluster_session_receive(NULL, 0, &reply, &error), REDISCLUSTER_ERROR_ARGUMENT);
    CHECK_FAILS(rediscluster_session_write(NULL, NULL, 0, &error), REDISCLUSTER_ERROR_ARGUMENT);
    CHECK_FAILS(rediscluster_session_read(NULL, 0, &byte, 1, &length, &error), REDISCLUSTER_ERROR_ARGUMENT);
    CHECK_INT(length, 0);
    rediscluster_session_interrupt(NULL);
    rediscluster_session_close(NULL);
    session = open_session();
    CHECK_FAILS(rediscluster_session_execute(session, NULL, 1, &reply, &error), REDISCLUSTER_ERROR_ARGUMENT);
    CHECK_FAILS(rediscluster_session_execute(session, NULL, 0, NULL, &error), REDISCLUSTER_ERROR_ARGUMENT);
    CHECK_FAILS(rediscluster_session_receive(session, 0, NULL, &error), REDISCLUSTER_ERROR_ARGUMENT);
    CHECK_FAILS(rediscluster_session_write(session, NULL, 1, &error), REDISCLUSTER_ERROR_ARGUMENT);
    CHECK_FAILS(rediscluster_session_read(session, 0, NULL, 1, &length, &error), REDISCLUSTER_ERROR_ARGUMENT);
    CHECK_FAILS(rediscluster_session_read(session, 0, &byte, 0, &length, &error), REDISCLUSTER_ERROR_ARGUMENT);
    CHECK_FAILS(rediscluster_session_read(session, 0, &byte, 1, NULL, &error), REDISCLUSTER_ERROR_ARGUMENT);
    CHECK_INT(rediscluster_session_write(session, NULL, 0, NULL), REDISCLUSTER_OK);
    rediscluster_session_close(session);
}

/* A session outlives its handle. */
static void test_closed_handle(void) {
    rediscluster *own = cluster_open(cluster_config());
    rediscluster_session *session = NULL;
    request commands = {NULL, 0, 0};
    rediscluster_reply *reply;
    CHECK_INT(rediscluster_session_open(own, &session, NULL), REDISCLUSTER_OK);
    rediscluster_close(own);
    request_add(&commands, "SET", "session:d", "1", NULL);
    reply = run(session, &commands);
    CHECK_TYPED(reply, 1, REDISCLUSTER_TYPE_STATUS, "OK", 2);
    rediscluster_reply_free(reply);
    request_free(&commands);
    rediscluster_session_close(session);
}

int main(void) {
    cluster = cluster_open(cluster_config());
    test_transaction();
    test_messages();
    test_stream();
    test_interrupt();
    test_interrupt_by_signal();
    test_blocking_command_ends();
    test_receiver_yields();
    test_fork();
    test_null();
    test_closed_handle();
    rediscluster_close(cluster);
    return check_done();
}
