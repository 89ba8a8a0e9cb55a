/* Many commands in one call: all are sent before any reply is read, whichever nodes they go to. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rediscluster.h>

int main(void) {
    const char *config = getenv("REDISCLUSTER_CONFIG");
    rediscluster *rc = NULL;
    rediscluster_reply *reply = NULL;
    rediscluster_error *error = NULL;
    rediscluster_view all, view;
    char request[4096];
    size_t length = 0, at;
    int i;

    if (!config) config = "{\"nodes\": {\"node_1\": \"redis://127.0.0.1:63791\", \"node_2\": \"redis://127.0.0.1:63792\"}}";
    for (i = 0; i < 10; i++) /* each command as RESP: how many words, then the length and the bytes of each */
        length += (size_t)snprintf(request + length, sizeof request - length,
                                   "*2\r\n$4\r\nINCR\r\n$9\r\ncounter:%d\r\n", i);

    if (rediscluster_open(config, strlen(config), &rc, &error) != REDISCLUSTER_OK ||
        rediscluster_execute(rc, request, length, &reply, &error) != REDISCLUSTER_OK) {
        fprintf(stderr, "%s\n", rediscluster_error_message(error));
        return 1;
    }
    rediscluster_reply_view(reply, 0, &all, NULL); /* an array: its children are the replies, in order */
    for (at = 1, i = 0; at < all.next; at = view.next, i++) {
        rediscluster_reply_view(reply, at, &view, NULL);
        if (view.type == REDISCLUSTER_TYPE_INTEGER) {
            printf("counter:%d is %lld\n", i, (long long)view.integer);
        } else if (view.type == REDISCLUSTER_TYPE_FAILURE && /* no reply came: the others are whole nevertheless */
                   rediscluster_reply_failure(reply, at, &error, NULL) == REDISCLUSTER_OK) {
            printf("counter:%d: %s\n", i, rediscluster_error_message(error));
            rediscluster_error_free(error);
        } else { /* the server's own error, or nothing that INCR answers */
            printf("counter:%d: %.*s\n", i, (int)view.length, view.bytes ? (const char *)view.bytes : "?");
        }
    }
    rediscluster_reply_free(reply);
    rediscluster_close(rc);
    return 0;
}
