/* A child cannot use the loop of its parent, and does not disturb it. */
#include <sys/wait.h>
#include <unistd.h>

#include "loop.h"

static rediscluster *cluster;
static rediscluster_error *error;

static void test_fork(void) {
    rediscluster_loop *loop = loop_open(cluster);
    int32_t cancelled = 0;
    int status = 0;
    pid_t child;
    rediscluster_reply_free(loop_command(loop, "SET a 1"));
    loop_submit(loop, "BLPOP nothing 0", 1);
    loop_submit(loop, "INCR a", 2);
    child = fork();
    if (child == 0) {
        request command = {NULL, 0, 0};
        rediscluster_reply *reply = NULL;
        uint64_t tag;
        rediscluster_loop *own;
        check_failed = 0;
        loop_request(&command, "GET a");
        CHECK_FAILS(rediscluster_loop_submit(loop, command.bytes, command.length, 3, &error), REDISCLUSTER_ERROR_REQUEST);
        CHECK_FAILS(rediscluster_loop_subscribe(loop, command.bytes, command.length, 3, &error), REDISCLUSTER_ERROR_REQUEST);
        CHECK_FAILS(rediscluster_loop_process(loop, &error), REDISCLUSTER_ERROR_REQUEST);
        CHECK_FAILS(rediscluster_loop_next(loop, &tag, &reply, &error), REDISCLUSTER_ERROR_REQUEST);
        CHECK_FAILS(rediscluster_loop_cancel(loop, 1, &cancelled, &error), REDISCLUSTER_ERROR_REQUEST);
        rediscluster_loop_free(loop);
        own = loop_open(cluster);
        reply = loop_command(own, "EXISTS a");
        CHECK_INTEGER(reply, 0, 1);
        rediscluster_reply_free(reply);
        rediscluster_loop_free(own);
        _exit(check_failed != 0);
    }
    CHECK(waitpid(child, &status, 0) == child);
    CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    {
        rediscluster_reply *reply = loop_reply(loop, 2);
        CHECK_INTEGER(reply, 0, 2);
        rediscluster_reply_free(reply);
    }
    CHECK_INT(rediscluster_loop_cancel(loop, 1, &cancelled, NULL), REDISCLUSTER_OK);
    CHECK_INT(cancelled, 1);
    rediscluster_loop_free(loop);
}

int main(void) {
    cluster = cluster_open(cluster_config());
    test_fork();
    rediscluster_close(cluster);
    return check_done();
}
