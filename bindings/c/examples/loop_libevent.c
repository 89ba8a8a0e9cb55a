/* The loop in a libevent program: a thousand requests at a time.
 *
 *     cc loop_libevent.c $(pkg-config --cflags --libs rediscluster libevent)
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <event2/event.h>

#include <rediscluster_commands.h>
#include <rediscluster_replies.h>

#define COUNT 1000

static rediscluster_loop *client;
static struct event_base *base;
static struct event *ready;
static int64_t sum;
static int open_requests;

static void fail(rediscluster_error *error) {
    fprintf(stderr, "%s\n", rediscluster_error_message(error));
    exit(1);
}

/* The descriptor is readable, or the time is up. Does what there is to do, and sets the time for the next call. */
static void on_ready(evutil_socket_t fd, short what, void *argument) {
    rediscluster_reply *reply = NULL;
    rediscluster_error *error = NULL;
    struct timeval time;
    uint64_t tag;
    int64_t number;
    int timeout;
    (void)fd, (void)what, (void)argument;
    if (rediscluster_loop_process(client, &error) != REDISCLUSTER_OK) fail(error);
    for (; rediscluster_loop_next(client, &tag, &reply, &error) == REDISCLUSTER_OK && reply; rediscluster_reply_free(reply)) {
        if (rediscluster_as_int64(reply, 0, &number)) sum += number;
        open_requests--;
    }
    if (error) fail(error);
    timeout = rediscluster_loop_timeout_ms(client);
    time.tv_sec = timeout / 1000;
    time.tv_usec = timeout % 1000 * 1000;
    if (open_requests == 0) event_base_loopbreak(base);
    else event_add(ready, timeout < 0 ? NULL : &time);
}

int main(void) {
    const char *config = getenv("REDISCLUSTER_CONFIG");
    rediscluster *cluster = NULL;
    rediscluster_error *error = NULL;
    if (!config) config = "{\"nodes\": {\"node_1\": \"redis://127.0.0.1:63791\", \"node_2\": \"redis://127.0.0.1:63792\"}}";
    if (rediscluster_open(config, strlen(config), &cluster, &error) != REDISCLUSTER_OK) fail(error);
    if (rediscluster_loop_open(cluster, &client, &error) != REDISCLUSTER_OK) fail(error);
    for (open_requests = 0; open_requests < COUNT; open_requests++)
        if (rediscluster_loop_submitf(client, (uint64_t)open_requests, &error, "INCRBY score:%d %d", open_requests, open_requests) != REDISCLUSTER_OK)
            fail(error);

    base = event_base_new();
    ready = event_new(base, rediscluster_loop_fd(client), EV_READ, on_ready, NULL);
    on_ready(-1, 0, NULL);
    event_base_dispatch(base);
    printf("the sum is %lld\n", (long long)sum);

    event_free(ready);
    event_base_free(base);
    rediscluster_loop_free(client);
    rediscluster_close(cluster);
    return 0;
}
