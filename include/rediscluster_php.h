/* The private interface between librediscluster and its PHP binding.
 *
 * Generated from src/ffi/php by cbindgen; do not edit. Not for other programs: it may change in any release, together with its number
 * REDISCLUSTER_PHP_INTERFACE_VERSION, while REDISCLUSTER_ABI_VERSION stays.
 *
 * The conventions of rediscluster.h apply, except that a rediscluster_php_reply is memory of the caller.
 */

#ifndef REDISCLUSTER_PHP_H
#define REDISCLUSTER_PHP_H

#include "rediscluster.h"

// The PHP interface that this header describes. It changes with every change of this header, independently of `REDISCLUSTER_ABI_VERSION`.
// `rediscluster_php_interface_version` returns that of the loaded library; the PHP binding uses no library with another number.
#define REDISCLUSTER_PHP_INTERFACE_VERSION 1

// The type of a reply, in the lowest byte of `head`. Values never change within one interface number.
enum rediscluster_php_type
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  // null
  REDISCLUSTER_PHP_NULL = 0,
  // false
  REDISCLUSTER_PHP_FALSE = 1,
  // true
  REDISCLUSTER_PHP_TRUE = 2,
  // An int, in `integer`.
  REDISCLUSTER_PHP_INTEGER = 3,
  // A string, in `bytes`.
  REDISCLUSTER_PHP_STRING = 4,
  // `bytes` are for `unserialize()` and contain no objects.
  REDISCLUSTER_PHP_TEXT = 5,
  // `bytes` are for `unserialize()` and contain exceptions: RedisCluster\Exception and its subclasses in that namespace.
  REDISCLUSTER_PHP_OBJECTS = 6,
  // `bytes` are a list of at least one string for `explode()`. The byte 0xff separates the strings; no string contains it.
  REDISCLUSTER_PHP_LIST = 7,
  // `bytes` are two such lists of equal length, keys and values, for `array_combine()`, separated by the byte 0xff. The first list has
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

// The memory of a large reply.
typedef struct rediscluster_php_buffer rediscluster_php_buffer;

// A reply as a value of PHP.
//
// The caller provides the memory, which need not be initialised: a call only writes to it. A call that fails leaves the type
// `REDISCLUSTER_PHP_NULL` and a NULL `buffer`. If a call leaves a `buffer` that is not NULL, the caller must pass the struct to
// `rediscluster_php_release` before it passes the struct to another call, else that memory leaks. One thread at a time may use a struct.
typedef struct rediscluster_php_reply {
  // The lowest byte is the type (`rediscluster_php_type`); the other seven bytes are the number of `bytes`.
  uint64_t head;
  // The value of an integer; for pairs, the number of bytes of the keys; else 0.
  int64_t integer;
  // The bytes, not NUL-terminated: up to 4096 of them are in `small`, more are in memory that `buffer` holds. NULL if the type has no bytes.
  const uint8_t *bytes;
  // The memory of more than 4096 bytes, else NULL. `rediscluster_php_release` frees it or keeps it for a later reply.
  struct rediscluster_php_buffer *buffer;
  // Up to 4096 bytes. The rest of the array is not written.
  uint8_t small[4096];
} rediscluster_php_reply;

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

// Returns the number of the PHP interface of the loaded library. Thread safe.
uint32_t rediscluster_php_interface_version(void);

// Releases the `buffer` of a reply, if it has one, and sets `buffer` and `bytes` to NULL. NULL is a no-op.
//
// The struct must have been filled by a call: its `buffer` is read.
void rediscluster_php_release(struct rediscluster_php_reply *reply);

// Runs one command. `request` has its arguments, its name first, in one of two encodings.
//
// 1. An array as `serialize()` writes it: strings, numbers, true ("1"), false and null (""). Nested arrays are flattened; one under the key
//    `pairs` gives its keys and values in turn.
// 2. A list as `implode()` joins it, each part followed by the byte 0xff: all arguments after the name, the name, and the number of arguments
//    including the name. If `pairs` and 0xff follow, the first half of the arguments are keys and the second half their values. An argument
//    that contains the byte 0xff makes the count mismatch, and the command fails with a RequestException.
//
// `format` is the sum of 1 (nil becomes false, not null), 2 (a status becomes true, not a string) and 4 (the outermost array becomes
// key => value). An error reply, and the error of a command that got no reply, are replies too: exceptions. The call itself fails only for a
// bad argument or if memory runs out.
rediscluster_status rediscluster_php_command(const rediscluster *cluster,
                                             const char *request,
                                             size_t request_length,
                                             int64_t format,
                                             struct rediscluster_php_reply *reply,
                                             rediscluster_error **error);

