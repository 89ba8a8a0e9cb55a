/* GET on one connection: the fast path, where system calls and wake-ups cost more than any client. */
#include "bench.h"
#include "get_sides.h"

int main(void) {
  get_state state = get_open();
  bench_compare(&(bench_case){"GET, one connection", "ratio <= 1.00 ~", 2000, get_ours, get_hiredis, &state});
  get_close(&state);
  return 0;
}
