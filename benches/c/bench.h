/* Timed rounds: ours and the peer's in turn, in one process, as one line of samples that benches/table.awk reads. */
#ifndef BENCH_H
#define BENCH_H

typedef void (*bench_side)(void *state);

typedef struct bench_case {
  const char *name;  /* first column of the table */
  const char *asked; /* what the project asks of it, in the words of table.awk; "-" for nothing */
  int calls;         /* calls a sample; the sample is their mean */
  bench_side ours, peer;
  void *state; /* handed to both */
} bench_case;

/* Rounds of ours, peer, ours, peer … after one unmeasured call of each; prints microseconds a call. */
void bench_compare(const bench_case *one);

/* The same for calls that take many milliseconds, in fewer rounds. */
void bench_compare_slow(const bench_case *one);
/* Times the peer and leaves ours empty: for what the library does not do yet. */
void bench_peer_alone(const bench_case *one);

/* How many samples of each side a case takes; fewer when BENCH_QUICK is set. */
int bench_rounds(void);

/* Prints one line of samples that were taken elsewhere. Ours may be NULL: what the library does not do yet. */
void bench_print(const char *name, const char *unit, const char *asked, int rounds, const double *ours, const double *peer);

/* Ends the program with a message if the condition does not hold: a comparison of unequal work is worth nothing. */
void bench_require(int condition, const char *message);

#endif
