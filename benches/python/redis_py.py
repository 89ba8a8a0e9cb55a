"""Compares RedisCluster with redis-py, hiredis-py and crc32 in Python on 4 servers; prints lines of samples for benches/table.awk."""

import json
import os
from binascii import crc32
from typing import Any

import hiredis  # noqa: F401  redis-py uses it when it is installed
import redis
from harness import CLOCK, CPU, compare, compare_memory

from rediscluster import RedisCluster


class ByHand:
    """What programs with several servers and redis-py write."""

    def __init__(self, ports: list[int]) -> None:
        self.clients = [redis.Redis(port=port) for port in ports]

    def client(self, key: str) -> redis.Redis:
        return self.clients[crc32(key.encode()) % len(self.clients)]

    def get(self, key: str) -> Any:
        return self.client(key).get(key)

    def set(self, key: str, value: str) -> Any:
        return self.client(key).set(key, value)

    def by_node(self, keys: list[str]) -> list[list[int]]:
        positions: list[list[int]] = [[] for _ in self.clients]
        for position, key in enumerate(keys):
            positions[crc32(key.encode()) % len(self.clients)].append(position)
        return positions

    def mget(self, keys: list[str]) -> list[Any]:
        values: list[Any] = [None] * len(keys)
        for client, positions in zip(self.clients, self.by_node(keys)):
            if positions:
                for position, value in zip(positions, client.mget([keys[position] for position in positions])):
                    values[position] = value
        return values

    def pipeline(self, keys: list[str]) -> list[Any]:
        values: list[Any] = [None] * len(keys)
        for client, positions in zip(self.clients, self.by_node(keys)):
            pipeline = client.pipeline(transaction=False)
            for position in positions:
                pipeline.get(keys[position])
            for position, value in zip(positions, pipeline.execute()):
                values[position] = value
        return values


def pipeline(cluster: RedisCluster, keys: list[str]) -> list[Any]:
    commands = cluster.pipeline(transaction=False)
    for key in keys:
        commands.get(key)
    return commands.execute()


def main() -> None:
    ours = RedisCluster(json.loads(os.environ["REDISCLUSTER_CONFIG"]))
    peer = ByHand([int(port) for port in os.environ["REDISCLUSTER_PORTS"].split()])
    keys = [f"python:{number}" for number in range(10_000)]
    ours.mset({key: f"{key:<32}" for key in keys})
    cpu, clock, hundred, thousand = CPU, CLOCK, keys[:100], keys[:1000]
    key, value = keys[7], "x" * 32
    compare("Python: GET, redis-py + hiredis-py, CPU", "ratio <= 0.35", cpu, 1000, lambda: ours.get(key), lambda: peer.get(key))
    compare("  SET, CPU", "ratio <= 0.35", cpu, 1000, lambda: ours.set(key, value), lambda: peer.set(key, value))
    compare("  MGET 100 keys", "ratio <= 0.45", clock, 100, lambda: ours.mget(hundred), lambda: peer.mget(hundred))
    compare("  MGET 100 keys, CPU", "-", cpu, 100, lambda: ours.mget(hundred), lambda: peer.mget(hundred))
    compare("  MGET 10,000 keys", "ratio <= 0.50", clock, 5, lambda: ours.mget(keys), lambda: peer.mget(keys))
    compare("  MGET 10,000 keys, CPU", "ratio <= 0.60", cpu, 5, lambda: ours.mget(keys), lambda: peer.mget(keys))
    compare("  pipeline of 1,000 GETs, CPU", "ratio <= 0.45", cpu, 10, lambda: pipeline(ours, thousand), lambda: peer.pipeline(thousand))
    ours.set("large", bytes(64 << 20))
    compare_memory("  GET of 64 MB, memory beyond the value", "ours <= 1.10", lambda: ours.get("large"), lambda: peer.get("large"))


main()
