/* C functions that make a call into the library and read its result in one crossing between Go and C.
 *
 * #cgo noescape and nocallback would need Go 1.24 and gain nothing: the inputs are on the heap already, in pooled requests.
 */
#ifndef REDISCLUSTER_GO_NATIVE_H
#define REDISCLUSTER_GO_NATIVE_H

#include <rediscluster.h>

#if REDISCLUSTER_ABI_VERSION != 1
#error "this version of the Go package is written for ABI 1 of rediscluster: install the library and the package of one release"
#endif

/* ---- Opening a cluster */

/* rediscluster_open, rediscluster_open_shared */
typedef rediscluster_status (*open_function)(const char *, size_t, rediscluster **, rediscluster_error **);

typedef struct {
	rediscluster_status status;
	rediscluster_error *error;
	rediscluster *cluster;
} open_result;

static inline open_result open_cluster(open_function open, const char *config, size_t length) {
	open_result r = {0};
	r.status = open(config, length, &r.cluster, &r.error);
	return r;
}

static inline open_result open_with_read(const rediscluster *cluster, int32_t read) {
	open_result r = {0};
	r.status = rediscluster_with_read(cluster, read, &r.cluster, &r.error);
	return r;
}

static inline open_result open_with_read_your_writes(const rediscluster *cluster, int32_t read_your_writes) {
	open_result r = {0};
	r.status = rediscluster_with_read_your_writes(cluster, read_your_writes, &r.cluster, &r.error);
	return r;
}

static inline open_result open_with_partial(const rediscluster *cluster, int32_t partial) {
	open_result r = {0};
	r.status = rediscluster_with_partial(cluster, partial, &r.cluster, &r.error);
	return r;
}

static inline open_result open_with_interrupt(const rediscluster *cluster) {
	open_result r = {0};
	r.status = rediscluster_with_interrupt(cluster, &r.cluster, &r.error);
	return r;
}

/* ---- Calls that return a reply */

/* rediscluster_execute, rediscluster_each, rediscluster_explain, rediscluster_node_for */
typedef rediscluster_status (*operation)(const rediscluster *, const char *, size_t, rediscluster_reply **, rediscluster_error **);

typedef struct {
	rediscluster_status status;
	rediscluster_error *error;
	rediscluster_reply *reply; /* NULL after a failure, and where a session has no message */
	rediscluster_data data;
} reply_result;

static inline reply_result with_data(reply_result r) {
	if (r.status == REDISCLUSTER_OK && r.reply)
		r.status = rediscluster_reply_data(r.reply, &r.data, &r.error);
	return r;
}

/* The cluster for a call that has deadline_ms milliseconds, or no such limit if that is 0. *derived must be closed after the call. NULL is a
 * failure. */
static inline const rediscluster *limited(const rediscluster *cluster, uint64_t deadline_ms, rediscluster **derived, reply_result *r) {
	*derived = NULL;
	if (deadline_ms == 0)
		return cluster;
	r->status = rediscluster_with_deadline(cluster, deadline_ms, derived, &r->error);
	return *derived;
}

static inline reply_result run_operation(operation run, const rediscluster *cluster, uint64_t deadline_ms, const char *input, size_t length) {
	reply_result r = {0};
	rediscluster *derived;
	if (!(cluster = limited(cluster, deadline_ms, &derived, &r)))
		return r;
	r.status = run(cluster, input, length, &r.reply, &r.error);
	rediscluster_close(derived);
	return with_data(r);
}

static inline reply_result run_each_on(const rediscluster *cluster, uint64_t deadline_ms, int32_t nodes, const char *request, size_t length) {
	reply_result r = {0};
	rediscluster *derived;
	if (!(cluster = limited(cluster, deadline_ms, &derived, &r)))
		return r;
	r.status = rediscluster_each_on(cluster, nodes, request, length, &r.reply, &r.error);
	rediscluster_close(derived);
	return with_data(r);
}

static inline reply_result run_recover(const rediscluster *cluster, uint64_t deadline_ms, uint64_t min_age_ms) {
	reply_result r = {0};
	rediscluster *derived;
	if (!(cluster = limited(cluster, deadline_ms, &derived, &r)))
		return r;
	r.status = rediscluster_recover(cluster, min_age_ms, &r.reply, &r.error);
	rediscluster_close(derived);
	return with_data(r);
}

static inline reply_result run_recover_to(const rediscluster *cluster, uint64_t deadline_ms, const char *hidden_key,
                                          size_t hidden_key_length, const char *key, size_t key_length) {
	reply_result r = {0};
	rediscluster *derived;
	if (!(cluster = limited(cluster, deadline_ms, &derived, &r)))
		return r;
	r.status = rediscluster_recover_to(cluster, hidden_key, hidden_key_length, key, key_length, &r.reply, &r.error);
	rediscluster_close(derived);
	return with_data(r);
}

static inline reply_result run_node_list(const rediscluster *cluster, uint64_t deadline_ms, int32_t discover) {
	reply_result r = {0};
	rediscluster *derived;
	if (!(cluster = limited(cluster, deadline_ms, &derived, &r)))
		return r;
	r.status = rediscluster_node_list(cluster, discover, &r.reply, &r.error);
	rediscluster_close(derived);
	return with_data(r);
}

static inline reply_result run_stats(const rediscluster *cluster) {
	reply_result r = {0};
	r.status = rediscluster_stats(cluster, &r.reply, &r.error);
	return with_data(r);
}

static inline reply_result session_execute(const rediscluster_session *session, const char *request, size_t length) {
	reply_result r = {0};
	r.status = rediscluster_session_execute(session, request, length, &r.reply, &r.error);
	return with_data(r);
}

static inline reply_result session_receive(const rediscluster_session *session) {
	reply_result r = {0};
	r.status = rediscluster_session_receive(session, -1, &r.reply, &r.error);
	return with_data(r);
}

/* ---- Sessions */

typedef struct {
	rediscluster_status status;
	rediscluster_error *error;
	rediscluster_session *session;
} session_result;

static inline session_result session_open(const rediscluster *cluster) {
	session_result r = {0};
	r.status = rediscluster_session_open(cluster, &r.session, &r.error);
	return r;
}

typedef struct {
	rediscluster_status status;
	rediscluster_error *error;
	size_t length;
} transfer_result;

static inline transfer_result session_write(const rediscluster_session *session, const char *data, size_t length) {
	transfer_result r = {0};
	r.status = rediscluster_session_write(session, data, length, &r.error);
	return r;
}

static inline transfer_result session_read(const rediscluster_session *session, int64_t timeout_ms, char *buffer, size_t capacity) {
	transfer_result r = {0};
	r.status = rediscluster_session_read(session, timeout_ms, buffer, capacity, &r.length, &r.error);
	return r;
}

#endif
