/* Commands over several servers as a C programmer writes them with hiredis: send to both servers before reading either reply, send
 * large values in chunks, and make the result visible in one step. */
#ifndef HIREDIS_COMMANDS_H
#define HIREDIS_COMMANDS_H

#include "member_table.h"
#include "nodes.h"

/* A key and the connection to its server. */
typedef struct located_key {
  const char *key;
  redisContext *node;
} located_key;

/* Returns a key that begins with prefix and belongs to the node, from 0. Stores nothing. */
located_key located_key_on(const hiredis_nodes *nodes, const char *prefix, int node);

enum { MAX_ARGUMENTS = 8 };

/* A command of NUL-terminated arguments. */
typedef struct text_command {
  size_t argc;
  const char *argv[MAX_ARGUMENTS];
} text_command;

/* Both send a command and do not wait for the reply. */
void hiredis_send_argv(redisContext *node, size_t argc, const char **argv, const size_t *lengths);
void hiredis_send(redisContext *node, text_command command);
/* Reads the next reply, and exits if it is an error. The caller frees it. */
redisReply *hiredis_read(redisContext *node);
/* Reads and frees replies. */
void hiredis_discard(redisContext *node, size_t replies);

/* Sends a command to the servers of a and b before it reads either reply. The key replaces argv[1]. */
void hiredis_run_on_both(located_key a, located_key b, text_command command, redisReply *replies[2]);
void hiredis_free_both(redisReply *replies[2]);

/* Returns a table of the members in a reply to SMEMBERS, with space for additional ones. */
member_table hiredis_member_table(const redisReply *set, size_t additional);
/* Returns a table of the members of two sets, which point into the replies. */
member_table hiredis_union(located_key a, located_key b, redisReply *replies[2]);

/* A command with many arguments, split into commands of at most `capacity` arguments: SADD key …, SADD key …. They are sent as they
 * fill up, and their replies are read at the end. */
typedef struct chunked_command {
  redisContext *node;
  const char **argv;
  size_t *lengths;
  size_t argc, prefix_argc, capacity; /* of the current chunk; each chunk begins with the prefix */
  size_t chunks_sent;
} chunked_command;

/* key is NULL for commands such as MGET, whose arguments are all added. */
chunked_command chunked_command_new(redisContext *node, const char *name, const char *key, size_t max_added);
/* The bytes must be valid until chunked_command_finish. */
void chunked_command_add(chunked_command *command, const char *bytes, size_t length);
/* Sends the current chunk, unless it has no added argument. */
void chunked_command_flush(chunked_command *command);
/* Sends the rest, frees the command and returns the number of replies to read. */
size_t chunked_command_finish(chunked_command *command);

/* The key that holds an incomplete result. */
extern const char STAGING_KEY[];
/* Reads the replies to the staging commands, and replaces the destination by the staging key on its server in one step. */
void hiredis_commit_staged(located_key destination, size_t staging_replies);

#endif
