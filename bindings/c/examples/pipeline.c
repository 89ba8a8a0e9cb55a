/* Runs many commands in one call. All commands are sent, to all nodes, before any reply is read. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rediscluster_commands.h>
#include <rediscluster_replies.h>

static void fail(rediscluster_error *error) {
    fprintf(stderr, "%s\n", rediscluster_error_message(error));
    exit(1);
}

int main(void) {
    const char *config = getenv("REDISCLUSTER_CONFIG");
    rediscluster *cluster = NULL;
    rediscluster_error *error = NULL;
    rediscluster_pipeline pipeline = {{NULL, 0, 0, 0}, NULL, 0, 0};
    const rediscluster_reply *replies;
    size_t at;
    int i;

    if (!config) config = "{\"nodes\": {\"node_1\": \"redis://127.0.0.1:63791\", \"node_2\": \"redis://127.0.0.1:63792\"}}";
    if (rediscluster_open(config, strlen(config), &cluster, &error) != REDISCLUSTER_OK) fail(error);
    for (i = 0; i < 10; i++)
        if (rediscluster_pipeline_appendf(&pipeline, &error, "INCR counter:%d", i) != REDISCLUSTER_OK) fail(error);
    if (rediscluster_pipeline_execute(&pipeline, cluster, &error) != REDISCLUSTER_OK) fail(error);
    for (i = 0; rediscluster_pipeline_next(&pipeline, &replies, &at); i++) {
        int64_t count;
        if (rediscluster_as_int64(replies, at, &count)) {
            printf("counter:%d is %lld\n", i, (long long)count);
        } else if (rediscluster_reply_error(replies, at, &error, NULL) == REDISCLUSTER_OK) { /* the other replies are complete */
            printf("counter:%d: %s\n", i, rediscluster_error_message(error));
            rediscluster_error_free(error);
        }
    }
    rediscluster_pipeline_free(&pipeline);
    rediscluster_close(cluster);
    return 0;
}
