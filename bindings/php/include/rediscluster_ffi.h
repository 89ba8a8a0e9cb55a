#define FFI_SCOPE "rediscluster"
#define FFI_LIB "librediscluster.so.1"
enum rediscluster_status
 {
  REDISCLUSTER_OK = 0,
  REDISCLUSTER_ERROR_ARGUMENT = 1,
  REDISCLUSTER_ERROR_CONFIG = 2,
  REDISCLUSTER_ERROR_REQUEST = 3,
  REDISCLUSTER_ERROR_CROSSNODE = 4,
  REDISCLUSTER_ERROR_CONNECT = 5,
  REDISCLUSTER_ERROR_POOL = 6,
  REDISCLUSTER_ERROR_TIMEOUT = 7,
  REDISCLUSTER_ERROR_IO = 8,
  REDISCLUSTER_ERROR_PROTOCOL = 9,
  REDISCLUSTER_ERROR_MEMORY = 10,
  REDISCLUSTER_ERROR_INTERNAL = 11,
};
typedef int32_t rediscluster_status;
enum rediscluster_log_level
 {
  REDISCLUSTER_LOG_INFO = 0,
  REDISCLUSTER_LOG_WARNING = 1,
  REDISCLUSTER_LOG_ERROR = 2,
};
typedef int32_t rediscluster_log_level;
enum rediscluster_type
 {
  REDISCLUSTER_TYPE_NIL = 0,
  REDISCLUSTER_TYPE_STRING = 1,
  REDISCLUSTER_TYPE_STATUS = 2,
  REDISCLUSTER_TYPE_INTEGER = 3,
  REDISCLUSTER_TYPE_ERROR = 4,
  REDISCLUSTER_TYPE_ARRAY = 5,
  REDISCLUSTER_TYPE_NIL_ARRAY = 6,
  REDISCLUSTER_TYPE_MAP = 7,
  REDISCLUSTER_TYPE_FAILURE = 8,
  REDISCLUSTER_TYPE_NULL = 9,
  REDISCLUSTER_TYPE_BOOLEAN = 10,
  REDISCLUSTER_TYPE_DOUBLE = 11,
  REDISCLUSTER_TYPE_BIG_NUMBER = 12,
  REDISCLUSTER_TYPE_VERBATIM = 13,
  REDISCLUSTER_TYPE_SET = 14,
  REDISCLUSTER_TYPE_PUSH = 15,
  REDISCLUSTER_TYPE_ATTRIBUTE = 16,
};
typedef int32_t rediscluster_type;
enum rediscluster_read
 {
  REDISCLUSTER_READ_REPLICA = 0,
  REDISCLUSTER_READ_MASTER = 1,
  REDISCLUSTER_READ_ANY = 2,
  REDISCLUSTER_READ_NEAREST = 3,
};
typedef int32_t rediscluster_read;
enum rediscluster_nodes
 {
  REDISCLUSTER_NODES_MASTERS = 0,
  REDISCLUSTER_NODES_REPLICAS = 1,
  REDISCLUSTER_NODES_ALL = 2,
};
typedef int32_t rediscluster_nodes;
typedef struct rediscluster rediscluster;
typedef struct rediscluster_error rediscluster_error;
typedef struct rediscluster_loop rediscluster_loop;
typedef struct rediscluster_reply rediscluster_reply;
typedef struct rediscluster_session rediscluster_session;
typedef struct rediscluster_log_event {
  rediscluster_log_level level;
  const char *kind;
  const char *server;
  const char *message;
} rediscluster_log_event;
typedef void (*rediscluster_log_function)(void *context, const struct rediscluster_log_event *event);
typedef struct rediscluster_entry {
  uint64_t head;
  int64_t data;
} rediscluster_entry;
typedef struct rediscluster_data {
  const uint8_t *bytes;
  size_t bytes_length;
  const struct rediscluster_entry *entries;
  size_t entries_length;
} rediscluster_data;
typedef struct rediscluster_value {
  rediscluster_type type;
  int64_t integer;
  const uint8_t *bytes;
  size_t length;
  size_t next;
} rediscluster_value;
const char *rediscluster_version(void);
uint32_t rediscluster_abi_version(void);
const char *rediscluster_status_name(int32_t status);
rediscluster_status rediscluster_error_code(const struct rediscluster_error *error);
const char *rediscluster_error_message(const struct rediscluster_error *error);
const char *rediscluster_error_node(const struct rediscluster_error *error);
const char *rediscluster_error_address(const struct rediscluster_error *error);
const char *rediscluster_error_command(const struct rediscluster_error *error);
int32_t rediscluster_error_executed(const struct rediscluster_error *error);
struct rediscluster_error *rediscluster_error_create(int32_t status,
                                                     const char *message,
                                                     size_t message_length);
