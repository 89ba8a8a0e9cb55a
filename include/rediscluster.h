/* rediscluster: one client for N independent Redis servers.
 *
 * Generated from src/ffi by cbindgen; do not edit.
 *
 * Hash tags
 *
 * A key is stored on node crc32(key) % N + 1. A hash tag makes several keys share a node. `hash_tag` in the configuration selects the rule:
 * "strip" (the tag of name{tag} is hashed, and the key is stored as name, as rediscluster-py and -php do), "keep" (the text between the first {
 * and the next } is hashed, and the whole key is stored, as Redis Cluster and twemproxy do) or "off" (no tags). There is no default: without
 * `hash_tag`, keys without a tag work, and a key with a tag is refused with REDISCLUSTER_ERROR_REQUEST. Choose "keep" for new data.
 * `pin` stores keys that match a pattern on a fixed node: {"pin": {"rq:*": "node_1"}}.
 *
 * Conventions
 *
 * - A function that can fail returns a rediscluster_status: REDISCLUSTER_OK (0) or the kind of the error. Its last parameter receives an error
 *   object that the caller frees with rediscluster_error_free; it may be NULL, then only the status is returned.
 * - Other output parameters must not be NULL. They are set to NULL or 0 on entry and receive a value only on success.
 * - Inputs are pointer and length, need no NUL at the end, may contain any bytes, and are not used after the call. (NULL, 0) is empty. NULL with
 *   a length, or a NULL handle, fails with REDISCLUSTER_ERROR_ARGUMENT.
 * - Each object has one owner, the caller, and one function that frees it; freeing NULL is a no-op. Memory that a function returns inside an
 *   object belongs to that object.
 * - An error reply of a server, such as WRONGTYPE, is a successful call with a reply of type REDISCLUSTER_TYPE_ERROR.
 * - No function changes a signal handler or uses thread-local error state, and none calls back but for the function of rediscluster_set_log.
 *   Only a rediscluster_loop, and a lookup of a host name, start threads.
 * - Unless a type says otherwise, a function may be called from any thread.
 * - After a fork, parent and child each own their copy of every object. What a handle may do in the child is stated at its type.
 */

#ifndef REDISCLUSTER_H
#define REDISCLUSTER_H

#include <stddef.h>
#include <stdint.h>

// The version of this header as text. `rediscluster_version` returns that of the loaded library.
#define REDISCLUSTER_VERSION "0.6.0"

// The first number of the version.
#define REDISCLUSTER_VERSION_MAJOR 0

// The second number of the version.
#define REDISCLUSTER_VERSION_MINOR 6

// The third number of the version.
#define REDISCLUSTER_VERSION_PATCH 0

// The version as one number, to compare in #if: major * 10000 + minor * 100 + patch.
#define REDISCLUSTER_VERSION_NUMBER 600

// The ABI that this header describes. `rediscluster_abi_version` returns that of the loaded library. A program must not use a library with
// another number: structs, numbers and functions may differ.
#define REDISCLUSTER_ABI_VERSION 1

// A minimum age for `rediscluster_recover`: a minute is longer than almost any call takes, and a move that `recover` overtakes fails.
#define REDISCLUSTER_RECOVER_MIN_AGE_MS 60000

// What a function returns: success, or the kind of the error. Values never change; a later release may add some at the end.
enum rediscluster_status
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  // Success. An error reply of a server, such as WRONGTYPE, is a reply and thus a success.
  REDISCLUSTER_OK = 0,
  // A NULL where a value is required, an index that the reply does not have, or an accessor for another type.
  REDISCLUSTER_ERROR_ARGUMENT = 1,
  // The configuration is invalid. The message gives the path of the bad value.
  REDISCLUSTER_ERROR_CONFIG = 2,
  // The request is not valid RESP, or the command cannot be routed. Nothing was sent.
  REDISCLUSTER_ERROR_REQUEST = 3,
  // The keys of the command are on several nodes, and the command is not supported across nodes. Nothing was sent. The message begins with
  // CROSSNODE and names the keys and nodes.
  REDISCLUSTER_ERROR_CROSSNODE = 4,
  // No connection could be made: the server refused it, is unreachable, or rejected AUTH or SELECT. The command was not sent.
  REDISCLUSTER_ERROR_CONNECT = 5,
  // All connections that the node may have (`pool_size`) are in use. The command was not sent.
  REDISCLUSTER_ERROR_POOL = 6,
  // The server did not reply, or did not accept the request, in time.
  REDISCLUSTER_ERROR_TIMEOUT = 7,
  // The connection broke.
  REDISCLUSTER_ERROR_IO = 8,
  // The server sent data that is not RESP.
  REDISCLUSTER_ERROR_PROTOCOL = 9,
  // There is not enough memory for a reply.
  REDISCLUSTER_ERROR_MEMORY = 10,
  // Internal error (a bug in this library).
  REDISCLUSTER_ERROR_INTERNAL = 11,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum rediscluster_status rediscluster_status;
#else
typedef int32_t rediscluster_status;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

// How important an event is. Values never change; a later release may add some at the end.
enum rediscluster_log_level
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  // Nothing is wrong, or not any more.
  REDISCLUSTER_LOG_INFO = 0,
  // Something has failed, and the library deals with it.
  REDISCLUSTER_LOG_WARNING = 1,
  // Data may be lost, or a server does not do what Redis does.
  REDISCLUSTER_LOG_ERROR = 2,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum rediscluster_log_level rediscluster_log_level;
#else
typedef int32_t rediscluster_log_level;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

