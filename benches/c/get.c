/* GET on one connection. System calls and wake-ups cost more than any client. */
#include "bench.h"
#include "get_calls.h"

int main(void) {
  get_state state = get_open();
  bench_compare(&(bench_case){"GET, one connection", "ratio <= 1.00 ~", 2000, get_library, get_hiredis, &state});
  get_close(&state);
  return 0;
}
