/* get_loop CLIENT COUNT runs COUNT GETs and measures nothing; get_instructions.sh counts the instructions. */
#include <stdlib.h>
#include <string.h>

#include "bench.h"
#include "get_calls.h"

static bench_function client_named(const char *name) {
  if (!strcmp(name, "ours")) return get_library;
  if (!strcmp(name, "hiredis")) return get_hiredis;
  if (!strcmp(name, "hiredis-format")) return get_hiredis_format;
  bench_require(0, "unknown client: use ours, hiredis or hiredis-format");
  return NULL;
}

int main(int argc, char **argv) {
  bench_require(argc == 3, "usage: get_loop CLIENT COUNT");
  bench_function get = client_named(argv[1]);
  get_state state = get_open();
  for (long left = atol(argv[2]); left > 0; left--) get(&state);
  get_close(&state);
  return 0;
}
