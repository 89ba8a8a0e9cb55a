/* Commands by a printf-style format, or by argc and argv, in place of RESP. Header only; C99 or C++11. rediscluster_args.h describes formats.
 *
 * Each function has the meaning, the reply and the errors of the function of rediscluster.h that it calls, and fails with
 * REDISCLUSTER_ERROR_ARGUMENT for a bad format. *reply and *error are as there: the caller frees them.
 */
#ifndef REDISCLUSTER_COMMANDS_H
#define REDISCLUSTER_COMMANDS_H

#include "rediscluster_args.h"

/* Runs one command with rediscluster_command; the reply's root is the reply to the command. */
static inline rediscluster_status rediscluster_vcommandf(const rediscluster *cluster, rediscluster_reply **reply, rediscluster_error **error,
                                                         const char *format, va_list list) {
    rediscluster_args args;
    const char *own[REDISCLUSTER_ARGS_COUNT], **argv = own, *argument;
    rediscluster_status status;
    size_t i;
    rediscluster_args_init(&args);
    if (reply) *reply = NULL;
    if (error) *error = NULL;
    rediscluster_args_vformat(&args, format, list);
    if (args.count > REDISCLUSTER_ARGS_COUNT && !args.problem) argv = (const char **)malloc(args.count * sizeof *argv);
    if (args.problem || !argv) {
        status = rediscluster_args_fail(args.problem ? args.problem : "no memory for the arguments", error);
    } else {
        for (i = 0, argument = args.bytes; i < args.count; argument += args.lengths[i++]) argv[i] = argument;
        status = rediscluster_command(cluster, args.count, argv, args.lengths, reply, error);
    }
    if (argv != own) free((void *)argv);
    rediscluster_args_free(&args);
    return status;
}

static inline rediscluster_status rediscluster_commandf(const rediscluster *cluster, rediscluster_reply **reply, rediscluster_error **error,
                                                        const char *format, ...) {
    rediscluster_status status;
    va_list list;
    va_start(list, format);
    status = rediscluster_vcommandf(cluster, reply, error, format, list);
    va_end(list);
    return status;
}

/* The shape of the functions below: a request, then the call, then the request is freed. */
#define REDISCLUSTER_WITH_FORMAT(call)                                                         \
    rediscluster_request request = {NULL, 0, 0, 0};                                            \
    rediscluster_status status;                                                                \
    va_list list;                                                                              \
    va_start(list, format);                                                                    \
    status = rediscluster_request_vformat(&request, error, format, list);                      \
    va_end(list);                                                                              \
    if (status == REDISCLUSTER_OK) status = call;                                              \
    rediscluster_request_free(&request);                                                       \
    return status

#define REDISCLUSTER_WITH_ARGV(call)                                                           \
    rediscluster_request request = {NULL, 0, 0, 0};                                            \
    rediscluster_status status = rediscluster_request_argv(&request, argc, argv, argvlen, error); \
    if (status == REDISCLUSTER_OK) status = call;                                              \
    rediscluster_request_free(&request);                                                       \
    return status

/* Runs one command in a session. As for rediscluster_session_execute, the reply's root is an array of the reply, or of the confirmations of
 * SUBSCRIBE and similar commands: the reply is at index 1. */
static inline rediscluster_status rediscluster_session_commandf(const rediscluster_session *session, rediscluster_reply **reply,
                                                                rediscluster_error **error, const char *format, ...) {
    if (reply) *reply = NULL;
    REDISCLUSTER_WITH_FORMAT(rediscluster_session_execute(session, request.bytes, request.length, reply, error));
}

static inline rediscluster_status rediscluster_session_command(const rediscluster_session *session, size_t argc, const char *const *argv,
                                                               const size_t *argvlen, rediscluster_reply **reply, rediscluster_error **error) {
    if (reply) *reply = NULL;
    REDISCLUSTER_WITH_ARGV(rediscluster_session_execute(session, request.bytes, request.length, reply, error));
}

/* Runs one command on each server, with rediscluster_each. */
static inline rediscluster_status rediscluster_eachf(const rediscluster *cluster, rediscluster_reply **reply, rediscluster_error **error,
                                                     const char *format, ...) {
    if (reply) *reply = NULL;
    REDISCLUSTER_WITH_FORMAT(rediscluster_each(cluster, request.bytes, request.length, reply, error));
}

static inline rediscluster_status rediscluster_each_argv(const rediscluster *cluster, size_t argc, const char *const *argv, const size_t *argvlen,
                                                         rediscluster_reply **reply, rediscluster_error **error) {
    if (reply) *reply = NULL;
    REDISCLUSTER_WITH_ARGV(rediscluster_each(cluster, request.bytes, request.length, reply, error));
}

/* Describes what a command would do, with rediscluster_explain. */
static inline rediscluster_status rediscluster_explainf(const rediscluster *cluster, rediscluster_reply **reply, rediscluster_error **error,
                                                        const char *format, ...) {
    if (reply) *reply = NULL;
    REDISCLUSTER_WITH_FORMAT(rediscluster_explain(cluster, request.bytes, request.length, reply, error));
}