// Runs many commands; the reply is an array of their replies. `request` has one of two encodings.
//
// 1. An array of two as `serialize()` writes it: the format of all replies, or an array with the format of each; and an array of commands, each
//    as for `rediscluster_php_command`. For a reply that is an array, as that of EXEC, its format may be an array: the format of the reply
//    itself, then those of its elements.
// 2. One command after the other: a head, then each argument, its name first, as the number of its bytes, `:` and the bytes. The head is eight
//    times the number of arguments plus the format of the reply (as for `rediscluster_php_command`), and `:`. At the end `:`, the number of
//    commands, `:`, the format of all replies or nothing if each has that of its head, and the byte 0xfe.
rediscluster_status rediscluster_php_execute(const rediscluster *cluster,
                                             const char *request,
                                             size_t request_length,
                                             struct rediscluster_php_reply *reply,
                                             rediscluster_error **error);

// `rediscluster_each_on` for PHP. `request` is one command as for `rediscluster_php_command`.
rediscluster_status rediscluster_php_each(const rediscluster *cluster,
                                          int32_t nodes,
                                          const char *request,
                                          size_t request_length,
                                          struct rediscluster_php_reply *reply,
                                          rediscluster_error **error);

// `rediscluster_explain` for PHP. `request` is one command as for `rediscluster_php_command`.
rediscluster_status rediscluster_php_explain(const rediscluster *cluster,
                                             const char *request,
                                             size_t request_length,
                                             struct rediscluster_php_reply *reply,
                                             rediscluster_error **error);

// `rediscluster_node_for` for PHP.
rediscluster_status rediscluster_php_node_for(const rediscluster *cluster,
                                              const char *key,
                                              size_t key_length,
                                              struct rediscluster_php_reply *reply,
                                              rediscluster_error **error);

// `rediscluster_node_list` for PHP.
rediscluster_status rediscluster_php_node_list(const rediscluster *cluster,
                                               int32_t discover,
                                               struct rediscluster_php_reply *reply,
                                               rediscluster_error **error);

// `rediscluster_stats` for PHP.
rediscluster_status rediscluster_php_stats(const rediscluster *cluster,
                                           struct rediscluster_php_reply *reply,
                                           rediscluster_error **error);

// `rediscluster_recover` for PHP.
rediscluster_status rediscluster_php_recover(const rediscluster *cluster,
                                             uint64_t min_age_ms,
                                             struct rediscluster_php_reply *reply,
                                             rediscluster_error **error);

// `rediscluster_recover_to` for PHP.
rediscluster_status rediscluster_php_recover_to(const rediscluster *cluster,
                                                const char *hidden_key,
                                                size_t hidden_key_length,
                                                const char *key,
                                                size_t key_length,
                                                struct rediscluster_php_reply *reply,
                                                rediscluster_error **error);

// Runs one command on a session, as `rediscluster_php_command` does on a cluster. SUBSCRIBE and similar commands that name several channels or
// patterns have an array of confirmations as their reply. A command that the session does not answer, as after QUIT, has an empty array.
rediscluster_status rediscluster_php_session_command(const rediscluster_session *session,
                                                     const char *request,
                                                     size_t request_length,
                                                     int64_t format,
                                                     struct rediscluster_php_reply *reply,
                                                     rediscluster_error **error);

// Runs many commands on a session, as `rediscluster_php_execute` does on a cluster. SUBSCRIBE and similar commands have one reply per channel or
// pattern, and commands after a QUIT have none.
rediscluster_status rediscluster_php_session_execute(const rediscluster_session *session,
                                                     const char *request,
                                                     size_t request_length,
                                                     struct rediscluster_php_reply *reply,
                                                     rediscluster_error **error);

// `rediscluster_session_receive` for PHP. The reply is null if the time is up or the call was interrupted.
rediscluster_status rediscluster_php_session_receive(const rediscluster_session *session,
                                                     int64_t timeout_ms,
                                                     struct rediscluster_php_reply *reply,
                                                     rediscluster_error **error);

// Keeps the events of all handles of this process for `rediscluster_php_log_take`, the newest 256 of them (1), or ends that and drops them (0).
// It takes the place of a function of `rediscluster_set_log`. Thread safe.
void rediscluster_php_log_keep(int32_t keep);

// Whether events are kept: 1 or 0. Thread safe.
int32_t rediscluster_php_log_pending(void);

// Takes the events that are kept, the oldest first: an array of maps of `level` (`info`, `warning` or `error`), and `kind`, `server` and `message`
// as in `rediscluster_log_event`.
rediscluster_status rediscluster_php_log_take(struct rediscluster_php_reply *reply,
                                              rediscluster_error **error);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* REDISCLUSTER_PHP_H */
