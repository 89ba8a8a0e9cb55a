/* The conformance vectors through node_for, and rediscluster_partition compared with an independent CRC-32.
 *
 *     test_partition tests/conformance/partition.txt
 */
#include <ctype.h>

#include "cluster.h"

#define MOST_NODES 1024

static const char *const modes[] = {"strip", "keep", "off", "unset"};
#define MODES 4
static rediscluster *clusters[MODES][MOST_NODES + 1]; /* opened on first use */

/* Writes the rules 6162=1,63=2 as the member `pin` of a configuration. */
static void write_pins(char *to, const char *pins);

/* The handle of the last rules: the rows with rules are together. */
static const rediscluster *cluster_with_pins(const char *mode, int nodes, const char *pins) {
    static rediscluster *cluster;
    static char opened[2048];
    char setup[2048], options[2048];
    int i, ports[MOST_NODES];
    snprintf(setup, sizeof setup, "%s %d %s", mode, nodes, pins);
    if (!cluster || strcmp(setup, opened) != 0) {
        size_t length;
        rediscluster_close(cluster);
        strcpy(opened, setup);
        for (i = 0; i < nodes; i++) ports[i] = 10000 + i;
        length = (size_t)sprintf(options, strcmp(mode, "unset") ? ",\"hash_tag\":\"%s\"" : ",\"hash_tag\":null", mode);
        write_pins(options + length, pins);
        cluster = cluster_open_of(ports, (size_t)nodes, options);
    }
    return cluster;
}

static const rediscluster *cluster_for(const char *mode, int nodes, const char *pins) {
    int i, ports[MOST_NODES];
    size_t m = 0;
    char options[32];
    while (m < MODES && strcmp(modes[m], mode) != 0) m++;
    if (m == MODES || nodes < 1 || nodes > MOST_NODES) {
        fprintf(stderr, "a vector of mode %s and %d nodes\n", mode, nodes);
        exit(2);
    }
    if (*pins) return cluster_with_pins(mode, nodes, pins);
    if (!clusters[m][nodes]) {
        for (i = 0; i < nodes; i++) ports[i] = 10000 + i;
        sprintf(options, strcmp(mode, "unset") ? ",\"hash_tag\":\"%s\"" : ",\"hash_tag\":null", mode);
        clusters[m][nodes] = cluster_open_of(ports, (size_t)nodes, options);
    }
    return clusters[m][nodes];
}

/* Bytes of "6162", of "-" (none) or of "repeat:6162:1000". The caller frees them. */
static char *from_hex(const char *field, size_t *length) {
    char *bytes;
    size_t i, once = 0, count = 1;
    if (strncmp(field, "repeat:", 7) == 0) {
        field += 7;
        count = (size_t)atol(strchr(field, ':') + 1);
    }
    while (isxdigit((unsigned char)field[2 * once])) once++;
    bytes = (char *)malloc(once * count + 1);
    if (!bytes) abort();
    for (i = 0; i < once; i++) {
        char digits[3] = {field[2 * i], field[2 * i + 1], 0};
        bytes[i] = (char)strtol(digits, NULL, 16);
    }
    for (i = 1; i < count; i++) memcpy(bytes + i * once, bytes, once);
    *length = once * count;
    return bytes;
}

static void write_pins(char *to, const char *pins) {
    const char *separator = ",\"pin\":{";
    while (*pins) {
        size_t length, i;
        char *pattern = from_hex(pins, &length);
        int node = atoi(strchr(pins, '=') + 1);
        to += sprintf(to, "%s\"", separator);
        for (i = 0; i < length; i++) {
            if (pattern[i] == '\\') *to++ = '\\';
            *to++ = pattern[i];
        }
        to += sprintf(to, "\":\"node_%d\"", node);
        free(pattern);
        separator = ",";
        pins += strcspn(pins, ",");
        pins += *pins == ',';
    }
    strcpy(to, "}");
}