static inline rediscluster_status rediscluster_explain_argv(const rediscluster *cluster, size_t argc, const char *const *argv,
                                                            const size_t *argvlen, rediscluster_reply **reply, rediscluster_error **error) {
    if (reply) *reply = NULL;
    REDISCLUSTER_WITH_ARGV(rediscluster_explain(cluster, request.bytes, request.length, reply, error));
}

/* Begins a request of a loop, with rediscluster_loop_submit. */
static inline rediscluster_status rediscluster_loop_submitf(const rediscluster_loop *loop, uint64_t tag, rediscluster_error **error,
                                                            const char *format, ...) {
    REDISCLUSTER_WITH_FORMAT(rediscluster_loop_submit(loop, request.bytes, request.length, tag, error));
}

/* Begins or changes a subscription of a loop, with rediscluster_loop_subscribe. */
static inline rediscluster_status rediscluster_loop_subscribef(const rediscluster_loop *loop, uint64_t tag, rediscluster_error **error,
                                                               const char *format, ...) {
    REDISCLUSTER_WITH_FORMAT(rediscluster_loop_subscribe(loop, request.bytes, request.length, tag, error));
}

/* ---- pipelines ---------------------------------------------------------------------------------------------------------------------------- */

/* Commands that are sent together, and their replies. It begins as all zeros ({0}), and rediscluster_pipeline_free ends it. */
typedef struct rediscluster_pipeline {
    rediscluster_request request;
    rediscluster_reply *replies;
    size_t next, end; /* indexes in the replies */
} rediscluster_pipeline;

static inline void rediscluster_pipeline_free(rediscluster_pipeline *pipeline) {
    rediscluster_request_free(&pipeline->request);
    rediscluster_reply_free(pipeline->replies);
    memset(pipeline, 0, sizeof *pipeline);
}

/* Appends commands as RESP. They are checked by rediscluster_pipeline_execute. */
static inline rediscluster_status rediscluster_pipeline_append(rediscluster_pipeline *pipeline, const char *bytes, size_t length,
                                                               rediscluster_error **error) {
    rediscluster_request *request = &pipeline->request;
    if (error) *error = NULL;
    if (request->capacity - request->length < length) {
        size_t wanted = (request->length + length) * 2;
        char *larger = wanted / 2 < length ? NULL : (char *)realloc(request->bytes, wanted);
        if (!larger) return rediscluster_args_fail("no memory for the request", error);
        request->bytes = larger;
        request->capacity = wanted;
    }
    if (length) memcpy(request->bytes + request->length, bytes, length);
    request->length += length;
    return REDISCLUSTER_OK;
}

/* Appends the command of a format. */
static inline rediscluster_status rediscluster_pipeline_appendf(rediscluster_pipeline *pipeline, rediscluster_error **error, const char *format,
                                                                ...) {
    rediscluster_status status;
    va_list list;
    va_start(list, format);
    status = rediscluster_request_vformat(&pipeline->request, error, format, list);
    va_end(list);
    return status;
}

/* Appends a command of `argc` arguments; if `argvlen` is NULL they are NUL-terminated. */
static inline rediscluster_status rediscluster_pipeline_appendv(rediscluster_pipeline *pipeline, size_t argc, const char *const *argv,
                                                                const size_t *argvlen, rediscluster_error **error) {
    return rediscluster_request_argv(&pipeline->request, argc, argv, argvlen, error);
}

/* Sends the commands, and waits for all replies. The pipeline is empty after that, and has the replies of this call in place of earlier ones. */
static inline rediscluster_status rediscluster_pipeline_execute(rediscluster_pipeline *pipeline, const rediscluster *cluster,
                                                                rediscluster_error **error) {
    rediscluster_value root;
    rediscluster_status status;
    rediscluster_reply_free(pipeline->replies);
    status = rediscluster_execute(cluster, pipeline->request.bytes, pipeline->request.length, &pipeline->replies, error);
    pipeline->request.length = pipeline->request.commands = 0;
    pipeline->next = 1;
    pipeline->end = rediscluster_reply_value(pipeline->replies, 0, &root, NULL) == REDISCLUSTER_OK ? root.next : 0;
    return status;
}

/* The next reply, in the order of the commands: it is the value at *at of *replies, which belongs to the pipeline. Returns 0 after the last one. */
static inline int rediscluster_pipeline_next(rediscluster_pipeline *pipeline, const rediscluster_reply **replies, size_t *at) {
    rediscluster_value value;
    if (pipeline->next >= pipeline->end) return 0;
    *replies = pipeline->replies;
    *at = pipeline->next;
    if (rediscluster_reply_value(pipeline->replies, *at, &value, NULL) != REDISCLUSTER_OK) return 0;
    pipeline->next = value.next;
    return 1;
}

#endif
