/* Loads and unloads the library repeatedly, as PHP does with each request: shared handles survive. Not linked to the library. */
#include <dlfcn.h>

#include <rediscluster.h>

#include "check.h"
#include "request.h"

typedef rediscluster_status open_function(const char *, size_t, rediscluster **, rediscluster_error **);
typedef void close_function(rediscluster *);
typedef rediscluster_status each_function(const rediscluster *, const char *, size_t, rediscluster_reply **, rediscluster_error **);
typedef rediscluster_status value_function(const rediscluster_reply *, size_t, rediscluster_value *, rediscluster_error **);
typedef void free_function(rediscluster_reply *);
typedef uint32_t abi_version_function(void);

/* C has no cast from an object pointer to a function pointer. */
#define LOAD(name, type)                                              \
    type *name;                                                       \
    do {                                                              \
        void *symbol = dlsym(library, "rediscluster_" #name);         \
        if (!CHECK(symbol != NULL)) exit(check_done());               \
        memcpy(&name, &symbol, sizeof symbol);                        \
    } while (0)

/* Loads the library, reads the connection ID on the first node through a shared handle, and unloads the library. */
static int64_t client_id(const char *name, const char *config) {
    void *library = dlopen(name, RTLD_NOW | RTLD_LOCAL);
    rediscluster *cluster = NULL;
    rediscluster_reply *reply = NULL;
    rediscluster_value value;
    request command = {NULL, 0, 0};
    if (!library) {
        fprintf(stderr, "%s\n", dlerror());
        exit(2);
    }
    LOAD(open_shared, open_function);
    LOAD(close, close_function);
    LOAD(each, each_function);
    LOAD(reply_value, value_function);
    LOAD(reply_free, free_function);
    LOAD(abi_version, abi_version_function);
    memset(&value, 0, sizeof value);
    request_add(&command, "CLIENT", "ID", NULL);

    CHECK_INT(abi_version(), REDISCLUSTER_ABI_VERSION);
    CHECK_INT(open_shared(config, strlen(config), &cluster, NULL), REDISCLUSTER_OK);
    CHECK_INT(each(cluster, command.bytes, command.length, &reply, NULL), REDISCLUSTER_OK);
    CHECK_INT(reply_value(reply, 2, &value, NULL), REDISCLUSTER_OK);
    CHECK_INT(value.type, REDISCLUSTER_TYPE_INTEGER);
    reply_free(reply);
    close(cluster);
    request_free(&command);
    CHECK_INT(dlclose(library), 0);
    return value.integer;
}

int main(void) {
    const char *config = getenv("REDISCLUSTER_CONFIG");
    char name[64];
    int64_t id;
    int i;
    if (!config) {
        fprintf(stderr, "REDISCLUSTER_CONFIG is not set: run this with scripts/with-redis\n");
        return 2;
    }
    snprintf(name, sizeof name, "librediscluster.so.%d", REDISCLUSTER_ABI_VERSION);
    CHECK(dlopen(name, RTLD_NOW | RTLD_NOLOAD) == NULL);
    id = client_id(name, config);
    for (i = 0; i < 20; i++) CHECK_INT(client_id(name, config), id);
    return check_done();
}
