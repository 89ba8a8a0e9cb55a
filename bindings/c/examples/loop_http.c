/* An HTTP server on one thread, whose requests run through the loop: GET /key, PUT /key with a body, POST /key to count, DELETE /key.
 *
 *     cc loop_http.c $(pkg-config --cflags --libs rediscluster) && REDISCLUSTER_CONFIG=… ./a.out 8080
 *
 * A client sends one request at a time, and keeps its connection. If it disconnects, its request is cancelled. MAX_CLIENTS and MAX_REQUEST are
 * limits: the server closes the connections of further clients, and of those whose request is larger.
 */
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include <rediscluster_commands.h>
#include <rediscluster_replies.h>

enum { MAX_CLIENTS = 1000, MAX_REQUEST = 64 * 1024, LOOP = 0, LISTENER = 1, FIRST_CLIENT = 2, END = FIRST_CLIENT + MAX_CLIENTS };

typedef struct client {
    char input[MAX_REQUEST + 1];
    size_t received, used; /* bytes of the input, and those that the request takes */
    char *output;          /* what is to be sent, or NULL */
    size_t length, sent;
    int waits; /* for a reply, whose tag is the number of the client */
} client;

static struct pollfd sockets[END];
static client *clients[END];
static rediscluster_loop *loop;
static volatile sig_atomic_t stopped;

static void stop(int signal_number) { stopped = signal_number; }

static void fail(const char *what, rediscluster_error *error) {
    fprintf(stderr, "%s: %s\n", what, error ? rediscluster_error_message(error) : strerror(errno));
    exit(1);
}

static void disconnect(int number) {
    if (clients[number]->waits) rediscluster_loop_cancel(loop, (uint64_t)number, NULL, NULL);
    close(sockets[number].fd);
    free(clients[number]->output);
    free(clients[number]);
    clients[number] = NULL;
    sockets[number].fd = -1; /* poll skips it */
}

static void accept_client(void) {
    int fd = accept(sockets[LISTENER].fd, NULL, NULL), number;
    if (fd < 0) return;
    for (number = FIRST_CLIENT; number < END && clients[number];) number++;
    if (number < END && (clients[number] = (client *)calloc(1, sizeof **clients))) {
        fcntl(fd, F_SETFL, O_NONBLOCK);
        sockets[number].fd = fd;
        sockets[number].events = POLLIN;
    } else {
        close(fd);
    }
}

static void respond(int number, const char *status, const void *body, size_t length) {
    client *c = clients[number];
    char head[128];
    int head_length = snprintf(head, sizeof head, "HTTP/1.1 %s\r\nContent-Length: %lu\r\n\r\n", status, (unsigned long)length);
    c->output = (char *)malloc((size_t)head_length + length + 1);
    if (!c->output) fail("response", NULL);
    memcpy(c->output, head, (size_t)head_length);
    if (length) memcpy(c->output + head_length, body, length);
    c->length = (size_t)head_length + length, c->sent = 0;
    memmove(c->input, c->input + c->used, c->received - c->used + 1);
    c->received -= c->used, c->used = 0;
    sockets[number].events = POLLOUT;
}

static void respond_text(int number, const char *status, const char *text) { respond(number, status, text, strlen(text)); }

/* The value of Content-Length, or 0. */
static size_t body_length(const char *head, const char *end) {
    const char *line = head;
    while ((line = strstr(line, "\r\n")) && line < end)
        if (strncasecmp(line += 2, "Content-Length:", 15) == 0) return strtoul(line + 15, NULL, 10);
    return 0;
}

/* Begins the request in the input, which is complete. */
static void submit(int number, size_t head_length, size_t length) {
    client *c = clients[number];
    const char *path = strchr(c->input, '/'), *body = c->input + head_length;
    size_t key_length = path ? strcspn(++path, " ?\r\n") : 0;
    rediscluster_error *error = NULL;
    rediscluster_status status = REDISCLUSTER_ERROR_ARGUMENT;
    uint64_t tag = (uint64_t)number;
    c->used = head_length + length;
    if (!strncmp(c->input, "GET ", 4)) status = rediscluster_loop_submitf(loop, tag, &error, "GET %b", path, key_length);
    if (!strncmp(c->input, "POST ", 5)) status = rediscluster_loop_submitf(loop, tag, &error, "INCR %b", path, key_length);
    if (!strncmp(c->input, "DELETE ", 7)) status = rediscluster_loop_submitf(loop, tag, &error, "DEL %b", path, key_length);
    if (!strncmp(c->input, "PUT ", 4)) status = rediscluster_loop_submitf(loop, tag, &error, "SET %b %b", path, key_length, body, length);
    c->waits = status == REDISCLUSTER_OK;
    sockets[number].events = POLLRDHUP; /* no further request before the response */
    if (!c->waits) respond_text(number, "400 Bad Request", error ? rediscluster_error_message(error) : "GET, PUT, POST or DELETE");
    rediscluster_error_free(error);
}