void rediscluster_error_free(struct rediscluster_error *error);
rediscluster_status rediscluster_open(const char *config,
                                      size_t config_length,
                                      struct rediscluster **cluster,
                                      struct rediscluster_error **error);
rediscluster_status rediscluster_open_shared(const char *config,
                                             size_t config_length,
                                             struct rediscluster **cluster,
                                             struct rediscluster_error **error);
void rediscluster_close(struct rediscluster *cluster);
rediscluster_status rediscluster_execute(const struct rediscluster *cluster,
                                         const char *request,
                                         size_t request_length,
                                         struct rediscluster_reply **reply,
                                         struct rediscluster_error **error);
rediscluster_status rediscluster_command(const struct rediscluster *cluster,
                                         size_t argc,
                                         const char *const *argv,
                                         const size_t *argvlen,
                                         struct rediscluster_reply **reply,
                                         struct rediscluster_error **error);
rediscluster_status rediscluster_node_for(const struct rediscluster *cluster,
                                          const char *key,
                                          size_t key_length,
                                          struct rediscluster_reply **reply,
                                          struct rediscluster_error **error);
rediscluster_status rediscluster_node_list(const struct rediscluster *cluster,
                                           int32_t discover,
                                           struct rediscluster_reply **reply,
                                           struct rediscluster_error **error);
rediscluster_status rediscluster_stats(const struct rediscluster *cluster,
                                       struct rediscluster_reply **reply,
                                       struct rediscluster_error **error);
rediscluster_status rediscluster_each(const struct rediscluster *cluster,
                                      const char *request,
                                      size_t request_length,
                                      struct rediscluster_reply **reply,
                                      struct rediscluster_error **error);
rediscluster_status rediscluster_each_on(const struct rediscluster *cluster,
                                         int32_t nodes,
                                         const char *request,
                                         size_t request_length,
                                         struct rediscluster_reply **reply,
                                         struct rediscluster_error **error);
rediscluster_status rediscluster_explain(const struct rediscluster *cluster,
                                         const char *request,
                                         size_t request_length,
                                         struct rediscluster_reply **reply,
                                         struct rediscluster_error **error);
rediscluster_status rediscluster_recover(const struct rediscluster *cluster,
                                         uint64_t min_age_ms,
                                         struct rediscluster_reply **reply,
                                         struct rediscluster_error **error);
rediscluster_status rediscluster_recover_to(const struct rediscluster *cluster,
                                            const char *hidden_key,
                                            size_t hidden_key_length,
                                            const char *key,
                                            size_t key_length,
                                            struct rediscluster_reply **reply,
                                            struct rediscluster_error **error);
rediscluster_status rediscluster_with_read(const struct rediscluster *cluster,
                                           int32_t read,
                                           struct rediscluster **derived,
                                           struct rediscluster_error **error);
rediscluster_status rediscluster_with_read_your_writes(const struct rediscluster *cluster,
                                                       int32_t read_your_writes,
                                                       struct rediscluster **derived,
                                                       struct rediscluster_error **error);
rediscluster_status rediscluster_with_deadline(const struct rediscluster *cluster,
                                               uint64_t deadline_ms,
                                               struct rediscluster **derived,
                                               struct rediscluster_error **error);
rediscluster_status rediscluster_with_partial(const struct rediscluster *cluster,
                                              int32_t partial,
                                              struct rediscluster **derived,
                                              struct rediscluster_error **error);
rediscluster_status rediscluster_with_interrupt(const struct rediscluster *cluster,
                                                struct rediscluster **derived,
                                                struct rediscluster_error **error);
void rediscluster_interrupt(const struct rediscluster *cluster);
rediscluster_status rediscluster_session_open(const struct rediscluster *cluster,
                                              struct rediscluster_session **session,
                                              struct rediscluster_error **error);
