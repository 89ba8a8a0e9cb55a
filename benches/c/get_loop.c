/* get_loop SIDE COUNT: that many GETs and nothing measured; get_instructions counts what they execute. */
#include <stdlib.h>
#include <string.h>

#include "bench.h"
#include "get_sides.h"

static bench_side side_named(const char *name) {
  if (!strcmp(name, "ours")) return get_ours;
  if (!strcmp(name, "hiredis")) return get_hiredis;
  if (!strcmp(name, "hiredis-format")) return get_hiredis_format;
  bench_require(0, "the sides are ours, hiredis and hiredis-format");
  return NULL;
}

int main(int argc, char **argv) {
  bench_require(argc == 3, "usage: get_loop SIDE COUNT");
  bench_side side = side_named(argv[1]);
  get_state state = get_open();
  for (long left = atol(argv[2]); left > 0; left--) side(&state);
  get_close(&state);
  return 0;
}
