/* Runs many commands in one call. All commands are sent, to all nodes, before any reply is read. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rediscluster.h>

int main(void) {
    const char *config = getenv("REDISCLUSTER_CONFIG");
    rediscluster *cluster = NULL;
    rediscluster_reply *reply = NULL;
    rediscluster_error *error = NULL;
    rediscluster_value replies, value;
    char request[4096];
    size_t length = 0, at;
    int i;

    if (!config) config = "{\"nodes\": {\"node_1\": \"redis://127.0.0.1:63791\", \"node_2\": \"redis://127.0.0.1:63792\"}}";
    for (i = 0; i < 10; i++) /* RESP: the number of arguments, then the length and the bytes of each */
        length += (size_t)snprintf(request + length, sizeof request - length,
                                   "*2\r\n$4\r\nINCR\r\n$9\r\ncounter:%d\r\n", i);

    if (rediscluster_open(config, strlen(config), &cluster, &error) != REDISCLUSTER_OK ||
        rediscluster_execute(cluster, request, length, &reply, &error) != REDISCLUSTER_OK) {
        fprintf(stderr, "%s\n", rediscluster_error_message(error));
        return 1;
    }
    rediscluster_reply_value(reply, 0, &replies, NULL); /* an array of the replies, in order */
    for (at = 1, i = 0; at < replies.next; at = value.next, i++) {
        rediscluster_reply_value(reply, at, &value, NULL);
        if (value.type == REDISCLUSTER_TYPE_INTEGER) {
            printf("counter:%d is %lld\n", i, (long long)value.integer);
        } else if (value.type == REDISCLUSTER_TYPE_FAILURE && /* no reply; the other replies are complete */
                   rediscluster_reply_failure(reply, at, &error, NULL) == REDISCLUSTER_OK) {
            printf("counter:%d: %s\n", i, rediscluster_error_message(error));
            rediscluster_error_free(error);
        } else { /* an error reply of the server */
            printf("counter:%d: %.*s\n", i, (int)value.length, value.bytes ? (const char *)value.bytes : "?");
        }
    }
    rediscluster_reply_free(reply);
    rediscluster_close(cluster);
    return 0;
}
