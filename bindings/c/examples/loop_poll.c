/* Many requests at a time in a program with an event loop of its own, here poll(2). */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rediscluster_commands.h>
#include <rediscluster_replies.h>

#define COUNT 1000

static void fail(rediscluster_error *error) {
    fprintf(stderr, "%s\n", rediscluster_error_message(error));
    exit(1);
}

/* The reply to the request `tag`. */
static void handle(const rediscluster_reply *reply, uint64_t tag, int64_t *sum) {
    int64_t number = 0;
    rediscluster_error *error = NULL;
    if (rediscluster_is_error(reply, 0) && rediscluster_reply_error(reply, 0, &error, NULL) == REDISCLUSTER_OK) {
        printf("request %lu: %s\n", (unsigned long)tag, rediscluster_error_message(error));
        rediscluster_error_free(error);
    } else if (rediscluster_as_int64(reply, 0, &number)) {
        *sum += number;
    }
}

int main(void) {
    const char *config = getenv("REDISCLUSTER_CONFIG");
    rediscluster *cluster = NULL;
    rediscluster_loop *loop = NULL;
    rediscluster_reply *reply = NULL;
    rediscluster_error *error = NULL;
    int64_t sum = 0;
    uint64_t tag;
    int open = 0;

    if (!config) config = "{\"nodes\": {\"node_1\": \"redis://127.0.0.1:63791\", \"node_2\": \"redis://127.0.0.1:63792\"}}";
    if (rediscluster_open(config, strlen(config), &cluster, &error) != REDISCLUSTER_OK) fail(error);
    if (rediscluster_loop_open(cluster, &loop, &error) != REDISCLUSTER_OK) fail(error);

    for (open = 0; open < COUNT; open++)
        if (rediscluster_loop_submitf(loop, (uint64_t)open, &error, "INCRBY visits:%d %d", open, open) != REDISCLUSTER_OK) fail(error);

    while (open > 0) {
        struct pollfd event;
        event.fd = rediscluster_loop_fd(loop); /* beside the other descriptors of the program */
        event.events = POLLIN;
        if (poll(&event, 1, rediscluster_loop_timeout_ms(loop)) < 0) perror("poll");
        if (rediscluster_loop_process(loop, &error) != REDISCLUSTER_OK) fail(error);
        for (; rediscluster_loop_next(loop, &tag, &reply, &error) == REDISCLUSTER_OK && reply; rediscluster_reply_free(reply)) {
            handle(reply, tag, &sum);
            open--;
        }
        if (error) fail(error);
    }
    printf("the sum is %lld\n", (long long)sum);

    rediscluster_loop_free(loop);
    rediscluster_close(cluster);
    return 0;
}