// The type of a value. Values never change; a later release may add some at the end.
enum rediscluster_type
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  // No value: a nil.
  REDISCLUSTER_TYPE_NIL = 0,
  // A string of any bytes.
  REDISCLUSTER_TYPE_STRING = 1,
  // A simple string, such as OK.
  REDISCLUSTER_TYPE_STATUS = 2,
  // A signed 64-bit integer.
  REDISCLUSTER_TYPE_INTEGER = 3,
  // An error reply of a server, such as WRONGTYPE. It is an ordinary reply.
  REDISCLUSTER_TYPE_ERROR = 4,
  // A list of values; each is a child.
  REDISCLUSTER_TYPE_ARRAY = 5,
  // A nil in place of an array.
  REDISCLUSTER_TYPE_NIL_ARRAY = 6,
  // Keys and values in turn; each of both is a child.
  REDISCLUSTER_TYPE_MAP = 7,
  // The command got no reply. Its children are the status (integer, a `rediscluster_status`), the message (string), the alias of the node
  // that failed (string, or nil if no particular node), whether the command may have been executed (integer: 0 certainly not, 1 possibly),
  // and, only if that node has refused its part, the first word of its error reply (string). `rediscluster_reply_failure` makes an error of it.
  REDISCLUSTER_TYPE_FAILURE = 8,
  // RESP3: no value. With `"protocol": 3` servers return it in place of both kinds of nil.
  REDISCLUSTER_TYPE_NULL = 9,
  // RESP3: true (1) or false (0), read like an integer.
  REDISCLUSTER_TYPE_BOOLEAN = 10,
  // RESP3: a floating-point number. `rediscluster_reply_double` returns it; its bytes are the text that the server sent.
  REDISCLUSTER_TYPE_DOUBLE = 11,
  // RESP3: an integer of any size; its bytes are the digits.
  REDISCLUSTER_TYPE_BIG_NUMBER = 12,
  // RESP3: a text for people; its bytes are the text. The three bytes of its format, such as `txt`, and a colon precede the text in memory.
  REDISCLUSTER_TYPE_VERBATIM = 13,
  // RESP3: distinct values; each is a child.
  REDISCLUSTER_TYPE_SET = 14,
  // RESP3: a message that is not the reply to a command; its parts are the children.
  REDISCLUSTER_TYPE_PUSH = 15,
  // RESP3: a value with attributes. Its children are the names and values of the attributes in turn, and last the value itself.
  REDISCLUSTER_TYPE_ATTRIBUTE = 16,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum rediscluster_type rediscluster_type;
#else
typedef int32_t rediscluster_type;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

// Which servers reads are sent to. Values never change; a later release may add some at the end.
enum rediscluster_read
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  // The replicas of a master in turn, and the master if no replica can serve the read.
  REDISCLUSTER_READ_REPLICA = 0,
  // Only masters.
  REDISCLUSTER_READ_MASTER = 1,
  // A master and its replicas in turn.
  REDISCLUSTER_READ_ANY = 2,
  // Those of a master and its replicas that reply fastest, in turn if several are about equal.
  REDISCLUSTER_READ_NEAREST = 3,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum rediscluster_read rediscluster_read;
#else
typedef int32_t rediscluster_read;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

// Which servers `rediscluster_each_on` sends a command to. Values never change; a later release may add some at the end.
enum rediscluster_nodes
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  // All masters.
  REDISCLUSTER_NODES_MASTERS = 0,
  // The replicas of all masters.
  REDISCLUSTER_NODES_REPLICAS = 1,
  // Each master, followed by its replicas.
  REDISCLUSTER_NODES_ALL = 2,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum rediscluster_nodes rediscluster_nodes;
#else
typedef int32_t rediscluster_nodes;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

// A handle on all servers of a configuration.
//
// Ownership: the caller owns it and closes it with `rediscluster_close`. Replies, errors and sessions that came from it do not depend on it.
// Threads: any number of threads may call functions on it at once, except for `rediscluster_close`. It starts no threads, except that
// a lookup of a host name runs on one, which ends with it; no signal handler of the program runs there.
// Fork: parent and child may both use it after a fork; each process makes connections of its own.
// Connections are made when a command first needs them, at most `pool_size` for each node, and are reused.
typedef struct rediscluster rediscluster;

// Why a call failed.
//
// Ownership: the caller owns it and frees it with `rediscluster_error_free`. It does not depend on the handle of the call and stays valid
// after that is closed.
// Threads: it never changes; any number of threads may read it at once.
typedef struct rediscluster_error rediscluster_error;

// Many requests at a time, and subscriptions, for a program with an event loop. No call waits for a server, and there are no callbacks.
//
// The program waits until the descriptor of `rediscluster_loop_fd` is readable, at most for `rediscluster_loop_timeout_ms`, with `poll`, `epoll`,
// libuv, libevent or any other loop. Then it calls `rediscluster_loop_process`, and `rediscluster_loop_next` until that returns no reply. After
// `rediscluster_loop_submit` it asks for the timeout again, which is 0 then, or calls `rediscluster_loop_process` itself.
//
// A request that goes to one server, or in parts to several (GET, MGET, DEL, DBSIZE …), uses one connection per server, which all requests of the
// loop share. All others run on threads that the library starts when they are needed and ends when they are idle for some seconds: on at most 16
// threads commands that take several steps across nodes or are unknown (RENAME, SUNIONSTORE …), scripts, all commands for servers that require
// TLS, reads that replicas may serve, lookups of host names, and subscriptions; on
// at most 64 threads blocking commands (BLPOP …). More of them wait. No signal handler of the program runs on these threads.
//
// Requests run at the same time. Those for the same key that use the shared connection run in the order of submission; if the order of others
// matters, wait for the reply to the first. Commands with connection state (MULTI, WATCH, SELECT …) require a session and fail here.
// Time limits of the configuration, retries, failover, the limits for servers that fail, and a deadline of the cluster
// (`rediscluster_with_deadline`) are the same as for `rediscluster_execute`.
//
// Ownership: the caller owns it and frees it with `rediscluster_loop_free`. It may outlive the cluster that it was opened on.
// Memory: that of the requests and replies in flight, at most 1,048,576 requests; of each subscription about 1,000 messages, then the servers wait.
// Threads: one thread at a time may use it. A call while another one runs fails with `REDISCLUSTER_ERROR_REQUEST`.
// Fork: it belongs to the process that opened it. In a forked child every call on it fails with `REDISCLUSTER_ERROR_REQUEST`; freeing it there
// does not affect the parent.
typedef struct rediscluster_loop rediscluster_loop;

