/* rediscluster: N independent Redis servers that answer like one.
 *
 * Made from src/ffi by cbindgen; not to be edited.
 *
 * Functions answer a status, 0 being success. Outputs are cleared on entry and written only on success. The last parameter, which may be
 * NULL, receives an error that the caller frees. A slice of (NULL, 0) is empty. Inputs are never changed nor kept.
 */

#ifndef REDISCLUSTER_H
#define REDISCLUSTER_H

#include <stddef.h>
#include <stdint.h>

// The version of this header. `rediscluster_version` answers that of the library.
#define REDISCLUSTER_VERSION "0.6.0"

// The ABI of this header. `rediscluster_abi_version` answers that of the library; a program must not use a library with another one.
#define REDISCLUSTER_ABI_VERSION 1

// What a call answers. The values never change.
enum rediscluster_status
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  // The call succeeded. A server's own error, such as WRONGTYPE, is a reply and a success.
  REDISCLUSTER_OK = 0,
  // NULL where a value is needed, a place that a reply does not have, or an accessor for another type.
  REDISCLUSTER_ERROR_ARGUMENT = 1,
  // The configuration is bad; the message names the path of the value.
  REDISCLUSTER_ERROR_CONFIG = 2,
  // The request is not RESP, or the command cannot be routed. Nothing was sent.
  REDISCLUSTER_ERROR_REQUEST = 3,
  // The keys of the command live on several nodes, and it cannot be carried out over them. Nothing was sent. The message begins with
  // CROSSNODE.
  REDISCLUSTER_ERROR_CROSSNODE = 4,
  // No connection: refused, unreachable, or AUTH or SELECT were refused. The command was not sent.
  REDISCLUSTER_ERROR_CONNECT = 5,
  // Every connection that the node may have (pool_size) is in use. The command was not sent.
  REDISCLUSTER_ERROR_POOL = 6,
  // The server did not answer, or took no bytes, in time.
  REDISCLUSTER_ERROR_TIMEOUT = 7,
  // The connection broke.
  REDISCLUSTER_ERROR_IO = 8,
  // The server sent what is not RESP.
  REDISCLUSTER_ERROR_PROTOCOL = 9,
  // Memory for a reply could not be had.
  REDISCLUSTER_ERROR_MEMORY = 10,
  // A fault of this library.
  REDISCLUSTER_ERROR_INTERNAL = 11,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum rediscluster_status rediscluster_status;
#else
typedef int32_t rediscluster_status;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

// What a value is. The values never change; new ones may be added behind.
enum rediscluster_type
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  // A nil: no such value.
  REDISCLUSTER_TYPE_NIL = 0,
  // A string of any bytes.
  REDISCLUSTER_TYPE_STRING = 1,
  // A status, such as OK.
  REDISCLUSTER_TYPE_STATUS = 2,
  // A signed 64-bit number.
  REDISCLUSTER_TYPE_INTEGER = 3,
  // The server's own error, such as WRONGTYPE: a reply like any other.
  REDISCLUSTER_TYPE_ERROR = 4,
  // Values in order.
  REDISCLUSTER_TYPE_ARRAY = 5,
  // A nil where an array might have been.
  REDISCLUSTER_TYPE_NIL_ARRAY = 6,
  // Keys and values in turn.
  REDISCLUSTER_TYPE_MAP = 7,
  // This command got no reply. Four children tell why: the status (integer), the message (string), the alias of the node that failed
  // (string, or nil), and whether the command may have been executed (integer: 0 certainly not, 1 perhaps). See
  // `rediscluster_reply_failure`.
  REDISCLUSTER_TYPE_FAILURE = 8,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum rediscluster_type rediscluster_type;
#else
typedef int32_t rediscluster_type;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

// Where reads go. The values never change; new ones may be added behind.
enum rediscluster_read
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  // To the replicas of a master in turn; to the master where none can answer.
  REDISCLUSTER_READ_REPLICA = 0,
  // To the masters alone.
  REDISCLUSTER_READ_MASTER = 1,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum rediscluster_read rediscluster_read;
#else
typedef int32_t rediscluster_read;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

