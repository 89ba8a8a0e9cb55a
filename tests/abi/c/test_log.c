/* rediscluster_set_log: events on the thread of the call, with the context of the program; none before it and after NULL. */
#include "cluster.h"
#include "server.h"

typedef struct {
    int events;
    pthread_t thread;
    char kind[64], server[64], message[256];
    rediscluster_log_level level;
} record;

static void receive(void *context, const rediscluster_log_event *event) {
    record *to = (record *)context;
    to->events++;
    to->thread = pthread_self();
    to->level = event->level;
    snprintf(to->kind, sizeof to->kind, "%s", event->kind);
    snprintf(to->server, sizeof to->server, "%s", event->server);
    snprintf(to->message, sizeof to->message, "%s", event->message);
}

/* A call to a port that refuses connections; the server is unavailable after one failure. */
static void failing_call(int port) {
    rediscluster *cluster = cluster_open_of(&port, 1, ",\"breaker_failures\":1,\"password\":\"hidden\"");
    rediscluster_error *error = NULL;
    rediscluster_reply *reply;
    const char *get[] = {"GET", "foo"};
    CHECK_FAILS(rediscluster_command(cluster, 2, get, NULL, &reply, &error), REDISCLUSTER_ERROR_CONNECT);
    rediscluster_close(cluster);
}

int main(void) {
    int socket, port = server_dead_port(&socket);
    record first, second;
    char address[64];
    memset(&first, 0, sizeof first);
    memset(&second, 0, sizeof second);
    snprintf(address, sizeof address, "127.0.0.1:%d", port);

    failing_call(port);
    rediscluster_set_log(receive, &first);
    failing_call(port);
    CHECK_INT(first.events, 1);
    CHECK_INT(first.level, REDISCLUSTER_LOG_WARNING);
    CHECK(pthread_equal(first.thread, pthread_self()));
    CHECK_TEXT(first.kind, "breaker_opened");
    CHECK_TEXT(first.server, address);
    CHECK(strstr(first.message, "refused") != NULL);
    CHECK(strstr(first.message, "hidden") == NULL);

    rediscluster_set_log(receive, &second);
    failing_call(port);
    CHECK_INT(first.events, 1);
    CHECK_INT(second.events, 1);

    rediscluster_set_log(NULL, NULL);
    failing_call(port);
    CHECK_INT(second.events, 1);
    close(socket);
    return check_done();
}