// A reply, or the replies to many commands under one array.
//
// Ownership: the caller owns it and frees it with `rediscluster_reply_free`. It does not depend on the handle of the call and stays valid after
// that is closed. All memory that functions return for it is valid until it is freed.
// Threads: it never changes; any number of threads may read it at once.
// Its values are numbered in pre-order by an index `at`: 0 is the root, the first child of the value `at` has the index `at + 1`, and the next
// child follows after all descendants of the first.
typedef struct rediscluster_reply rediscluster_reply;

// One client of all servers, with the state that a connection to one server has: MULTI, WATCH, SELECT, SUBSCRIBE and so on.
//
// Ownership: the caller owns it and closes it with `rediscluster_session_close`. It may outlive the cluster that it was opened on.
// Threads: several threads can use it at the same time; one call runs at a time. A call that waits for a message, or reads while a blocking
// command of the byte stream waits, releases the session for calls that run commands: `rediscluster_session_receive` and
// `rediscluster_session_read` never block `rediscluster_session_execute` or `rediscluster_session_write` of another thread. A blocking command
// in `rediscluster_session_execute` holds the session until it ends, as on one connection. `rediscluster_session_interrupt` and
// `rediscluster_session_shutdown` end it.
// Fork: it belongs to the process that opened it. In a forked child every call on it fails with `REDISCLUSTER_ERROR_REQUEST`; closing it
// there frees the child's memory and does not affect the parent's session.
typedef struct rediscluster_session rediscluster_session;

// An event. It contains no passwords, keys or values. The texts are UTF-8, NUL-terminated and never NULL.
//
// Lifetime: it is valid until the function that received it returns; a later release may add fields at the end.
typedef struct rediscluster_log_event {
  // How important it is.
  rediscluster_log_level level;
  // What has happened: `breaker_opened` (calls to the server fail at once), `breaker_closed`, `master_changed` (another server is the master of a
  // node), `master_refused` (it says that it is a replica), `empty_master` (it was restarted without its data), `address_changed` (a name leads to
  // another server), `replica_unavailable`, `replica_available`, `unexpected_bytes` (a server sent what is no reply), `tls_reloaded` (files of
  // TLS have changed), `tls_reload_failed` or another one in a later release.
  const char *kind;
  // Host and port of the server, or the path of its socket. Empty if the event concerns no single server.
  const char *server;
  // What has happened, as a sentence for people. Its wording may change between releases.
  const char *message;
} rediscluster_log_event;

// A function that receives events. `context` is that of `rediscluster_set_log`.
//
// Threads: it runs on the thread of the call that has noticed the event, before that call returns; on several threads at once if their calls
// notice something at once. What the threads of a `rediscluster_loop` notice is reported by `rediscluster_loop_process`.
// It may call this library; events that such calls notice are not reported. It must return: no exception and no longjmp may leave it.
typedef void (*rediscluster_log_function)(void *context, const struct rediscluster_log_event *event);

// One value in the index of a reply. Entries are in pre-order: a value, then its descendants, then the next value.
typedef struct rediscluster_entry {
  // The lowest byte is the type. The other seven bytes are the length: the number of bytes of a type with bytes (string, status, error,
  // double, big number, verbatim string); the number of children of a type with children (array, map, failure, set, push, attribute; the
  // keys and values of a map each count); else 0.
  uint64_t head;
  // The value of an integer; 1 for true; for a type with bytes their offset in the bytes of the reply; for a type with children the number of
  // descendants, so that the value after it has the index at + 1 + data; else 0.
  int64_t data;
} rediscluster_entry;

// A whole reply as plain memory: faster than accessors for bindings of other languages. Valid until the reply is freed.
typedef struct rediscluster_data {
  // The bytes of all types with bytes, and others between them. Never NULL.
  const uint8_t *bytes;
  // The number of `bytes`.
  size_t bytes_length;
  // The index of the reply: one entry per value, the root first. Never NULL.
  const struct rediscluster_entry *entries;
  // The number of `entries`, at least 1.
  size_t entries_length;
} rediscluster_data;

// One value of a reply. Valid until the reply is freed.
typedef struct rediscluster_value {
  // The type of the value.
  rediscluster_type type;
  // The number, if the value is an integer; 1 for true; else 0.
  int64_t integer;
  // The bytes of a string, status, error, double, big number or verbatim string, without a NUL at the end; else NULL.
  const uint8_t *bytes;
  // The number of `bytes`; the number of children of an array, map, failure, set, push or attribute (the keys and values of a map each
  // count); else 0.
  size_t length;
  // The index of the value that follows this one and all its descendants.
  size_t next;
} rediscluster_value;

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

// Returns the version of the loaded library, such as `1.2.3`: NUL-terminated, never to be freed. Thread safe.
const char *rediscluster_version(void);

// Returns the ABI number of the loaded library, which is also the number in its soname. Thread safe.
uint32_t rediscluster_abi_version(void);

// Returns the name of a status, such as `REDISCLUSTER_ERROR_TIMEOUT`: a constant NUL-terminated string, never NULL and never to be freed.
// A number that is no status gives `REDISCLUSTER_ERROR_UNKNOWN`. Thread safe.
const char *rediscluster_status_name(int32_t status);

// Returns the status that the failed call returned. For NULL: `REDISCLUSTER_ERROR_ARGUMENT`.
rediscluster_status rediscluster_error_code(const struct rediscluster_error *error);

// Returns the error as a sentence for people: UTF-8, NUL-terminated. For NULL: NULL.
//
// A transport error names the node, its address, the command, and whether the command may have been executed. The text is valid until the
// error is freed. Its wording may change between releases; programs use `rediscluster_error_code`.
const char *rediscluster_error_message(const struct rediscluster_error *error);

