/* The loop in a libuv program: a subscription, and requests when its messages arrive. It ends after ten messages.
 *
 *     cc loop_uv.c $(pkg-config --cflags --libs rediscluster libuv)
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <uv.h>

#include <rediscluster_commands.h>
#include <rediscluster_replies.h>

enum { SUBSCRIPTION, PUBLISH };

static rediscluster_loop *client;
static uv_poll_t readable;
static uv_timer_t timer;
static int64_t sum, messages;

static void fail(rediscluster_error *error) {
    fprintf(stderr, "%s\n", rediscluster_error_message(error));
    exit(1);
}

static void publish(int64_t number) {
    rediscluster_error *error = NULL;
    if (rediscluster_loop_submitf(client, PUBLISH + (uint64_t)number, &error, "PUBLISH numbers %lld", (long long)number) != REDISCLUSTER_OK)
        fail(error);
}

/* A confirmation, or a message: its kind, its channel and its text. */
static void handle_message(const rediscluster_reply *reply) {
    int64_t number = 0;
    char *kind = rediscluster_as_text(reply, 1);
    if (kind && strcmp(kind, "subscribe") == 0) {
        publish(1);
    } else if (kind && rediscluster_as_int64(reply, 3, &number)) {
        sum += number;
        if (++messages < 10) publish(number + 1);
    }
    free(kind);
}

static void run(void);

static void on_readable(uv_poll_t *handle, int status, int events) {
    (void)handle, (void)status, (void)events;
    run();
}

static void on_timeout(uv_timer_t *handle) {
    (void)handle;
    run();
}

/* Does what there is to do, and sets the timer for the next time. */
static void run(void) {
    rediscluster_reply *reply = NULL;
    rediscluster_error *error = NULL;
    uint64_t tag;
    int timeout;
    if (rediscluster_loop_process(client, &error) != REDISCLUSTER_OK) fail(error);
    for (; rediscluster_loop_next(client, &tag, &reply, &error) == REDISCLUSTER_OK && reply; rediscluster_reply_free(reply))
        if (tag == SUBSCRIPTION) handle_message(reply);
    if (error) fail(error);
    uv_timer_stop(&timer);
    timeout = rediscluster_loop_timeout_ms(client);
    if (messages == 10) uv_stop(uv_default_loop());
    else if (timeout >= 0) uv_timer_start(&timer, on_timeout, (uint64_t)timeout, 0);
}

int main(void) {
    const char *config = getenv("REDISCLUSTER_CONFIG");
    rediscluster *cluster = NULL;
    rediscluster_error *error = NULL;
    if (!config) config = "{\"nodes\": {\"node_1\": \"redis://127.0.0.1:63791\", \"node_2\": \"redis://127.0.0.1:63792\"}}";
    if (rediscluster_open(config, strlen(config), &cluster, &error) != REDISCLUSTER_OK) fail(error);
    if (rediscluster_loop_open(cluster, &client, &error) != REDISCLUSTER_OK) fail(error);
    if (rediscluster_loop_subscribef(client, SUBSCRIPTION, &error, "SUBSCRIBE numbers") != REDISCLUSTER_OK) fail(error);

    uv_timer_init(uv_default_loop(), &timer);
    uv_poll_init(uv_default_loop(), &readable, rediscluster_loop_fd(client));
    uv_poll_start(&readable, UV_READABLE, on_readable);
    run();
    uv_run(uv_default_loop(), UV_RUN_DEFAULT);
    printf("the sum is %lld\n", (long long)sum);

    uv_poll_stop(&readable);
    uv_close((uv_handle_t *)&readable, NULL);
    uv_close((uv_handle_t *)&timer, NULL);
    uv_run(uv_default_loop(), UV_RUN_DEFAULT);
    uv_loop_close(uv_default_loop());
    rediscluster_loop_free(client);
    rediscluster_close(cluster);
    return 0;
}