rediscluster_status rediscluster_session_execute(const struct rediscluster_session *session,
                                                 const char *request,
                                                 size_t request_length,
                                                 struct rediscluster_reply **reply,
                                                 struct rediscluster_error **error);
rediscluster_status rediscluster_session_receive(const struct rediscluster_session *session,
                                                 int64_t timeout_ms,
                                                 struct rediscluster_reply **reply,
                                                 struct rediscluster_error **error);
rediscluster_status rediscluster_session_write(const struct rediscluster_session *session,
                                               const char *data,
                                               size_t length,
                                               struct rediscluster_error **error);
rediscluster_status rediscluster_session_read(const struct rediscluster_session *session,
                                              int64_t timeout_ms,
                                              char *buffer,
                                              size_t capacity,
                                              size_t *length,
                                              struct rediscluster_error **error);
void rediscluster_session_interrupt(const struct rediscluster_session *session);
void rediscluster_session_shutdown(const struct rediscluster_session *session);
void rediscluster_session_close(struct rediscluster_session *session);
rediscluster_status rediscluster_loop_open(const struct rediscluster *cluster,
                                           struct rediscluster_loop **loop,
                                           struct rediscluster_error **error);
int32_t rediscluster_loop_fd(const struct rediscluster_loop *loop);
int32_t rediscluster_loop_timeout_ms(const struct rediscluster_loop *loop);
rediscluster_status rediscluster_loop_submit(const struct rediscluster_loop *loop,
                                             const char *request,
                                             size_t request_length,
                                             uint64_t tag,
                                             struct rediscluster_error **error);
rediscluster_status rediscluster_loop_subscribe(const struct rediscluster_loop *loop,
                                                const char *request,
                                                size_t request_length,
                                                uint64_t tag,
                                                struct rediscluster_error **error);
rediscluster_status rediscluster_loop_process(const struct rediscluster_loop *loop,
                                              struct rediscluster_error **error);
rediscluster_status rediscluster_loop_next(const struct rediscluster_loop *loop,
                                           uint64_t *tag,
                                           struct rediscluster_reply **reply,
                                           struct rediscluster_error **error);
rediscluster_status rediscluster_loop_cancel(const struct rediscluster_loop *loop,
                                             uint64_t tag,
                                             int32_t *cancelled,
                                             struct rediscluster_error **error);
void rediscluster_loop_free(struct rediscluster_loop *loop);
void rediscluster_set_log(rediscluster_log_function function,
                          void *context);
rediscluster_status rediscluster_reply_data(const struct rediscluster_reply *reply,
                                            struct rediscluster_data *data,
                                            struct rediscluster_error **error);
rediscluster_status rediscluster_reply_value(const struct rediscluster_reply *reply,
                                             size_t at,
                                             struct rediscluster_value *value,
                                             struct rediscluster_error **error);
rediscluster_status rediscluster_reply_type(const struct rediscluster_reply *reply,
                                            size_t at,
                                            rediscluster_type *type,
                                            struct rediscluster_error **error);
rediscluster_status rediscluster_reply_integer(const struct rediscluster_reply *reply,
                                               size_t at,
                                               int64_t *integer,
                                               struct rediscluster_error **error);
rediscluster_status rediscluster_reply_double(const struct rediscluster_reply *reply,
                                              size_t at,
                                              double *number,
                                              struct rediscluster_error **error);
rediscluster_status rediscluster_reply_bytes(const struct rediscluster_reply *reply,
                                             size_t at,
                                             const uint8_t **bytes,
                                             size_t *length,
                                             struct rediscluster_error **error);
rediscluster_status rediscluster_reply_length(const struct rediscluster_reply *reply,
                                              size_t at,
                                              size_t *length,
                                              struct rediscluster_error **error);
rediscluster_status rediscluster_reply_element(const struct rediscluster_reply *reply,
                                               size_t at,
                                               size_t nth,
                                               size_t *element,
                                               struct rediscluster_error **error);
rediscluster_status rediscluster_reply_failure(const struct rediscluster_reply *reply,
                                               size_t at,
                                               struct rediscluster_error **failure,
                                               struct rediscluster_error **error);