// Returns the alias of the node that failed, such as `node_2`, NUL-terminated. NULL if the error concerns no particular node, and for NULL.
//
// The text is valid until the error is freed.
const char *rediscluster_error_node(const struct rediscluster_error *error);

// Returns host and port of the server that failed, or the path of its socket, NUL-terminated. NULL if it is not known, and for NULL.
//
// The text is valid until the error is freed.
const char *rediscluster_error_address(const struct rediscluster_error *error);

// Returns the name of the command that failed, in capital letters, NUL-terminated. NULL if it is not known, and for NULL.
//
// The text is valid until the error is freed.
const char *rediscluster_error_command(const struct rediscluster_error *error);

// Returns whether a server may have executed the command: 0 if it certainly did not, 1 if it may have. For NULL: -1.
int32_t rediscluster_error_executed(const struct rediscluster_error *error);

// Makes an error with this status and message, for code on top of this library that reports its own failures in the same way. The caller owns it.
//
// `status` should be one of `rediscluster_status`; another number becomes `REDISCLUSTER_ERROR_INTERNAL`. The error concerns no node, and
// `rediscluster_error_executed` returns 0 for it. Returns NULL if `message` is NULL and `message_length` is not 0.
struct rediscluster_error *rediscluster_error_create(int32_t status,
                                                     const char *message,
                                                     size_t message_length);

// Frees an error and the texts that its functions returned. NULL is a no-op.
void rediscluster_error_free(struct rediscluster_error *error);

// Opens a cluster from a configuration in JSON, which the README describes. Connects to no server.
//
// `config` need not be NUL-terminated. On failure the error gives the path of the bad value, such as
// `nodes.node_3.port: 70000 is not a port`.
rediscluster_status rediscluster_open(const char *config,
                                      size_t config_length,
                                      struct rediscluster **cluster,
                                      struct rediscluster_error **error);

// Like `rediscluster_open`, but all handles that this function opens with equal configurations share their connections.
//
// Shared connections stay open after the last such handle is closed, until the process ends: a worker process that serves many requests
// connects once. Each handle is closed on its own. A forked child does not inherit the connections.
rediscluster_status rediscluster_open_shared(const char *config,
                                             size_t config_length,
                                             struct rediscluster **cluster,
                                             struct rediscluster_error **error);

// Closes a handle. Its connections are closed with the last handle or session that uses them; shared ones stay open.
//
// No other call on this handle may be running in any thread, and none may follow. Replies, errors, sessions and derived handles stay valid.
// NULL is a no-op.
void rediscluster_close(struct rediscluster *cluster);

// Runs the commands in `request`: one or more RESP arrays of bulk strings, as Redis clients send them.
//
// The reply's root is an array with one child per command, in order. Commands for several nodes are all sent before the first reply is
// awaited. A command that got no reply has a child of type `REDISCLUSTER_TYPE_FAILURE`; the other replies are unaffected. The call itself
// fails only for a bad argument, for a request that is not RESP (then nothing was sent), or if memory runs out. An empty request has an
// empty array as its reply.
rediscluster_status rediscluster_execute(const struct rediscluster *cluster,
                                         const char *request,
                                         size_t request_length,
                                         struct rediscluster_reply **reply,
                                         struct rediscluster_error **error);

// Runs one command of `argc` arguments, its name first.
//
// `argvlen` has the lengths of the arguments, which may contain any bytes; an argument of (NULL, 0) is empty. If `argvlen` is NULL, the
// arguments are NUL-terminated. The reply's root is the reply to the command. A command that got no reply fails the call.
rediscluster_status rediscluster_command(const struct rediscluster *cluster,
                                         size_t argc,
                                         const char *const *argv,
                                         const size_t *argvlen,
                                         struct rediscluster_reply **reply,
                                         struct rediscluster_error **error);

// Returns the node that a key belongs to. Contacts no server.
//
// The reply's root is a map: `alias` (such as `node_2`), `host`, `port`, `unix` (host and port, or the path of a Unix socket; the others are
// nil), and `key`, the name under which the key is stored: without its hash tag if tags are stripped. With the option `previous` also `previous`,
// the alias of the server where the previous layout has the key.
//
// Returns `REDISCLUSTER_ERROR_REQUEST` if the key has a hash tag and the configuration has no `hash_tag`.
rediscluster_status rediscluster_node_for(const struct rediscluster *cluster,
                                          const char *key,
                                          size_t key_length,
                                          struct rediscluster_reply **reply,
                                          struct rediscluster_error **error);

// Returns all masters and their replicas.
//
// With `discover` 1 the masters are first asked for their replicas, unless the configuration names them (`master_of`) or forbids it
// (`refresh_interval` 0); a master that does not reply is listed with the replicas known before. With `discover` 0 no server is contacted,
// and only replicas are listed that the configuration names or that an earlier call of this process discovered.
//
// The reply's root is a map from alias to a map, in the order node_1, its replicas, node_2, … The replicas of node_1 have the aliases
// `node_1_slave`, `node_1_slave_2` and so on, as in `rediscluster_each_on`. Each inner map has: `role` (`master` or `replica`), `master` (the
// alias of its master; of a master, its own), `host`, `port`, `unix` (host and port, or the path of a Unix socket; the others are nil), `db` (the
// database number), `server` (the first alias in this list that has the same address: equal values name the same server), and `replicas` (an
// array of the aliases of its replicas).
rediscluster_status rediscluster_node_list(const struct rediscluster *cluster,
                                           int32_t discover,
                                           struct rediscluster_reply **reply,
                                           struct rediscluster_error **error);

