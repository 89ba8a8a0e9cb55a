/* Runs commands with hiredis, one by one and as one pipeline, and prints every reply. Arguments: a port, the file of commands. */
#include <hiredis/hiredis.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_WORDS = 64, MAX_LINE = 1024, MAX_LINES = 1000 };

static int compare(const void *a, const void *b) {
    return strcmp((*(redisReply *const *)a)->str, (*(redisReply *const *)b)->str);
}

static void print(const redisReply *reply, int unordered) {
    switch (reply->type) {
    case REDIS_REPLY_INTEGER:
        printf("%lld", reply->integer);
        break;
    case REDIS_REPLY_NIL:
        printf("nil");
        break;
    case REDIS_REPLY_ARRAY:
        if (unordered)
            qsort(reply->element, reply->elements, sizeof *reply->element, compare);
        printf("[");
        for (size_t i = 0; i < reply->elements; i++) {
            printf(i ? " " : "");
            print(reply->element[i], 0);
        }
        printf("]");
        break;
    default:
        printf("%d:", reply->type);
        fwrite(reply->str, 1, reply->len, stdout);
    }
}

static void show(redisContext *context, const char *line, redisReply *reply) {
    if (reply == NULL) {
        fprintf(stderr, "%s: %s\n", line, context->errstr);
        exit(1);
    }
    printf("%s -> ", line);
    print(reply, line[0] == '~');
    printf("\n");
    freeReplyObject(reply);
}

static int split(char *line, const char **words) {
    int count = 0;
    for (char *word = strtok(line, " "); word && count < MAX_WORDS; word = strtok(NULL, " "))
        words[count++] = word;
    return count;
}

static size_t read_lines(const char *path, char lines[][MAX_LINE]) {
    size_t count = 0;
    FILE *file = fopen(path, "r");
    if (file == NULL) {
        perror(path);
        exit(1);
    }
    while (count < MAX_LINES && fgets(lines[count], MAX_LINE, file)) {
        lines[count][strcspn(lines[count], "\n")] = 0;
        if (lines[count][0] && lines[count][0] != '#')
            count++;
    }
    fclose(file);
    return count;
}

int main(int argc, char **argv) {
    static char lines[MAX_LINES][MAX_LINE];
    const char *words[MAX_WORDS];
    char copy[MAX_LINE];
    if (argc != 3)
        return 2;
    size_t count = read_lines(argv[2], lines);
    redisContext *context = redisConnect("127.0.0.1", atoi(argv[1]));
    if (context == NULL || context->err)
        return 1;
    for (int pipelined = 0; pipelined < 2; pipelined++) {
        show(context, "FLUSHALL", redisCommand(context, "FLUSHALL"));
        show(context, "SCRIPT FLUSH", redisCommand(context, "SCRIPT FLUSH"));
        for (size_t i = 0; i < count; i++) {
            strcpy(copy, lines[i] + (lines[i][0] == '~'));
            int length = split(copy, words);
            if (pipelined)
                redisAppendCommandArgv(context, length, words, NULL);
            else
                show(context, lines[i], redisCommandArgv(context, length, words, NULL));
        }
        for (size_t i = 0; pipelined && i < count; i++) {
            redisReply *reply = NULL;
            redisGetReply(context, (void **)&reply);
            show(context, lines[i], reply);
        }
    }
    show(context, "MULTI", redisCommand(context, "MULTI"));
    show(context, "SET", redisCommand(context, "SET {t}a %b", "\0\r\n", (size_t)3));
    show(context, "STRLEN", redisCommand(context, "STRLEN {t}a"));
    show(context, "EXEC", redisCommand(context, "EXEC"));
    show(context, "SUBSCRIBE", redisCommand(context, "SUBSCRIBE c1"));
    redisFree(context);
    return 0;
}