// Which servers a command is run on. The values never change; new ones may be added behind.
enum rediscluster_nodes
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  // The masters.
  REDISCLUSTER_NODES_MASTERS = 0,
  // The replicas of all masters.
  REDISCLUSTER_NODES_REPLICAS = 1,
  // Each master, and behind it its replicas.
  REDISCLUSTER_NODES_ALL = 2,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum rediscluster_nodes rediscluster_nodes;
#else
typedef int32_t rediscluster_nodes;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

// What the lowest byte of `head` says. The values never change; new ones may be added behind.
enum rediscluster_php_type
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  REDISCLUSTER_PHP_NULL = 0,
  REDISCLUSTER_PHP_FALSE = 1,
  REDISCLUSTER_PHP_TRUE = 2,
  // See `integer`.
  REDISCLUSTER_PHP_INTEGER = 3,
  // See `bytes`.
  REDISCLUSTER_PHP_STRING = 4,
  // `bytes` are for `unserialize()`; there are no objects in them.
  REDISCLUSTER_PHP_TEXT = 5,
  // The same with exceptions in them: RedisCluster\Exception and what is derived from it in the same namespace.
  REDISCLUSTER_PHP_OBJECTS = 6,
  // `bytes` are a list of strings for `explode()`: between each two stands the byte 0xff, which none of them has. It has one string at least.
  REDISCLUSTER_PHP_LIST = 7,
  // `bytes` are two such lists of as many strings, keys and values, for `array_combine()`. Between them stands 0xff too; the first has
  // `integer` bytes.
  REDISCLUSTER_PHP_PAIRS = 8,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum rediscluster_php_type rediscluster_php_type;
#else
typedef int32_t rediscluster_php_type;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

// A reply. It belongs to the caller, who frees it with `rediscluster_reply_free`; it never changes and may be read from many threads.
//
// Its values are numbered in the order in which they stand: 0 is the root, the first child of the value `at` is `at + 1`, and each value
// is followed by all that is in it, then by the value behind it.
typedef struct rediscluster_reply rediscluster_reply;

// Why a call failed. It belongs to the caller, who frees it with `rediscluster_error_free`; it never changes and may be read from many
// threads.
typedef struct rediscluster_error rediscluster_error;

typedef struct rediscluster rediscluster;

// What holds the bytes of a large answer.
typedef struct rediscluster_php_memory rediscluster_php_memory;

// One client of all servers, with what a connection to a single one would remember: MULTI and WATCH, SELECT, SUBSCRIBE. It belongs to the
// caller, who closes it with `rediscluster_session_close`.
//
// It may be used from any thread, by one at a time: a call waits for one that is under way. In a forked child every call on it fails, and the
// parent's session is not touched.
typedef struct rediscluster_session rediscluster_session;

// A value for PHP. The memory is the caller's, who fills it with zeros before it is first used, lets calls write to it, one at a time, and has
// `rediscluster_php_release` release it in the end.
typedef struct rediscluster_php_answer {
  // The lowest byte is the type (`rediscluster_php_type`); the other seven are how many `bytes` there are.
  uint64_t head;
  // The number of an integer; of pairs, how many bytes the keys have; else 0.
  int64_t integer;
  // The bytes, until the next call: up to 4096 of them stand in `small`, others are held by `memory`.
  const uint8_t *bytes;
  // NULL until there are more than 4096 bytes. The next call uses it again; who is not about to make one, or got many bytes, releases it.
  struct rediscluster_php_memory *memory;
  uint8_t small[4096];
} rediscluster_php_answer;

// An entry. Entries stand in pre-order: a value, then all that is in it, then the value behind it.
typedef struct rediscluster_entry {
  // The lowest byte is the type. The other seven are the length: the bytes of a string, status or error; the children of an
  // array, map (keys and values each count) or failure; 0 for the rest.
  uint64_t head;
  // The number of an integer; the offset, in the reply's bytes, of a string, status or error; for an array, map or failure how many
  // entries its content takes, so that the value behind it stands at its own place + 1 + data; 0 for the rest.
  int64_t data;
} rediscluster_entry;

// A reply whole, for languages that would rather read plain memory than call. It is valid as long as the reply.
typedef struct rediscluster_data {
  // The bytes that the entries point into.
  const uint8_t *bytes;
  // How many there are.
  size_t bytes_length;
  // The index: one entry a value, in order; the root is the first.
  const struct rediscluster_entry *entries;
  // How many there are.
  size_t entries_length;
} rediscluster_data;