// Returns what this process has done so far through this handle and those that share its connections. Contacts no server.
//
// The reply's root is a map from alias (as in `rediscluster_node_list`) to a map:
// `role` (`master` or `replica`), `master` (the alias of its master; of a master, its own), `address`, `refusal` (why a master is not used, or
// nil); `breaker` (`closed`: the server is used; `suspect`: its last call has failed; `open`: calls fail at once), `reason` (the last failure)
// and `unavailable_ms` (since when, in milliseconds), both nil if the breaker is closed; `connections`, a map of `open`, `idle` (of these),
// `awaited` (callers that wait for one) and `opened` (so far); `commands` (that the server has replied to, including those of the library
// itself), `retries`, `bytes_sent`, `bytes_received`; `errors`, a map from kind (`connect`, `unavailable`, `pool`, `timeout`, `deadline`,
// `lost`, `protocol`, `memory`) to number; and `latency_us`, an array: one of 64 waits for replies is measured, from the moment when the
// request was sent; the nth number, counted from 0, is that of the waits that took less than 2 to the power of n microseconds, but not less
// than half of that.
//
// Counting takes no lock. The numbers are 64-bit integers. While an alias has the same address they never decrease, except those of `connections`
// other than `opened`; after a failover they are those of the new master. They may be from slightly different moments. Aliases of one server have
// the same numbers.
rediscluster_status rediscluster_stats(const struct rediscluster *cluster,
                                       struct rediscluster_reply **reply,
                                       struct rediscluster_error **error);

// Runs the one command in `request` on every master.
//
// The reply's root is a map from alias to reply, in the order node_1, node_2, …; a node that gave no reply has a
// `REDISCLUSTER_TYPE_FAILURE`. A server with several aliases receives the command once, and its reply is listed under each of them. The command is
// sent unchanged: hash tags in its keys are not stripped.
rediscluster_status rediscluster_each(const struct rediscluster *cluster,
                                      const char *request,
                                      size_t request_length,
                                      struct rediscluster_reply **reply,
                                      struct rediscluster_error **error);

// Runs the one command in `request` as `rediscluster_each` does, on the servers that `nodes` (one of `rediscluster_nodes`) selects.
//
// The replicas of node_1 have the aliases `node_1_slave`, `node_1_slave_2` and so on. The masters are asked for their replicas first, unless
// the configuration names them (`master_of`) or forbids it (`refresh_interval` 0).
rediscluster_status rediscluster_each_on(const struct rediscluster *cluster,
                                         int32_t nodes,
                                         const char *request,
                                         size_t request_length,
                                         struct rediscluster_reply **reply,
                                         struct rediscluster_error **error);

// Describes what the one command in `request` would do, without running it. If that depends on the size of the operands, the servers are
// asked for the sizes.
//
// The reply's root is a map: `command`, `strategy` (`one node`, `split`, `gather`, `colocate`, `transfer`, `refuse` and others), `atomic` (1 or 0),
// `round_trips`, `nodes` (an array of aliases), `keys` (each a map of `position`, `key` as it is stored, `node`, and `pinned`: 1 if the hash tag of
// the first key or a rule of `pin` selected the node; with the option `previous` also `previous`, as for `rediscluster_node_for`), `served_by`
// (which servers of a node may run it: `master`, `replica`, `any` or `nearest`, as the option `read` names them; nil if the command is refused),
// `steps` (each a map of `round`, `node`, `command`; the steps of one round run at the same time), `others_see` (`nothing`, `parts`, `parts, then
// all or none` or `neither key`), `meanwhile` and `when_it_fails`: the intermediate states that other clients can see, and what a failure can leave,
// in words; nil if the command is refused. And `reason`: why the command is refused, or nil.
rediscluster_status rediscluster_explain(const struct rediscluster *cluster,
                                         const char *request,
                                         size_t request_length,
                                         struct rediscluster_reply **reply,
                                         struct rediscluster_error **error);

// Finds the data that interrupted moves between nodes (RENAME, SMOVE, LMOVE and similar) left on the servers, and completes each move if
// the data arrived, or restores the source otherwise. Until then the data is stored under a hidden key and is not visible to other commands.
//
// Moves that began less than `min_age_ms` milliseconds ago may still be running and are left unchanged. No age is unsafe, but a move that this
// call overtakes fails: use `REDISCLUSTER_RECOVER_MIN_AGE_MS`, or a time longer than any call may take.
//
// The reply's root is an array with a map for each entry found: `node`, `key` (the hidden key), `command`, `source`, `destination`, `age_ms` (in
// milliseconds), `outcome` (`finished`; `undone`; `removed`: an unneeded copy; `young`: left unchanged; `waiting`: could not be completed now)
// and `reason`, nil unless the outcome is `waiting`. `rediscluster_recover_to` moves a value whose source key is in use again.
rediscluster_status rediscluster_recover(const struct rediscluster *cluster,
                                         uint64_t min_age_ms,
                                         struct rediscluster_reply **reply,
                                         struct rediscluster_error **error);

// Moves a value that `rediscluster_recover` reports as `waiting`, because its source key is in use again, to another key, which must not exist.
// `hidden_key` is the `key` of that report.
//
// The reply's root is a map as in the reply of `rediscluster_recover`, with the outcome `moved`; `finished` if the value had arrived at its
// destination after all; or `waiting`: then the value is in the hidden key `key`, which may be another one than before. It is an error reply if
// no interrupted move has its value in this hidden key.
rediscluster_status rediscluster_recover_to(const struct rediscluster *cluster,
                                            const char *hidden_key,
                                            size_t hidden_key_length,
                                            const char *key,
                                            size_t key_length,
                                            struct rediscluster_reply **reply,
                                            struct rediscluster_error **error);

// Makes another handle that sends reads to `read` (one of `rediscluster_read`) and is otherwise the same: it shares configuration and
// connections with `cluster`, and costs little memory. Connects to no server.
//
// `*derived` is closed on its own with `rediscluster_close`, before or after `cluster`.
rediscluster_status rediscluster_with_read(const struct rediscluster *cluster,
                                           int32_t read,
                                           struct rediscluster **derived,
                                           struct rediscluster_error **error);

