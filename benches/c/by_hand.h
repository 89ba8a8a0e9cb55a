/* What a user without the library writes for commands over several servers: requests to two of them before either is read, large values in
 * chunks, and a result that appears in one step. */
#ifndef BY_HAND_H
#define BY_HAND_H

#include "members.h"
#include "nodes.h"

/* A key and the connection to the server that has it. */
typedef struct place {
  const char *key;
  redisContext *node;
} place;

/* A key that begins with prefix and lives on that node, from 0; nothing is there. */
place place_on(const peers *by_hand, const char *prefix, int node);

enum { MOST_WORDS = 8 };

/* A command: NUL-terminated words. */
typedef struct words {
  size_t count;
  const char *word[MOST_WORDS];
} words;

/* Sends at once, and does not wait for the reply. */
void by_hand_send(redisContext *node, size_t argc, const char **argv, const size_t *lengths);
void by_hand_send_words(redisContext *node, words command);
/* The next reply; ends the program if it is an error. Free it. */
redisReply *by_hand_reply(redisContext *node);
/* Takes so many replies and frees them. */
void by_hand_skip(redisContext *node, size_t replies);

/* Asks both servers before it reads either. The second word of the command becomes the key. */
void by_hand_both(place a, place b, words command, redisReply *reply[2]);

void by_hand_free_both(redisReply *reply[2]);

/* The members of a set that was read, and room for so many more. */
members by_hand_table(const redisReply *set, size_t room);
/* The members of two sets; the replies have to live as long. */
members by_hand_union(place a, place b, redisReply *reply[2]);

/* A command of any number of arguments, sent in chunks: SADD key …, SADD key …; none is waited for until the end. */
typedef struct chunks {
  redisContext *node;
  const char **argv;
  size_t *lengths;
  size_t argc, head, most, sent;
} chunks;

chunks chunks_of(redisContext *node, const char *command, const char *key, size_t most);
void chunks_add(chunks *to, const char *bytes, size_t length); /* the bytes have to stay until chunks_sent */
void chunks_send(chunks *rest);
size_t chunks_sent(chunks *rest); /* sends the rest and answers how many replies are to come */

/* A name for what is not ready yet. */
extern const char STAGED[];
/* What is staged on the server of the destination becomes it, in one step; replies of the staging are taken first. */
void by_hand_publish(place destination, size_t staging_replies);

#endif