// One value. It is valid as long as the reply.
typedef struct rediscluster_view {
  // What it is.
  rediscluster_type type;
  // The number of an integer; else 0.
  int64_t integer;
  // The bytes of a string, status or error, not NUL-terminated; else NULL.
  const uint8_t *bytes;
  // How many bytes, or how many children; a map's keys and values each count.
  size_t length;
  // The place of the value behind this one and all that is in it.
  size_t next;
} rediscluster_view;

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

// Makes a handle from a configuration in JSON. Connects to nothing.
//
// On success `*rc` is the handle. On failure it is NULL, and the error names the path of the bad value, such as
// `nodes.node_3.port: 70000 is not a port`.
rediscluster_status rediscluster_open(const char *config,
                                      size_t config_length,
                                      struct rediscluster **rc,
                                      struct rediscluster_error **error);

// Like `rediscluster_open`, but all handles on equal configurations in one process share their connections, and these stay when the last
// such handle is closed, until the process ends: so a worker that serves many requests connects once. Each handle is closed by itself.
rediscluster_status rediscluster_open_shared(const char *config,
                                             size_t config_length,
                                             struct rediscluster **rc,
                                             struct rediscluster_error **error);

// Closes a handle, and its connections unless it is a shared one. No other call on this handle may be under way then, in any thread, and
// none may follow. NULL is nothing. Replies and errors that came from it stay valid.
void rediscluster_close(struct rediscluster *rc);

// Runs the commands in `request`: one or many RESP arrays of bulk strings, as every Redis client writes them.
//
// The reply's root is an array with one child a command, in order. Commands for several nodes are all sent before any reply is waited
// for. A command that got no reply is a child of type `REDISCLUSTER_TYPE_FAILURE`, and the others are what they are. The call itself
// fails only for a bad argument, for a request that is not RESP (nothing was sent then), or for want of memory.
rediscluster_status rediscluster_execute(const struct rediscluster *rc,
                                         const char *request,
                                         size_t request_length,
                                         struct rediscluster_reply **reply,
                                         struct rediscluster_error **error);

// Runs one command given as `argc` arguments, its name first. With `argvlen` NULL the arguments are NUL-terminated; else it has their
// lengths, and they may hold any bytes.
//
// The reply's root is the command's own reply; a command that got none fails the call.
rediscluster_status rediscluster_command(const struct rediscluster *rc,
                                         size_t argc,
                                         const char *const *argv,
                                         const size_t *argvlen,
                                         struct rediscluster_reply **reply,
                                         struct rediscluster_error **error);

// Tells where a key lives, asking nobody. The reply's root is a map: `alias` (node_2), `host` and `port` or else `unix` (the others are
// nil), and `key`, the name under which it is stored, without its hash tag where that is stripped.
rediscluster_status rediscluster_node_for(const struct rediscluster *rc,
                                          const char *key,
                                          size_t key_length,
                                          struct rediscluster_reply **reply,
                                          struct rediscluster_error **error);

// Runs the one command in `request` on every master. The reply's root is a map from alias to reply, in the order node_1, node_2, …; a
// node that gave none has a `REDISCLUSTER_TYPE_FAILURE`. A server with several aliases is asked once. The command is sent as it is: its
// keys, if it has any, are neither looked for nor changed.
rediscluster_status rediscluster_each(const struct rediscluster *rc,
                                      const char *request,
                                      size_t request_length,
                                      struct rediscluster_reply **reply,
                                      struct rediscluster_error **error);

// Tells what the one command in `request` would do, and does not do it. Where that depends on the size of the operands, they are looked at.
//
// The reply's root is a map: `command`, `strategy` (`one node`, `split`, `gather`, `colocate`, `transfer`, `refuse` and others), `atomic`
// (1 or 0), `round_trips`, `nodes`, `keys` (each a map of `position`, `key` as it is stored, `node`, and `pinned`: 1 where the tag of the
// first key drew it there), `steps` (each a map of `round`, `node`, `command`; steps of one round are under way at the same time), and
// `reason`, nil unless the command is refused.
rediscluster_status rediscluster_explain(const struct rediscluster *rc,
                                         const char *request,
                                         size_t request_length,
                                         struct rediscluster_reply **reply,
                                         struct rediscluster_error **error);

