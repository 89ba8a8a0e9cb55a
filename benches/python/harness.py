"""Measures calls of ours and of another client, in turn, and prints lines of samples for benches/table.awk."""

import os
import sys
import time
from collections.abc import Callable
from typing import Any

ROUNDS = 5 if os.environ.get("BENCH_QUICK") else 31
CPU, CLOCK = time.process_time, time.perf_counter


def compare(name: str, asked: str, clock: Callable[[], float], calls: int, ours: Callable[[], Any], peer: Callable[[], Any]) -> None:
    """Microseconds of the process per call: CPU or time, as the clock counts."""
    if ours() != peer():
        sys.exit(f"bench: {name}: ours and the peer returned different values")

    def sample(side: Callable[[], Any]) -> str:
        began = clock()
        for _ in range(calls):
            side()
        return f"{(clock() - began) * 1e6 / calls:.3f}"

    print_samples(name, "us", asked, [(sample(ours), sample(peer)) for _ in range(ROUNDS)])


def compare_memory(name: str, asked: str, ours: Callable[[], bytes], peer: Callable[[], bytes]) -> None:
    """The peak of the memory beyond the value that a call returns, as a multiple of its size."""

    def sample(side: Callable[[], bytes]) -> str:
        with open("/proc/self/clear_refs", "w") as file:
            file.write("5")  # resets the peak
        before = memory("VmRSS")
        value = side()
        return f"{(memory('VmHWM') - before) / len(value) - 1:.3f}"

    # The first call of each side may allocate what is kept.
    ours(), peer()
    print_samples(name, "sizes", asked, [(sample(ours), sample(peer)) for _ in range(ROUNDS)])


def memory(field: str) -> int:
    with open("/proc/self/status") as file:
        return next(int(line.split()[1]) << 10 for line in file if line.startswith(field))


def print_samples(name: str, unit: str, asked: str, pairs: list[tuple[str, str]]) -> None:
    print(name, unit, asked, " ".join(pair[0] for pair in pairs), " ".join(pair[1] for pair in pairs), sep="\t")
