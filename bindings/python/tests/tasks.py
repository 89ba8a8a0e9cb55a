"""Runs clients of asyncio in a real event loop."""

import asyncio

from rediscluster.asyncio import RedisCluster

LIMIT = 60


def run(work, config, seconds=LIMIT, **options):
    """Runs work(client) in an event loop of its own, for so many seconds at most."""

    async def main():
        async with RedisCluster(config, **options) as client:
            return await asyncio.wait_for(work(client), seconds)

    return asyncio.run(main())


async def until(condition):
    async def wait():
        while not await condition():
            await asyncio.sleep(0.005)

    await asyncio.wait_for(wait(), LIMIT)


async def blocked(r, count):
    """Whether so many clients are blocked."""
    replies = await r.each("INFO", "clients")
    return sum(reply["blocked_clients"] for reply in replies.values()) == count
