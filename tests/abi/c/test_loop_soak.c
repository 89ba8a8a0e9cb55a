/* Random requests, subscriptions, cancellations and forks on a loop: each reply has the tag of its request, and no descriptor, no thread and
 * no memory is left. SOAK_SECONDS is how long (2), SEED repeats the choices. `make loop-soak` runs it for longer. */
#include <dirent.h>
#include <malloc.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "loop.h"

enum { TAGS = 500, STEPS = 20000, KEYS = 100, WARM_UP = 3, MAX_LONG = 40 /* fewer than there are threads for them */ };

/* What a tag is in use for. */
typedef enum { FREE, GET, OTHER, BLOCKED, SUBSCRIPTION } use;

static use uses[TAGS];
static uint64_t state; /* of the random numbers */
static rediscluster *cluster;
static rediscluster_loop *loop;
static unsigned long_lived;
static long replies, cancellations, forks;

static unsigned draw(unsigned below) {
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (unsigned)(state >> 33) % below;
}

static int count_entries(const char *folder) {
    int count = 0;
    DIR *entries = opendir(folder);
    if (!entries) return 0;
    while (readdir(entries)) count++;
    closedir(entries);
    return count;
}

/* Waits until a folder of /proc has no more entries than before: threads end on their own. */
static void check_count(const char *folder, int before) {
    int tries = 0;
    while (count_entries(folder) > before && tries++ < LOOP_PATIENCE_MS) poll(NULL, 0, 1);
    CHECK(count_entries(folder) <= before);
}

static size_t memory_in_use(void) {
#if __GLIBC_PREREQ(2, 33)
    return mallinfo2().uordblks;
#else
    return 0;
#endif
}

static void begin(unsigned tag, int may_last) {
    char line[160];
    unsigned key = draw(KEYS), kind = draw(may_last ? 20 : 17);
    uses[tag] = OTHER;
    if (kind < 12) {
        uses[tag] = GET;
        sprintf(line, "GET soak:%u", tag % KEYS);
    } else if (kind < 14) sprintf(line, "MGET soak:%u soak:%u soak:%u", key, draw(KEYS), draw(KEYS));
    else if (kind < 15) sprintf(line, "PUBLISH news:%u text", key);
    else if (kind < 16) sprintf(line, "RPOPLPUSH list:%u list:%u", key, draw(KEYS));
    else if (kind < 17) sprintf(line, "SUNIONSTORE set:%u set:%u set:%u", key, draw(KEYS), draw(KEYS));
    else if (kind < 18) {
        uses[tag] = BLOCKED;
        long_lived++;
        sprintf(line, "BLPOP none:%u 0", key);
    } else {
        uses[tag] = SUBSCRIPTION;
        long_lived++;
        sprintf(line, kind < 19 ? "SUBSCRIBE news:%u" : "PSUBSCRIBE news:%u*", key);
        loop_subscribe(loop, line, tag);
        return;
    }
    loop_submit(loop, line, tag);
}

static void cancel(unsigned tag) {
    int32_t cancelled = 7;
    CHECK_INT(rediscluster_loop_cancel(loop, tag, &cancelled, NULL), REDISCLUSTER_OK);
    CHECK_INT(cancelled, uses[tag] != FREE);
    cancellations += cancelled;
    long_lived -= uses[tag] >= BLOCKED;
    uses[tag] = FREE;
}

static void take(void) {
    rediscluster_reply *reply;
    uint64_t tag;
    loop_wait(loop);
    while ((reply = loop_take(loop, &tag))) {
        if (!CHECK(tag < TAGS && uses[tag] != FREE && uses[tag] != BLOCKED)) exit(check_done());
        if (uses[tag] == GET) {
            char expected[16];
            sprintf(expected, "%d", (int)(tag % KEYS) * 7);
            CHECK_STRING(reply, 0, expected);
        }
        if (uses[tag] != SUBSCRIPTION) uses[tag] = FREE;
        rediscluster_reply_free(reply);
        replies++;
    }
}

/* The child cannot use the loop, and ends without a trace. */
static void fork_child(void) {
    int status = 0;
    pid_t child = fork();
    if (child == 0) {
        int32_t cancelled = 0;
        int failed = rediscluster_loop_process(loop, NULL) != REDISCLUSTER_ERROR_REQUEST;
        failed |= rediscluster_loop_cancel(loop, draw(TAGS), &cancelled, NULL) != REDISCLUSTER_ERROR_REQUEST;
        if (draw(2)) rediscluster_loop_free(loop);
        _exit(failed);
    }
    CHECK(waitpid(child, &status, 0) == child);
    CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    forks++;
}

/* Whether a request that is certain to end is in flight. */
static int awaits_replies(void) {
    unsigned tag;
    for (tag = 0; tag < TAGS; tag++)
        if (uses[tag] == GET || uses[tag] == OTHER) return 1;
    return 0;
}

/* A loop from its opening to its end, on a handle of its own. */
static void run_loop(int steps) {
    unsigned tag;
    cluster = cluster_open(cluster_config());
    loop = loop_open(cluster);
    for (; steps; steps--) {
        tag = draw(TAGS);
        if (uses[tag] == FREE) begin(tag, long_lived < MAX_LONG);
        else if (uses[tag] >= BLOCKED || draw(4) == 0) cancel(tag);
        if (draw(20) == 0) take();
        if (draw(4000) == 0) fork_child();
    }
    if (draw(2)) /* Otherwise the loop ends with requests in flight. */
        while (awaits_replies()) take();
    memset(uses, 0, sizeof uses);
    long_lived = 0;
    rediscluster_loop_free(loop);
    rediscluster_close(cluster);
}

static void store(void) {
    int key;
    char name[32], value[16];
    cluster = cluster_open(cluster_config());
    for (key = 0; key < KEYS; key++) {
        sprintf(name, "soak:%d", key);
        sprintf(value, "%d", key * 7);
        rediscluster_reply_free(cluster_command(cluster, "SET", name, value, NULL));
        sprintf(name, "list:%d", key);
        rediscluster_reply_free(cluster_command(cluster, "RPUSH", name, value, NULL));
        sprintf(name, "set:%d", key);
        rediscluster_reply_free(cluster_command(cluster, "SADD", name, value, NULL));
    }
    rediscluster_close(cluster);
}

int main(void) {
    const char *seconds = getenv("SOAK_SECONDS"), *seed = getenv("SEED");
    time_t end = time(NULL) + (seconds ? atoi(seconds) : 2);
    int loops, descriptors = count_entries("/proc/self/fd"), threads = count_entries("/proc/self/task");
    size_t before = 0, room = 512 << 10;
    mallopt(M_ARENA_MAX, 1); /* so that the memory of all threads is counted */
    state = seed ? strtoull(seed, NULL, 10) * 2 + 1 : 0x9e3779b97f4a7c15u;
    store();
    for (loops = 0; loops < WARM_UP + 1 || time(NULL) < end; loops++) {
        run_loop(getenv("REDISCLUSTER_TEST_SMALL") ? STEPS / 20 : STEPS);
        check_count("/proc/self/task", threads);
        check_count("/proc/self/fd", descriptors);
        if (loops == WARM_UP) before = memory_in_use();
    }
    if (seconds) printf("%d loops, %ld replies, %ld cancellations, %ld forks, memory in use %lu, then %lu\n", loops, replies, cancellations, forks,
                        (unsigned long)before, (unsigned long)memory_in_use());
    CHECK(memory_in_use() <= before + room);
    return check_done();
}