// Finds what interrupted moves between nodes (RENAME, SMOVE, LMOVE and the like) have left on the servers, and brings it to an end: what had
// arrived is removed from where it came from, what had not is put back there. Until then it is kept, and not seen.
//
// A move that began less than `min_age` milliseconds ago is left alone, for it may be under way: choose it longer than any call may take. The
// reply's root is an array with a map for each thing found: `node`, `key` (the hidden one), `command`, `source`, `destination`, `age` in
// milliseconds, `outcome` (`finished`, `undone`, `removed`: a copy that was not needed, `young`, `waiting`) and `reason`, nil unless it waits.
rediscluster_status rediscluster_recover(const struct rediscluster *rc,
                                         uint64_t min_age,
                                         struct rediscluster_reply **reply,
                                         struct rediscluster_error **error);

// The status that the failed call answered. NULL: `REDISCLUSTER_ERROR_ARGUMENT`.
rediscluster_status rediscluster_error_code(const struct rediscluster_error *error);

// What went wrong, in words: UTF-8, NUL-terminated, valid as long as the error. Of a transport failure it names the node, its address,
// the command, and whether that may have been executed. NULL: NULL.
const char *rediscluster_error_message(const struct rediscluster_error *error);

// The alias of the node that failed, such as node_2, NUL-terminated, valid as long as the error; NULL when no node did, and for NULL.
const char *rediscluster_error_node(const struct rediscluster_error *error);

// Whether a server may have executed the command: 0 certainly not, 1 perhaps. NULL: -1.
int32_t rediscluster_error_executed(const struct rediscluster_error *error);

// Frees an error. NULL is nothing.
void rediscluster_error_free(struct rediscluster_error *error);

// Makes another view of a handle, which reads from elsewhere (`rediscluster_read`) than the configuration says and is otherwise the same: it
// shares configuration and connections, and costs next to nothing. It is closed by itself, before or after the one that it was made from.
rediscluster_status rediscluster_with_read(const struct rediscluster *rc,
                                           int32_t read,
                                           struct rediscluster **view,
                                           struct rediscluster_error **error);

// Runs the one command in `request` as `rediscluster_each` does, on the servers that `nodes` (`rediscluster_nodes`) says. The replicas of
// node_1 are called `node_1_slave`, `node_1_slave_2` and so on. The masters are asked for their replicas first, unless the configuration
// names them (`master_of`) or forbids asking (`refresh_interval` 0).
rediscluster_status rediscluster_each_on(const struct rediscluster *rc,
                                         int32_t nodes,
                                         const char *request,
                                         size_t request_length,
                                         struct rediscluster_reply **reply,
                                         struct rediscluster_error **error);

// The number of the node, from 1, of `masters` that the bytes of `key` hash to: crc32(key) % masters + 1. The key is hashed as it is: hash
// tags are for `rediscluster_node_for`. Answers 0, which is no node, when `masters` is 0 or `key` is NULL with a length. Thread safe.
uint32_t rediscluster_partition(const char *key,
                                size_t key_length,
                                uint32_t masters);

// Runs one command and answers its reply. `request` is an array of its arguments, as `serialize()` writes it: strings, numbers, true ("1"),
// false and null (""). Arrays in it are opened; one under the key `pairs` yields its keys and values in turn.
//
// Or it is a list of arguments as `implode()` joins it with the byte 0xff, and behind it that byte, the command's name, that byte, the number of
// arguments, the name included, and that byte. Where `pairs` and that byte follow, all keys come before all values. An argument with the byte 0xff
// is found out by the number, and fails as a RequestException.
//
// `form` is the sum of 1 (nil is false, not null), 2 (a status is true, not a string) and 4 (the outermost array becomes key => value). A
// server's error, and a command that got no reply, are answers too: exceptions. The call itself fails for bad arguments only.
rediscluster_status rediscluster_php_run(const struct rediscluster *rc,
                                         const char *request,
                                         size_t request_length,
                                         int64_t form,
                                         struct rediscluster_php_answer *answer,
                                         struct rediscluster_error **error);

