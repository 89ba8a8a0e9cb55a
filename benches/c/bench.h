/* Times the library ("ours") and a peer alternately in one process. Prints samples for benches/table.awk. */
#ifndef BENCH_H
#define BENCH_H

typedef void (*bench_function)(void *state);

typedef struct bench_case {
  const char *name;   /* first column of the table */
  const char *target; /* the goal of the project, as table.awk parses it; "-" for none */
  int calls;          /* calls per sample; a sample is their mean */
  bench_function ours, peer;
  void *state; /* argument of both functions */
} bench_case;

/* Calls each function once without measuring it, then takes samples of ours and of the peer in turn. Prints microseconds per call. */
void bench_compare(const bench_case *c);
/* The same with fewer rounds, for calls that take many milliseconds. */
void bench_compare_slow(const bench_case *c);
/* Times only the peer, for commands that the library does not support. */
void bench_peer_only(const bench_case *c);

/* Returns the number of samples of each function; BENCH_QUICK in the environment reduces it. */
int bench_rounds(void);

/* Prints a row of samples. ours is NULL if the library does not support the command. */
void bench_print(const char *name, const char *unit, const char *target, int rounds, const double *ours, const double *peer);

/* Exits with a message if the condition is false. */
void bench_require(int condition, const char *message);

#endif
