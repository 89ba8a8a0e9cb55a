/* Work on a handle that other threads use at the same time. Every key and value contains the name of the worker, so
 * that a reply for another worker is detected. */
#ifndef WORK_H
#define WORK_H

#include "cluster.h"

#define WORK_KEYS 8 /* over all nodes */

/* One round by command, by pipeline and by a command that is split. */
static inline void work_round(const rediscluster *cluster, const char *name, int round) {
    char key[WORK_KEYS][128], value[128];
    request pipeline = {NULL, 0, 0};
    rediscluster_reply *reply;
    int i;
    sprintf(value, "%s:%d", name, round);
    for (i = 0; i < WORK_KEYS; i++) {
        sprintf(key[i], "work:%s:%d", name, i);
        request_add(&pipeline, "SET", key[i], value, NULL);
        request_add(&pipeline, "GET", key[i], NULL);
    }
    reply = cluster_execute(cluster, &pipeline);
    CHECK_INT(cluster_value_at(reply, 0).length, 2 * WORK_KEYS);
    for (i = 0; i < WORK_KEYS; i++) {
        CHECK_TYPE(reply, cluster_child(reply, 0, 2 * (size_t)i), REDISCLUSTER_TYPE_STATUS);
        CHECK_STRING(reply, cluster_child(reply, 0, 2 * (size_t)i + 1), value);
    }
    rediscluster_reply_free(reply);
    request_free(&pipeline);

    reply = cluster_command(cluster, "MGET", key[0], key[1], key[2], key[3], key[4], key[5], key[6], key[7], NULL);
    for (i = 0; i < WORK_KEYS; i++) CHECK_STRING(reply, cluster_child(reply, 0, (size_t)i), value);
    rediscluster_reply_free(reply);

    reply = cluster_command(cluster, "INCR", key[0], NULL); /* an error is a reply too */
    CHECK_TYPE(reply, 0, REDISCLUSTER_TYPE_ERROR);
    rediscluster_reply_free(reply);

    reply = cluster_command(cluster, "DEL", key[0], NULL);
    CHECK_INTEGER(reply, 0, 1);
    rediscluster_reply_free(reply);
}

static inline void work(const rediscluster *cluster, const char *name, int rounds) {
    int round;
    for (round = 0; round < rounds; round++) work_round(cluster, name, round);
    for (round = 0; round < WORK_KEYS; round++) {
        char key[128];
        sprintf(key, "work:%s:%d", name, round);
        rediscluster_reply_free(cluster_command(cluster, "DEL", key, NULL));
    }
}

#endif