// Runs many commands and answers an array of their replies. `request` is, as `serialize()` writes it, an array of two: the form of all replies
// or an array with the form of each; and an array of commands, each as for `rediscluster_php_run`. For a reply that is an array, as EXEC's is,
// an array may stand in place of its form: that form, and those of the elements.
//
// Or it is a list of the arguments of all, names included, as `implode()` joins it with the byte 0xff, and behind it, with that byte before each
// and once more at the end, the form of all replies, the number of commands, and how many arguments each of them has.
rediscluster_status rediscluster_php_run_all(const struct rediscluster *rc,
                                             const char *request,
                                             size_t request_length,
                                             struct rediscluster_php_answer *answer,
                                             struct rediscluster_error **error);

// `rediscluster_each_on` for PHP.
rediscluster_status rediscluster_php_each(const struct rediscluster *rc,
                                          int32_t nodes,
                                          const char *request,
                                          size_t request_length,
                                          struct rediscluster_php_answer *answer,
                                          struct rediscluster_error **error);

// `rediscluster_explain` for PHP.
rediscluster_status rediscluster_php_explain(const struct rediscluster *rc,
                                             const char *request,
                                             size_t request_length,
                                             struct rediscluster_php_answer *answer,
                                             struct rediscluster_error **error);

// `rediscluster_node_for` for PHP.
rediscluster_status rediscluster_php_node_for(const struct rediscluster *rc,
                                              const char *key,
                                              size_t key_length,
                                              struct rediscluster_php_answer *answer,
                                              struct rediscluster_error **error);

// `rediscluster_recover` for PHP.
rediscluster_status rediscluster_php_recover(const struct rediscluster *rc,
                                             uint64_t min_age,
                                             struct rediscluster_php_answer *answer,
                                             struct rediscluster_error **error);

// Releases the memory behind an answer, whose bytes are gone then. NULL is nothing.
void rediscluster_php_release(struct rediscluster_php_answer *answer);

// Runs one command as `rediscluster_php_run` does, on a session. The SUBSCRIBE family answers an array of its confirmations when it names
// several channels or patterns, and none is an array without elements.
rediscluster_status rediscluster_php_session_run(const struct rediscluster_session *session,
                                                 const char *request,
                                                 size_t request_length,
                                                 int64_t form,
                                                 struct rediscluster_php_answer *answer,
                                                 struct rediscluster_error **error);

// Runs many commands as `rediscluster_php_run_all` does, on a session. The SUBSCRIBE family answers once a channel or pattern, and nothing
// behind a QUIT is answered.
rediscluster_status rediscluster_php_session_run_all(const struct rediscluster_session *session,
                                                     const char *request,
                                                     size_t request_length,
                                                     struct rediscluster_php_answer *answer,
                                                     struct rediscluster_error **error);

// `rediscluster_session_receive` for PHP: null when the time is up or somebody interrupted.
rediscluster_status rediscluster_php_session_receive(const struct rediscluster_session *session,
                                                     int64_t timeout,
                                                     struct rediscluster_php_answer *answer,
                                                     struct rediscluster_error **error);

// The bytes and the index of a reply in one call.
rediscluster_status rediscluster_reply_data(const struct rediscluster_reply *reply,
                                            struct rediscluster_data *data,
                                            struct rediscluster_error **error);

// The value at a place of the reply, 0 being the root.
rediscluster_status rediscluster_reply_view(const struct rediscluster_reply *reply,
                                            size_t at,
                                            struct rediscluster_view *view,
                                            struct rediscluster_error **error);

// The type of the value at a place of the reply.
rediscluster_status rediscluster_reply_type(const struct rediscluster_reply *reply,
                                            size_t at,
                                            rediscluster_type *type,
                                            struct rediscluster_error **error);

// The number of an integer.
rediscluster_status rediscluster_reply_integer(const struct rediscluster_reply *reply,
                                               size_t at,
                                               int64_t *integer,
                                               struct rediscluster_error **error);

// The bytes of a string, status or error, not NUL-terminated, valid as long as the reply.
rediscluster_status rediscluster_reply_bytes(const struct rediscluster_reply *reply,
                                             size_t at,
                                             const uint8_t **bytes,
                                             size_t *length,
                                             struct rediscluster_error **error);

