/* A process whose address space is limited (RLIMIT_AS): whatever the limit, a call succeeds or fails with REDISCLUSTER_ERROR_MEMORY. The process is
 * never aborted, and its handle goes on to work. RUNS (30) children run one command each with limits that differ. */
#include "cluster.h"

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

enum { KEYS = 20000, MEMBERS = 20000, KINDS = 6 };

static rediscluster *cluster;
static const char *kinds[KINDS] = {"pipeline", "MGET", "ZUNIONSTORE", "SUNION", "MSET", "a value of 4 MiB"};
static request pipeline;
static const char **mget, **mset;
static char *names;
static char *large;

/* The size of the process in bytes. */
static rlim_t address_space(void) {
    unsigned long pages = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    if (!file || fscanf(file, "%lu", &pages) != 1) abort();
    fclose(file);
    return (rlim_t)pages * (rlim_t)sysconf(_SC_PAGESIZE);
}

static void limit_address_space(rlim_t bytes) {
    struct rlimit limit;
    getrlimit(RLIMIT_AS, &limit);
    limit.rlim_cur = bytes;
    if (setrlimit(RLIMIT_AS, &limit) != 0) abort();
}

static void prepare(void) {
    request fill = {NULL, 0, 0};
    char word[32], score[32];
    int i, set;
    names = (char *)malloc(KEYS * 16);
    mget = (const char **)malloc((KEYS + 1) * sizeof *mget);
    mset = (const char **)malloc((2 * KEYS + 1) * sizeof *mset);
    large = (char *)malloc((4 << 20) + 1);
    if (!names || !mget || !mset || !large) abort();
    memset(large, 'x', 4 << 20);
    large[4 << 20] = 0;
    mget[0] = "MGET";
    mset[0] = "MSET";
    for (i = 0; i < KEYS; i++) {
        char *name = names + 16 * i;
        sprintf(name, "space:%d", i);
        mget[i + 1] = mset[2 * i + 1] = mset[2 * i + 2] = name;
        request_add(&pipeline, i % 2 ? "SET" : "GET", name, i % 2 ? name : NULL, NULL);
    }
    for (set = 1; set <= 2; set++) {
        const char *zset = set == 1 ? "space:z1" : "space:z2", *plain = set == 1 ? "space:s1" : "space:s4";
        for (i = 0; i < MEMBERS; i++) {
            sprintf(word, "member:%d", i * set);
            sprintf(score, "%d", i);
            request_add(&fill, "ZADD", zset, score, word, NULL);
            request_add(&fill, "SADD", plain, word, NULL);
        }
    }
    rediscluster_reply_free(cluster_execute(cluster, &fill));
    request_free(&fill);
}

/* Runs one command and returns the status, or that of the first command of a pipeline that failed. */
static rediscluster_status run(int kind) {
    const char *store[] = {"ZUNIONSTORE", "space:z3", "2", "space:z1", "space:z2"};
    const char *sets[] = {"SUNION", "space:s1", "space:s4"}, *value[] = {"SET", "space:large", large};
    rediscluster_reply *reply = NULL;
    rediscluster_status status = REDISCLUSTER_OK;
    switch (kind) {
    case 0: status = rediscluster_execute(cluster, pipeline.bytes, pipeline.length, &reply, NULL); break;
    case 1: status = rediscluster_command(cluster, KEYS + 1, mget, NULL, &reply, NULL); break;
    case 2: status = rediscluster_command(cluster, 5, store, NULL, &reply, NULL); break;
    case 3: status = rediscluster_command(cluster, 3, sets, NULL, &reply, NULL); break;
    case 4: status = rediscluster_command(cluster, 2 * KEYS + 1, mset, NULL, &reply, NULL); break;
    default:
        status = rediscluster_command(cluster, 3, value, NULL, &reply, NULL);
        if (status == REDISCLUSTER_OK) {
            const char *get[] = {"GET", "space:large"};
            rediscluster_reply_free(reply);
            status = rediscluster_command(cluster, 2, get, NULL, &reply, NULL);
        }
    }
    if (status == REDISCLUSTER_OK && kind == 0) {
        int64_t code = 0;
        size_t at = cluster_child(reply, 0, 0);
        if (cluster_value_at(reply, at).type == REDISCLUSTER_TYPE_FAILURE)
            rediscluster_reply_integer(reply, cluster_child(reply, at, 0), &code, NULL);
        status = (rediscluster_status)code;
    }
    rediscluster_reply_free(reply);
    return status;
}

/* In a child: the exit status is 0 for success, 1 for an error of memory, 2 for a wrong outcome. */
static int child(int number) {
    const char *get[] = {"GET", "space:1"};
    int kind = number % KINDS, round, failed = 0, wrong = 0;
    /* From 0 to 48 MiB, more often little than much. */
    rlim_t step = (rlim_t)(((unsigned)number * 2654435761u) >> 16) % 1024, room = step * step * 48;
    /* A new process has no connections yet, and half of the children open them before. */
    if (number & 64) rediscluster_reply_free(cluster_command_of(cluster, 2, get, NULL));
    limit_address_space(address_space() + room);
    for (round = 0; round < 3; round++) {
        rediscluster_status status = run(kind);
        failed |= status == REDISCLUSTER_ERROR_MEMORY;
        wrong |= status != REDISCLUSTER_OK && status != REDISCLUSTER_ERROR_MEMORY ? 1 << status : 0;
    }
    limit_address_space((rlim_t)1 << 46);
    if (wrong) fprintf(stderr, "child %d (%s, %lu bytes): the errors are %#x\n", number, kinds[kind], (unsigned long)room, wrong);
    rediscluster_reply_free(cluster_command_of(cluster, 2, get, NULL));
    return wrong ? 2 : failed;
}

int main(void) {
    const char *given = getenv("RUNS");
    int runs = given ? atoi(given) : 30, number, outcomes[3] = {0, 0, 0}, killed = 0;
    /* Before the library is used: it looks once whether there is a limit. */
    limit_address_space((rlim_t)1 << 46);
    cluster = cluster_open(cluster_config());
    prepare();
    for (number = 0; number < runs; number++) {
        int status = 0;
        pid_t pid = fork();
        if (pid == 0) _exit(child(number));
        waitpid(pid, &status, 0);
        if (WIFSIGNALED(status)) {
            killed++;
            fprintf(stderr, "child %d (%s) was killed by signal %d\n", number, kinds[number % KINDS], WTERMSIG(status));
        } else if (WEXITSTATUS(status) <= 2) {
            outcomes[WEXITSTATUS(status)]++;
        }
    }
    printf("%d runs: %d succeeded, %d lacked memory, %d were wrong, %d were aborted; ", runs, outcomes[0], outcomes[1], outcomes[2], killed);
    CHECK_INT(killed, 0);
    CHECK_INT(outcomes[0] + outcomes[1], runs);
    CHECK(outcomes[0] > 0 && outcomes[1] > 0);
    rediscluster_close(cluster);
    request_free(&pipeline);
    free(names);
    free((void *)mget);
    free((void *)mset);
    free(large);
    return check_done();
}