rediscluster_status rediscluster_reply_error(const struct rediscluster_reply *reply,
                                             size_t at,
                                             struct rediscluster_error **failure,
                                             struct rediscluster_error **error);
void rediscluster_reply_free(struct rediscluster_reply *reply);
uint32_t rediscluster_partition(const char *key,
                                size_t key_length,
                                uint32_t masters);
enum rediscluster_php_type
 {
  REDISCLUSTER_PHP_NULL = 0,
  REDISCLUSTER_PHP_FALSE = 1,
  REDISCLUSTER_PHP_TRUE = 2,
  REDISCLUSTER_PHP_INTEGER = 3,
  REDISCLUSTER_PHP_STRING = 4,
  REDISCLUSTER_PHP_TEXT = 5,
  REDISCLUSTER_PHP_OBJECTS = 6,
  REDISCLUSTER_PHP_LIST = 7,
  REDISCLUSTER_PHP_PAIRS = 8,
};
typedef int32_t rediscluster_php_type;
typedef struct rediscluster_php_buffer rediscluster_php_buffer;
typedef struct rediscluster_php_reply {
  uint64_t head;
  int64_t integer;
  const uint8_t *bytes;
  struct rediscluster_php_buffer *buffer;
  uint8_t small[4096];
} rediscluster_php_reply;
uint32_t rediscluster_php_interface_version(void);
void rediscluster_php_release(struct rediscluster_php_reply *reply);
rediscluster_status rediscluster_php_command(const rediscluster *cluster,
                                             const char *request,
                                             size_t request_length,
                                             int64_t format,
                                             struct rediscluster_php_reply *reply,
                                             rediscluster_error **error);
rediscluster_status rediscluster_php_execute(const rediscluster *cluster,
                                             const char *request,
                                             size_t request_length,
                                             struct rediscluster_php_reply *reply,
                                             rediscluster_error **error);
rediscluster_status rediscluster_php_each(const rediscluster *cluster,
                                          int32_t nodes,
                                          const char *request,
                                          size_t request_length,
                                          struct rediscluster_php_reply *reply,
                                          rediscluster_error **error);
rediscluster_status rediscluster_php_explain(const rediscluster *cluster,
                                             const char *request,
                                             size_t request_length,
                                             struct rediscluster_php_reply *reply,
                                             rediscluster_error **error);
rediscluster_status rediscluster_php_node_for(const rediscluster *cluster,
                                              const char *key,
                                              size_t key_length,
                                              struct rediscluster_php_reply *reply,
                                              rediscluster_error **error);
rediscluster_status rediscluster_php_node_list(const rediscluster *cluster,
                                               int32_t discover,
                                               struct rediscluster_php_reply *reply,
                                               rediscluster_error **error);
rediscluster_status rediscluster_php_stats(const rediscluster *cluster,
                                           struct rediscluster_php_reply *reply,
                                           rediscluster_error **error);
rediscluster_status rediscluster_php_recover(const rediscluster *cluster,
                                             uint64_t min_age_ms,
                                             struct rediscluster_php_reply *reply,
                                             rediscluster_error **error);
rediscluster_status rediscluster_php_recover_to(const rediscluster *cluster,
                                                const char *hidden_key,
                                                size_t hidden_key_length,
                                                const char *key,
                                                size_t key_length,
                                                struct rediscluster_php_reply *reply,
                                                rediscluster_error **error);
rediscluster_status rediscluster_php_session_command(const rediscluster_session *session,
                                                     const char *request,
                                                     size_t request_length,
                                                     int64_t format,
                                                     struct rediscluster_php_reply *reply,
                                                     rediscluster_error **error);
rediscluster_status rediscluster_php_session_execute(const rediscluster_session *session,
                                                     const char *request,
                                                     size_t request_length,
                                                     struct rediscluster_php_reply *reply,
                                                     rediscluster_error **error);
rediscluster_status rediscluster_php_session_receive(const rediscluster_session *session,
                                                     int64_t timeout_ms,
                                                     struct rediscluster_php_reply *reply,
                                                     rediscluster_error **error);
void rediscluster_php_log_keep(int32_t keep);
int32_t rediscluster_php_log_pending(void);
rediscluster_status rediscluster_php_log_take(struct rediscluster_php_reply *reply,
                                              rediscluster_error **error);