// How many children an array, map or failure has (a map's keys and values each count), or how many bytes a string, status or error.
rediscluster_status rediscluster_reply_length(const struct rediscluster_reply *reply,
                                              size_t at,
                                              size_t *length,
                                              struct rediscluster_error **error);

// The place of the `nth` child, counted from 0, of an array, map or failure. To walk through many children, go from `at + 1` on by the
// `next` of each view.
rediscluster_status rediscluster_reply_element(const struct rediscluster_reply *reply,
                                               size_t at,
                                               size_t nth,
                                               size_t *element,
                                               struct rediscluster_error **error);

// The error that a `REDISCLUSTER_TYPE_FAILURE` stands for, as the call would have given it had the command been alone. It belongs to the
// caller, who frees it.
rediscluster_status rediscluster_reply_failure(const struct rediscluster_reply *reply,
                                               size_t at,
                                               struct rediscluster_error **failure,
                                               struct rediscluster_error **error);

// Frees a reply, and with it all that points into it. NULL is nothing.
void rediscluster_reply_free(struct rediscluster_reply *reply);

// Makes a session on the servers of a handle, which may be closed before it. Connects to nothing: connections of the session's own, beside
// those of the handle, are made when a transaction or a subscription needs them.
rediscluster_status rediscluster_session_open(const struct rediscluster *rc,
                                              struct rediscluster_session **session,
                                              struct rediscluster_error **error);

// Runs the commands in `request`, as `rediscluster_execute` does, and those that have a state too.
//
// The reply's root is an array with one child a command, in order; but the SUBSCRIBE family answers one a channel or pattern, as a server
// does, and nothing behind a QUIT is answered.
rediscluster_status rediscluster_session_execute(const struct rediscluster_session *session,
                                                 const char *request,
                                                 size_t request_length,
                                                 struct rediscluster_reply **reply,
                                                 struct rediscluster_error **error);

// Waits for the next message of any server, for `timeout` milliseconds, 0 looking once and a negative number waiting for ever. The reply is
// an array as a server would send it: `message`, channel, text; `pmessage`, pattern, channel, text; `smessage`, channel, text. It is NULL,
// and the call a success, when the time is up or somebody interrupted.
//
// When the connection to a server was lost, the call fails and names the node, as messages may have been lost with it; the next call
// subscribes there again.
rediscluster_status rediscluster_session_receive(const struct rediscluster_session *session,
                                                 int64_t timeout,
                                                 struct rediscluster_reply **reply,
                                                 struct rediscluster_error **error);

// Takes the next bytes of a stream of requests, cut anywhere, and runs every command that is whole. `rediscluster_session_read` hands out the
// replies as RESP2. With these two a session stands where a client of some language expects a socket.
//
// A stream that is not one of RESP arrays of bulk strings fails the call and closes the session.
rediscluster_status rediscluster_session_write(const struct rediscluster_session *session,
                                               const char *data,
                                               size_t length,
                                               struct rediscluster_error **error);

// Copies up to `capacity` bytes of what the session has to say to `buffer`: replies, and, while it is subscribed, messages. Where there is
// nothing it waits, for `timeout` milliseconds, or for ever if that is negative. `*length` of 0: the time is up, or somebody interrupted.
rediscluster_status rediscluster_session_read(const struct rediscluster_session *session,
                                              int64_t timeout,
                                              char *buffer,
                                              size_t capacity,
                                              size_t *length,
                                              struct rediscluster_error **error);

// Ends a call that waits in `rediscluster_session_receive` or `rediscluster_session_read`, as if its time were up; when none waits, the next
// that would wait returns at once. It never waits itself and may be called from any thread, also while the session is in use. NULL is nothing.
void rediscluster_session_interrupt(const struct rediscluster_session *session);

// Closes a session and its own connections: what was queued or watched is forgotten. No other call on it may be under way then, in any thread,
// and none may follow. NULL is nothing.
void rediscluster_session_close(struct rediscluster_session *session);

// The version of the library: NUL-terminated, never freed. Thread safe.
const char *rediscluster_version(void);

// The ABI of the library, which is also the number in its soname. Thread safe.
uint32_t rediscluster_abi_version(void);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* REDISCLUSTER_H */
