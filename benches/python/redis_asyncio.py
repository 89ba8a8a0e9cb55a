"""Compares RedisCluster for asyncio with redis.asyncio, hiredis-py and crc32 in Python on 4 servers; prints lines of samples for
benches/table.awk. The figures are microseconds per call, of 256 tasks that call one after the other."""

import asyncio
import json
import os
import sys
import time
from binascii import crc32
from collections.abc import Awaitable, Callable
from typing import Any

import hiredis  # noqa: F401  redis-py uses it when it is installed
import redis.asyncio

from rediscluster.asyncio import RedisCluster

TASKS = 256
CALLS = 20


class ByHand:
    """What programs with several servers and redis.asyncio write."""

    def __init__(self, ports: list[int]) -> None:
        self.clients = [redis.asyncio.Redis(port=port) for port in ports]

    def client(self, key: str) -> redis.asyncio.Redis:
        return self.clients[crc32(key.encode()) % len(self.clients)]

    def get(self, key: str) -> Awaitable[Any]:
        return self.client(key).get(key)

    def set(self, key: str, value: str) -> Awaitable[Any]:
        return self.client(key).set(key, value)

    async def close(self) -> None:
        for client in self.clients:
            await client.aclose()


def ten_gets(client: Any, key: str) -> Awaitable[Any]:
    commands = client.pipeline(transaction=False)
    for _ in range(10):
        commands.get(key)
    return commands.execute()  # type: ignore[no-any-return]


async def compare(name: str, asked: str, clock: Callable[[], float], ours: Callable[[str], Awaitable[Any]], peer: Callable[[str], Awaitable[Any]]) -> None:
    async def task(side: Callable[[str], Awaitable[Any]], key: str) -> list[Any]:
        return [await side(key) for _ in range(CALLS)]

    async def sample(side: Callable[[str], Awaitable[Any]]) -> tuple[str, list[Any]]:
        began = clock()
        values = await asyncio.gather(*(task(side, f"python:{number}") for number in range(TASKS)))
        return f"{(clock() - began) * 1e6 / (TASKS * CALLS):.3f}", values

    if (await sample(ours))[1] != (await sample(peer))[1]:
        sys.exit(f"bench: {name}: ours and the peer returned different values")
    rounds = 5 if os.environ.get("BENCH_QUICK") else 31
    pairs = [((await sample(ours))[0], (await sample(peer))[0]) for _ in range(rounds)]
    print(name, "us", asked, " ".join(pair[0] for pair in pairs), " ".join(pair[1] for pair in pairs), sep="\t")


async def main() -> None:
    peer = ByHand([int(port) for port in os.environ["REDISCLUSTER_PORTS"].split()])
    value = "x" * 32
    async with RedisCluster(json.loads(os.environ["REDISCLUSTER_CONFIG"])) as ours:
        await asyncio.gather(*(ours.set(f"python:{number}", value) for number in range(TASKS)))
        await compare("Python: asyncio, 256 tasks, GET", "ratio <= 0.50", time.perf_counter, ours.get, peer.get)
        await compare("  GET, CPU", "-", time.process_time, ours.get, peer.get)
        await compare("  pipeline of 10 GETs, 256 tasks, CPU", "-", time.process_time, lambda key: ten_gets(ours, key), lambda key: ten_gets(peer.client(key), key))
        await compare("  SET", "ratio <= 0.50", time.perf_counter, lambda key: ours.set(key, value), lambda key: peer.set(key, value))
    await peer.close()


asyncio.run(main())