// Makes another handle that says whether its reads see its own writes (`read_your_writes` 1) or may be older (0), and is otherwise the same: it
// shares configuration and connections with `cluster`, and costs little memory. Connects to no server.
//
// After a command of the handle that may write to a node, its reads of this node go to the master, until a replica is known to have everything
// that was acknowledged before that command ended. The writes of other handles do not count; handles that are derived from `*derived` share its
// memory. A session that is opened on `*derived` reads from masters.
//
// `*derived` is closed on its own with `rediscluster_close`, before or after `cluster`.
rediscluster_status rediscluster_with_read_your_writes(const struct rediscluster *cluster,
                                                       int32_t read_your_writes,
                                                       struct rediscluster **derived,
                                                       struct rediscluster_error **error);

// Makes another handle, each call of which ends after `deadline_ms` milliseconds at the latest, and which is otherwise the same: it shares
// configuration and connections with `cluster`, and costs little memory. 0: calls have no deadline, whatever the configuration says. Connects to
// no server.
//
// The limit is for each call as a whole, with all of its rounds and retries. It begins when the call begins. A call that it ends fails with
// `REDISCLUSTER_ERROR_TIMEOUT`; the message says in which round that was, on which node, and whether the command may have been executed. Its
// connection is closed, so a late reply reaches no other command. A command that blocks, such as BLPOP, ends in the same way, and may have
// received an element. In a session that is opened on `*derived` each call of `rediscluster_session_execute` and `rediscluster_session_write` has
// the limit.
//
// `*derived` is closed on its own with `rediscluster_close`, before or after `cluster`.
rediscluster_status rediscluster_with_deadline(const struct rediscluster *cluster,
                                               uint64_t deadline_ms,
                                               struct rediscluster **derived,
                                               struct rediscluster_error **error);

// Makes another handle, which is otherwise the same, that says whether commands that are split by their keys may fail for single keys: MGET,
// EXISTS, DEL, UNLINK, TOUCH, MSET and their kind. It shares configuration and connections with `cluster`, and costs little memory. Connects to
// no server.
//
// With `partial` 1, if a node fails, the reply of such a command is an array with the result of each key, in the order of the keys: a value of
// type `REDISCLUSTER_TYPE_FAILURE`, or an error reply, for each key of that node; for the other keys the value (MGET), the number for this key
// (EXISTS, DEL) or the status (MSET). If no node fails, the reply is the same as with `partial` 0. So that the numbers are known, each key of
// EXISTS, DEL and their kind is a command of its own if the keys are on several nodes. Commands in a transaction are not affected.
//
// `*derived` is closed on its own with `rediscluster_close`, before or after `cluster`.
rediscluster_status rediscluster_with_partial(const struct rediscluster *cluster,
                                              int32_t partial,
                                              struct rediscluster **derived,
                                              struct rediscluster_error **error);

// Makes another handle whose calls `rediscluster_interrupt` ends, and which is otherwise the same: it shares configuration and connections with
// `cluster`, and costs little memory. Connects to no server.
//
// `*derived` is closed on its own with `rediscluster_close`, before or after `cluster`.
rediscluster_status rediscluster_with_interrupt(const struct rediscluster *cluster,
                                                struct rediscluster **derived,
                                                struct rediscluster_error **error);

// Ends the calls that are in progress on a handle of `rediscluster_with_interrupt`, and on handles that were made from it. All later calls on them
// fail, too.
//
// The calls fail with `REDISCLUSTER_ERROR_TIMEOUT` as soon as they wait for something: for a connection, for a server or for an element. The error says
// whether the command may have been executed. The connection that a call waited for is closed, so a late reply reaches no other command.
// Sessions are not affected: `rediscluster_session_interrupt` ends their calls.
//
// It never waits, and any thread may call it while the handle is in use, also a signal handler, which restores `errno`. NULL is a no-op, and so is
// another handle, or a call in a forked child.
void rediscluster_interrupt(const struct rediscluster *cluster);

// Opens a session on the servers of a cluster, which may be closed before it. Connects to no server: a session has connections of its own
// besides those of the cluster, and makes them when a transaction or a subscription needs them.
rediscluster_status rediscluster_session_open(const struct rediscluster *cluster,
                                              struct rediscluster_session **session,
                                              struct rediscluster_error **error);

// Runs the commands in `request` as `rediscluster_execute` does; commands with connection state are allowed.
//
// A blocking command, such as BLPOP, waits in this call. `rediscluster_session_interrupt` ends the wait as if the time of the command were up.
// If a blocking command of the byte stream waits, this call waits for it first.
//
// The reply's root is an array with one child per command, in order, with two exceptions that servers make, too: SUBSCRIBE and similar
// commands have one reply per channel or pattern, and commands after a QUIT have none.
rediscluster_status rediscluster_session_execute(const struct rediscluster_session *session,
                                                 const char *request,
                                                 size_t request_length,
                                                 struct rediscluster_reply **reply,
                                                 struct rediscluster_error **error);

// Waits up to `timeout_ms` milliseconds for the next message from any server. 0 does not wait; a negative number waits without limit.
//
// The reply is an array, or a push in RESP3, as servers send it: `message`, channel, text; or `pmessage`, pattern, channel, text; or
// `smessage`, channel, text. If the time is up or the call was interrupted, the call succeeds and `*reply` is NULL.
//
// If the connection to a server was lost, the call fails and names the node, because messages may have been lost. The next call subscribes
// there again.
rediscluster_status rediscluster_session_receive(const struct rediscluster_session *session,
                                                 int64_t timeout_ms,
                                                 struct rediscluster_reply **reply,
                                                 struct rediscluster_error **error);