/* A key whose meaning depends on hash_tag, which is not set. */
static int check_refusal(const char *key_field, const char *mode, int nodes, const char *pins) {
    size_t length;
    char *key = from_hex(key_field, &length);
    rediscluster_reply *reply;
    rediscluster_error *error;
    rediscluster_status status = rediscluster_node_for(cluster_for(mode, nodes, pins), key, length, &reply, &error);
    int right = CHECK_INT(status, REDISCLUSTER_ERROR_REQUEST) && CHECK(strstr(rediscluster_error_message(error), "set hash_tag to"));
    rediscluster_error_free(error);
    rediscluster_reply_free(reply);
    free(key);
    return right;
}

static int check_vector(const char *key_field, const char *mode, int nodes, const char *name_field, int node, const char *pins) {
    char alias[32];
    size_t key_length, name_length;
    char *key = from_hex(key_field, &key_length), *name = from_hex(name_field, &name_length);
    rediscluster_reply *reply = cluster_node_for(cluster_for(mode, nodes, pins), key, key_length);
    int right;
    sprintf(alias, "node_%d", node);
    right = CHECK_STRING(reply, cluster_value(reply, "alias"), alias);
    right &= CHECK_TYPED(reply, cluster_value(reply, "key"), REDISCLUSTER_TYPE_STRING, name, name_length);
    rediscluster_reply_free(reply);
    free(key);
    free(name);
    return right;
}

static void test_vectors(const char *path) {
    static char line[1 << 16], key[1 << 15], name[1 << 15];
    static char pins[1024];
    char mode[16];
    int nodes, node, vectors = 0, number = 0;
    FILE *file = fopen(path, "r");
    if (!file) {
        perror(path);
        exit(2);
    }
    while (fgets(line, sizeof line, file)) {
        number++;
        if (line[0] == '#' || line[0] == '\n') continue;
        pins[0] = 0;
        if (!CHECK(sscanf(line, "%32767s %15s %d %32767s %d %1023s", key, mode, &nodes, name, &node, pins) >= 5) ||
            !(strcmp(name, "refused") ? check_vector(key, mode, nodes, name, node, pins) : check_refusal(key, mode, nodes, pins)))
            fprintf(stderr, "  %s:%d\n", path, number);
        vectors++;
    }
    fclose(file);
    CHECK(vectors >= 2000);
}

/* CRC-32/ISO-HDLC, bit by bit. */
static uint32_t crc32_of(const char *bytes, size_t length) {
    uint32_t crc = 0xffffffff;
    int bit;
    while (length--) {
        crc ^= (unsigned char)*bytes++;
        for (bit = 0; bit < 8; bit++) crc = crc >> 1 ^ (crc & 1 ? 0xedb88320 : 0);
    }
    return ~crc;
}

static uint32_t random_number(void) {
    static uint64_t state = 88172645463325252u; /* xorshift64: the same keys in each run */
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (uint32_t)(state >> 32);
}

static void test_random_keys(int keys) {
    char key[256];
    while (keys-- > 0) {
        size_t i, length = random_number() % 8 ? random_number() % 40 : random_number() % sizeof key;
        uint32_t nodes = random_number() % MOST_NODES + 1;
        for (i = 0; i < length; i++) key[i] = (char)random_number();
        if (!CHECK_INT(rediscluster_partition(key, length, nodes), crc32_of(key, length) % nodes + 1)) return;
    }
}

int main(int argc, char **argv) {
    int m, nodes;
    if (argc != 2) {
        fprintf(stderr, "usage: test_partition VECTORS\n");
        return 2;
    }
    CHECK_INT(crc32_of("123456789", 9), 0xcbf43926); /* the check value of this CRC */
    CHECK_INT(rediscluster_partition("foo", 3, UINT32_MAX), crc32_of("foo", 3) % UINT32_MAX + 1);
    test_random_keys(getenv("REDISCLUSTER_TEST_SMALL") ? 1000 : 100000);
    test_vectors(argv[1]);
    for (m = 0; m < MODES; m++)
        for (nodes = 1; nodes <= MOST_NODES; nodes++) rediscluster_close(clusters[m][nodes]);
    return check_done();
}
