/* A server whose behaviour the test determines: real sockets on loopback, one thread per connection.
 * The handler of the test reads commands, writes any bytes and returns to close the connection. */
#ifndef SERVER_H
#define SERVER_H

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define SERVER_CONNECTIONS 64

typedef struct server server;

typedef struct peer {
    server *of;
    int socket;
    int number; /* 1 for the first connection of the server */
    pthread_t thread;
} peer;

typedef void server_handler(peer *peer);

struct server {
    int socket, port;
    server_handler *handler;
    const void *context; /* passed through to the handler */
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    int opened, closed, commands; /* counted so far; guarded by the lock */
    peer peers[SERVER_CONNECTIONS];
};

/* A port that refuses connections: it is bound but not listening, as long as the socket is open. */
static inline int server_dead_port(int *bound) {
    struct sockaddr_in address;
    socklen_t length = sizeof address;
    memset(&address, 0, sizeof address);
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    *bound = socket(AF_INET, SOCK_STREAM, 0);
    if (*bound < 0 || bind(*bound, (struct sockaddr *)&address, length) != 0 ||
        getsockname(*bound, (struct sockaddr *)&address, &length) != 0) {
        perror("a port on loopback");
        exit(2);
    }
    return ntohs(address.sin_port);
}

/* Counts under the lock and wakes the threads that wait for the count. */
static inline int server_count(server *of, int *counter) {
    int now;
    pthread_mutex_lock(&of->lock);
    now = ++*counter;
    pthread_cond_broadcast(&of->changed);
    pthread_mutex_unlock(&of->lock);
    return now;
}

static inline int server_get(server *of, const int *counter) {
    int now;
    pthread_mutex_lock(&of->lock);
    now = *counter;
    pthread_mutex_unlock(&of->lock);
    return now;
}

static inline void server_wait(server *of, const int *counter, int count) {
    pthread_mutex_lock(&of->lock);
    while (*counter < count) pthread_cond_wait(&of->changed, &of->lock);
    pthread_mutex_unlock(&of->lock);
}

static inline int peer_read(peer *from, char *byte) { return recv(from->socket, byte, 1, 0) == 1; }

/* A header line, "*3" or "$5"; its number, or -1 when the connection is closed. */
static inline long peer_read_header(peer *from) {
    char line[32];
    size_t length = 0;
    while (length < sizeof line - 1 && peer_read(from, line + length))
        if (line[length++] == '\n') {
            line[length] = 0;
            return atol(line + 1);
        }
    return -1;
}

/* Reads and discards one command; false if the client has closed the connection. */
static inline int peer_read_command(peer *from) {
    char byte;
    long words = peer_read_header(from);
    if (words < 0) return 0;
    while (words-- > 0) {
        long left = peer_read_header(from) + 2; /* the bytes and CR LF */
        if (left < 2) return 0;
        while (left-- > 0)
            if (!peer_read(from, &byte)) return 0;
    }
    server_count(from->of, &from->of->commands);
    return 1;
}

static inline void peer_write(peer *to, const void *bytes, size_t length) {
    const char *from = (const char *)bytes;
    while (length > 0) {
        ssize_t sent = send(to->socket, from, length, MSG_NOSIGNAL);
        if (sent <= 0) return; /* the client has closed the connection */
        from += sent;
        length -= (size_t)sent;
    }
}

static inline void peer_write_text(peer *to, const char *text) { peer_write(to, text, strlen(text)); }

/* Waits until the client has closed. */
static inline void peer_wait(peer *from) {
    char byte;
    while (peer_read(from, &byte)) continue;
}

static inline void *server_serve(void *argument) {
    peer *from = (peer *)argument;
    from->of->handler(from);
    shutdown(from->socket, SHUT_RDWR); /* the descriptor stays open until server_stop, so that no other socket reuses its number */
    server_count(from->of, &from->of->closed);
    return NULL;
}

static inline void *server_accept(void *argument) {
    server *of = (server *)argument;
    int socket, on = 1;
    while (of->opened < SERVER_CONNECTIONS && (socket = accept(of->socket, NULL, NULL)) >= 0) {
        peer *next = &of->peers[of->opened];
        setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        next->of = of;
        next->socket = socket;
        next->number = of->opened + 1;
        if (pthread_create(&next->thread, NULL, server_serve, next) != 0) abort();
        server_count(of, &of->opened);
    }
    return NULL;
}

static inline server *server_start(server_handler *handler, const void *context) {
    server *of = (server *)calloc(1, sizeof *of);
    if (!of) abort();
    of->handler = handler;
    of->context = context;
    pthread_mutex_init(&of->lock, NULL);
    pthread_cond_init(&of->changed, NULL);
    of->port = server_dead_port(&of->socket);
    if (listen(of->socket, SERVER_CONNECTIONS) != 0 || pthread_create(&of->thread, NULL, server_accept, of) != 0) {
        perror("server_start");
        exit(2);
    }
    return of;
}

/* Closes everything; a handler that is still reading sees the end of the stream. */
static inline void server_stop(server *of) {
    int i;
    shutdown(of->socket, SHUT_RDWR);
    pthread_join(of->thread, NULL);
    close(of->socket);
    for (i = 0; i < of->opened; i++) {
        shutdown(of->peers[i].socket, SHUT_RDWR);
        pthread_join(of->peers[i].thread, NULL);
        close(of->peers[i].socket);
    }
    pthread_cond_destroy(&of->changed);
    pthread_mutex_destroy(&of->lock);
    free(of);
}

#endif