// Writes the next `length` bytes of a stream of requests, which may be split anywhere, and runs every command that is complete.
//
// `rediscluster_session_read` returns the replies as RESP2, or as RESP3 after HELLO 3. With these two functions a session replaces the socket
// of a Redis client that is written for one server. The stream is read as one server reads it: RESP arrays of bulk strings, or
// inline commands. What one server rejects ends the stream: the replies to the commands before it can be read, then the error reply, and then
// the session is closed.
//
// This call does not wait in a blocking command. If that has no reply at once, it and the commands after it wait for
// `rediscluster_session_read`. A later call also continues them once the reply is there.
rediscluster_status rediscluster_session_write(const struct rediscluster_session *session,
                                               const char *data,
                                               size_t length,
                                               struct rediscluster_error **error);

// Reads up to `capacity` bytes of the session's output into `buffer`: replies to the written commands and, while the session is subscribed,
// messages. `*length` receives the number of bytes read.
//
// If there is no output, the call waits up to `timeout_ms` milliseconds, for a message or for a blocking command that was written; 0 does not
// wait, a negative number waits without limit. A `*length` of 0 means that the time is up or the call was interrupted. A blocking command then
// goes on, and the next call waits for it again. `capacity` must be at least 1.
rediscluster_status rediscluster_session_read(const struct rediscluster_session *session,
                                              int64_t timeout_ms,
                                              char *buffer,
                                              size_t capacity,
                                              size_t *length,
                                              struct rediscluster_error **error);

// Ends a call that waits in `rediscluster_session_receive` or `rediscluster_session_read`, as if its time were up. If no call waits, the next
// one that would wait returns at once.
//
// Also ends a blocking command that waits in `rediscluster_session_execute`: its reply is nil, or what it has just received; nothing is lost.
// If none waits, later ones are not affected: call it again if the command may not have begun.
//
// It never waits, and any thread may call it while the session is in use, also a signal handler, which restores `errno`. NULL is a no-op, and so is
// a call in a forked child.
void rediscluster_session_interrupt(const struct rediscluster_session *session);

// Ends a session that other threads may be using. Calls that wait for a message or in a blocking command fail with
// `REDISCLUSTER_ERROR_REQUEST`, the servers end the command, and all later calls fail, except that the rest of the byte stream can be read.
//
// It waits for another call only while that runs a command that does not block. The caller still closes the session, once no call is running.
// Any thread may call it. NULL is a no-op, and so is a call in a forked child.
void rediscluster_session_shutdown(const struct rediscluster_session *session);

// Closes a session and its own connections. Queued commands, watched keys and subscriptions are dropped, and the servers end a blocking command
// that was written to the byte stream.
//
// No other call on this session may be running in any thread, and none may follow. Replies and errors stay valid. NULL is a no-op.
void rediscluster_session_close(struct rediscluster_session *session);

// Opens a loop on the servers of a cluster, which may be closed before it. Connects to no server: connections are made when a request needs them.
rediscluster_status rediscluster_loop_open(const struct rediscluster *cluster,
                                           struct rediscluster_loop **loop,
                                           struct rediscluster_error **error);

// Returns the descriptor to wait for: it is readable when `rediscluster_loop_process` has something to do (level-triggered). It stays the same,
// belongs to the loop, and must not be read, written or closed. For NULL: -1.
int32_t rediscluster_loop_fd(const struct rediscluster_loop *loop);

// Returns how many milliseconds the program may wait for the descriptor before it calls `rediscluster_loop_process`, as `poll` takes it: -1 is
// without limit, 0 if there is something to do now. Every other call on the loop may change it. For NULL, and where other calls fail: 0.
int32_t rediscluster_loop_timeout_ms(const struct rediscluster_loop *loop);

// Begins a request: `request` is one command, a RESP array of bulk strings. `tag` is any number that no other request or subscription of the
// loop has; `rediscluster_loop_next` returns it with the reply, and after that it may be used again.
//
// Fails, and begins nothing, if the request is not one command, if the tag is in use, or if too many requests are in flight. Everything else is
// reported by the reply. The time that this call takes does not depend on the number of requests in flight.
rediscluster_status rediscluster_loop_submit(const struct rediscluster_loop *loop,
                                             const char *request,
                                             size_t request_length,
                                             uint64_t tag,
                                             struct rediscluster_error **error);

// Begins a subscription, or changes the one with this tag: `request` is one or more commands SUBSCRIBE, PSUBSCRIBE, SSUBSCRIBE, UNSUBSCRIBE,
// PUNSUBSCRIBE or SUNSUBSCRIBE, as RESP.
//
// `rediscluster_loop_next` returns each confirmation and each message with the tag, as `rediscluster_session_receive` does, until
// `rediscluster_loop_cancel` ends the subscription. If the connection to a server is lost, it returns a `REDISCLUSTER_TYPE_FAILURE`, because
// messages may have been lost, and subscribes there again. Each subscription has connections of its own to the servers of its channels.
rediscluster_status rediscluster_loop_subscribe(const struct rediscluster_loop *loop,
                                                const char *request,
                                                size_t request_length,
                                                uint64_t tag,
                                                struct rediscluster_error **error);

// Sends what was submitted, receives what has arrived, and fails the requests whose time is up. It never waits; calling it without need is
// harmless.
rediscluster_status rediscluster_loop_process(const struct rediscluster_loop *loop,
                                              struct rediscluster_error **error);

// Takes the next reply, and stores the tag of its request or subscription in `*tag`. If there is none before the next
// `rediscluster_loop_process`, the call succeeds, `*reply` is NULL and `*tag` is 0.
//
// The reply's root is the reply to the command, or a `REDISCLUSTER_TYPE_FAILURE` if the command got none; `rediscluster_reply_error` makes an
// error of that. Replies come in any order. The caller frees each with `rediscluster_reply_free`. The time that this call takes does not depend
// on the number of requests in flight.
rediscluster_status rediscluster_loop_next(const struct rediscluster_loop *loop,
                                           uint64_t *tag,
                                           struct rediscluster_reply **reply,
                                           struct rediscluster_error **error);