/* Begins the request in the input, if it is complete. */
static void begin(int number) {
    client *c = clients[number];
    const char *end = strstr(c->input, "\r\n\r\n");
    size_t head_length = end ? (size_t)(end - c->input) + 4 : 0, length = end ? body_length(c->input, end) : 0;
    if (length > MAX_REQUEST - head_length || (!end && c->received == MAX_REQUEST)) disconnect(number);
    else if (end && c->received >= head_length + length) submit(number, head_length, length);
}

static void finish(int number, const rediscluster_reply *reply) {
    rediscluster_value value = rediscluster_value_at(reply, 0);
    rediscluster_error *error = NULL;
    char digits[32];
    clients[number]->waits = 0;
    if (rediscluster_is_error(reply, 0) && rediscluster_reply_error(reply, 0, &error, NULL) == REDISCLUSTER_OK) {
        /* The status of an error reply of a server is REDISCLUSTER_OK. */
        int is_reply = rediscluster_error_code(error) == REDISCLUSTER_OK;
        respond_text(number, is_reply ? "409 Conflict" : "502 Bad Gateway", rediscluster_error_message(error));
        rediscluster_error_free(error);
    } else if (value.type == REDISCLUSTER_TYPE_INTEGER) {
        snprintf(digits, sizeof digits, "%lld", (long long)value.integer);
        respond_text(number, "200 OK", digits);
    } else if (value.bytes) {
        respond(number, "200 OK", value.bytes, value.length);
    } else {
        respond_text(number, "404 Not Found", "");
    }
}

static void serve(int number) {
    client *c = clients[number];
    ssize_t count;
    if (c->output) {
        count = send(sockets[number].fd, c->output + c->sent, c->length - c->sent, MSG_NOSIGNAL);
        if (count > 0) c->sent += (size_t)count;
        if (count < 0 && errno != EAGAIN && errno != EINTR) disconnect(number);
        else if (c->sent == c->length) {
            free(c->output);
            c->output = NULL;
            sockets[number].events = POLLIN;
            begin(number);
        }
    } else if (c->waits) {
        disconnect(number); /* nothing but the end of the connection is polled for */
    } else {
        count = recv(sockets[number].fd, c->input + c->received, MAX_REQUEST - c->received, 0);
        if (count > 0) c->input[c->received += (size_t)count] = 0;
        if (count > 0) begin(number);
        else if (count == 0 || (errno != EAGAIN && errno != EINTR)) disconnect(number);
    }
}

int main(int argc, char **argv) {
    const char *config = getenv("REDISCLUSTER_CONFIG");
    struct sockaddr_in address;
    socklen_t size = sizeof address;
    rediscluster *cluster = NULL;
    rediscluster_error *error = NULL;
    rediscluster_reply *reply = NULL;
    uint64_t tag;
    int number;
    if (rediscluster_open(config, config ? strlen(config) : 0, &cluster, &error) != REDISCLUSTER_OK) fail("open", error);
    if (rediscluster_loop_open(cluster, &loop, &error) != REDISCLUSTER_OK) fail("loop", error);

    memset(&address, 0, sizeof address), address.sin_family = AF_INET;
    address.sin_port = htons((unsigned short)(argc > 1 ? atoi(argv[1]) : 8080));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    for (number = 0; number < END; number++) sockets[number].fd = -1;
    sockets[LOOP].fd = rediscluster_loop_fd(loop);
    sockets[LISTENER].fd = socket(AF_INET, SOCK_STREAM, 0);
    sockets[LOOP].events = sockets[LISTENER].events = POLLIN;
    if (bind(sockets[LISTENER].fd, (struct sockaddr *)&address, size) || listen(sockets[LISTENER].fd, 128)) fail("listen", NULL);
    fcntl(sockets[LISTENER].fd, F_SETFL, O_NONBLOCK); /* a client may have left before accept */
    getsockname(sockets[LISTENER].fd, (struct sockaddr *)&address, &size);
    signal(SIGTERM, stop);
    printf("listening on http://127.0.0.1:%d\n", ntohs(address.sin_port)), fflush(stdout);

    while (!stopped) {
        if (poll(sockets, END, rediscluster_loop_timeout_ms(loop)) < 0) {
            if (errno == EINTR) continue; /* the events are those of the last call */
            fail("poll", NULL);
        }
        if (rediscluster_loop_process(loop, &error) != REDISCLUSTER_OK) fail("loop", error);
        for (; rediscluster_loop_next(loop, &tag, &reply, &error) == REDISCLUSTER_OK && reply; rediscluster_reply_free(reply))
            finish((int)tag, reply);
        if (error) fail("loop", error);
        for (number = FIRST_CLIENT; number < END; number++)
            if (clients[number] && sockets[number].revents) serve(number);
        if (sockets[LISTENER].revents) accept_client();
    }
    for (number = FIRST_CLIENT; number < END; number++)
        if (clients[number]) disconnect(number);
    close(sockets[LISTENER].fd);
    rediscluster_loop_free(loop);
    rediscluster_close(cluster);
    return 0;
}