// Ends the request or the subscription with this tag: no reply with the tag follows, and the tag may be used again. `*cancelled` is 1, or 0 if
// there is none, because its reply was taken already.
//
// A request that was sent may still be executed, and what it returns is dropped: an element that BLPOP has just removed is lost then. A blocking
// command ends at once.
rediscluster_status rediscluster_loop_cancel(const struct rediscluster_loop *loop,
                                             uint64_t tag,
                                             int32_t *cancelled,
                                             struct rediscluster_error **error);

// Frees a loop and closes its connections, also with requests in flight: those that were sent may still be executed. Blocking commands end.
// Commands of several steps that have begun are completed by their threads, which the call does not wait for.
//
// No other call on this loop may be running in any thread, and none may follow. Replies and errors stay valid. NULL is a no-op.
void rediscluster_loop_free(struct rediscluster_loop *loop);

// Sets the function that receives the events of all handles of this process, in place of the one before. NULL: events are not reported, which
// is the case at first.
//
// `context` is passed to the function and not used otherwise. Calls on other threads may still run the function before, with its context, after
// this returns. A forked child inherits function and context. Thread safe.
void rediscluster_set_log(rediscluster_log_function function,
                          void *context);

// Fills a struct with the bytes and the index of a reply.
rediscluster_status rediscluster_reply_data(const struct rediscluster_reply *reply,
                                            struct rediscluster_data *data,
                                            struct rediscluster_error **error);

// Fills a struct with the value at index `at` of a reply; 0 is the root.
rediscluster_status rediscluster_reply_value(const struct rediscluster_reply *reply,
                                             size_t at,
                                             struct rediscluster_value *value,
                                             struct rediscluster_error **error);

// Stores the type of the value at index `at` in `*type`.
rediscluster_status rediscluster_reply_type(const struct rediscluster_reply *reply,
                                            size_t at,
                                            rediscluster_type *type,
                                            struct rediscluster_error **error);

// Stores the integer at index `at` in `*integer`; of a boolean 1 or 0. A value of another type fails with `REDISCLUSTER_ERROR_ARGUMENT`.
rediscluster_status rediscluster_reply_integer(const struct rediscluster_reply *reply,
                                               size_t at,
                                               int64_t *integer,
                                               struct rediscluster_error **error);

// Stores the double at index `at` in `*number`. A value of another type fails with `REDISCLUSTER_ERROR_ARGUMENT`.
rediscluster_status rediscluster_reply_double(const struct rediscluster_reply *reply,
                                              size_t at,
                                              double *number,
                                              struct rediscluster_error **error);

// Stores the bytes of the string, status, error, double, big number or verbatim string at index `at` in `*bytes`, and their number in
// `*length`.
//
// The bytes have no NUL at the end and are valid until the reply is freed. A value of another type fails with
// `REDISCLUSTER_ERROR_ARGUMENT`.
rediscluster_status rediscluster_reply_bytes(const struct rediscluster_reply *reply,
                                             size_t at,
                                             const uint8_t **bytes,
                                             size_t *length,
                                             struct rediscluster_error **error);

// Stores the length of the value at index `at` in `*length`: the number of children of a type with children (the keys and values of a map
// each count), or the number of bytes of a type with bytes. A value of another type fails with `REDISCLUSTER_ERROR_ARGUMENT`.
rediscluster_status rediscluster_reply_length(const struct rediscluster_reply *reply,
                                              size_t at,
                                              size_t *length,
                                              struct rediscluster_error **error);

// Stores the index of the `nth` child, counted from 0, of the value at index `at`, of a type with children, in `*element`.
//
// The cost grows with `nth` if children have children themselves. To visit all children, start at `at + 1` and follow `next` of each
// `rediscluster_value`.
rediscluster_status rediscluster_reply_element(const struct rediscluster_reply *reply,
                                               size_t at,
                                               size_t nth,
                                               size_t *element,
                                               struct rediscluster_error **error);

// Makes an error of the `REDISCLUSTER_TYPE_FAILURE` at index `at`: the one that `rediscluster_command` would have returned for that command.
//
// The caller owns `*failure` and frees it with `rediscluster_error_free`; it stays valid after the reply is freed. A value of another type
// fails with `REDISCLUSTER_ERROR_ARGUMENT`.
rediscluster_status rediscluster_reply_failure(const struct rediscluster_reply *reply,
                                               size_t at,
                                               struct rediscluster_error **failure,
                                               struct rediscluster_error **error);

// Makes an error of the error reply or of the failure at index `at`, to read where it comes from: `rediscluster_error_node`,
// `rediscluster_error_address` and `rediscluster_error_command`.
//
// For an error reply of a server, `rediscluster_error_message` returns its text unchanged (a NUL byte in it becomes `\0`),
// `rediscluster_error_code` returns `REDISCLUSTER_OK`, and `rediscluster_error_executed` 1. The node of an error reply is known if one server
// ran the command, or a part of it; not inside an array that a server has sent, for a command that takes several steps on several nodes, and in
// sessions. The caller owns `*failure` and frees it with `rediscluster_error_free`; it does not depend on the reply.
rediscluster_status rediscluster_reply_error(const struct rediscluster_reply *reply,
                                             size_t at,
                                             struct rediscluster_error **failure,
                                             struct rediscluster_error **error);

// Frees a reply, and with it all memory that its functions returned. NULL is a no-op.
void rediscluster_reply_free(struct rediscluster_reply *reply);

// Returns the number of the node, 1 to `masters`, that a key belongs to: crc32(key) % masters + 1.
//
// All bytes of the key are hashed: hash tags are not interpreted, see `rediscluster_node_for` for that. Returns 0, which is no node, if
// `masters` is 0, or if `key` is NULL and `key_length` is not 0. Thread safe.
uint32_t rediscluster_partition(const char *key,
                                size_t key_length,
                                uint32_t masters);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* REDISCLUSTER_H */
