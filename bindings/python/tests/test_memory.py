"""Memory stays flat over many calls of each kind. CALLS is their number: 100,000 in `make python-soak`."""

import asyncio
import gc
import os
import sys

import pytest
from tasks import run

from rediscluster import RedisCluster, RedisError

CALLS = int(os.environ.get("CALLS", 1000))


def resident() -> int:
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


class Growth:
    """The Python objects and the memory that were added since it was made."""

    def __init__(self) -> None:
        gc.collect()
        self.blocks, self.resident = sys.getallocatedblocks(), resident()

    def check(self) -> None:
        gc.collect()
        blocks, memory = sys.getallocatedblocks() - self.blocks, resident() - self.resident
        assert blocks < 500, f"{blocks} blocks of Python objects after {CALLS} calls"
        assert memory < 8 << 20, f"{memory} bytes after {CALLS} calls"


def refused(call, *args, **options):
    try:
        call(*args, **options)
    except (RedisError, ValueError):
        return
    raise AssertionError("it was not refused")


def transaction(r):
    p = r.pipeline()
    p.incr("n").get("n").execute()


def watch(r):
    with r.pipeline() as p:
        p.watch("k")
        p.multi()
        p.get("k").execute()


def session(r):
    with r.core.session() as one:
        one.execute("GET", "k")


def derived(r):
    for client in (r.with_deadline(5), r.with_partial(), r.with_read("master"), r.with_read_your_writes()):
        with client:
            client.get("k")


def receive(r):
    with r.pubsub() as p:
        p.subscribe("c")
        r.publish("c", "x")
        while (message := p.get_message(timeout=5)) is None or message["type"] != "message":
            pass


# By name: a call, and by how much it is slower than a GET.
KINDS = {
    "get and set": (lambda r: r.set("k", r.get("k")), 1),
    "mget": (lambda r: r.mget("k", "b", "c"), 1),
    "hashes": (lambda r: r.hset("h", mapping={"a": 1}) or r.hgetall("h"), 1),
    "decoded": (lambda r: r.core.call(("HGETALL", "h"), True), 1),
    "several steps": (lambda r: r.sunionstore("{1}d", "e1", "e2"), 1),
    "pipeline": (lambda r: r.pipeline(transaction=False).get("k").lpush("k", 1).mget("k", "b").execute(raise_on_error=False), 1),
    "transaction": (transaction, 1),
    "watch": (watch, 2),
    "session": (session, 2),
    "subscription": (receive, 10),
    "blocking": (lambda r: r.rpush("l", 1) and r.blpop(["l", "l2"], 1), 1),
    "script": (lambda r: r.eval("return ARGV[1]", 1, "k", "x"), 1),
    "error reply": (lambda r: refused(r.lpush, "k", 1), 1),
    "refused argument": (lambda r: refused(r.set, "k", None), 1),
    "refused command": (lambda r: refused(r.execute_command, "NOSUCH", 1), 1),
    "refused value": (lambda r: refused(r.with_deadline, -1), 1),
    "reports": (lambda r: (r.core.explain("MGET", "k", "b"), r.node_for("k"), r.stats(), r.getnodefor("k"), r.node_list()), 1),
    "each": (lambda r: r.each("DBSIZE"), 1),
    "scan": (lambda r: list(r.scan_iter()), 2),
    "derived clients": (derived, 10),
    "a client": (lambda r: RedisCluster(r._config).close(), 10),
}


@pytest.mark.parametrize("kind", KINDS)
def test_calls_of_a_kind(r, kind):
    call, cost = KINDS[kind]
    r.mset({"k": "v", "n": 0})
    r.sadd("e1", "a")
    r.sadd("e2", "b")
    for _ in range(200):
        call(r)
    growth = Growth()
    for _ in range(CALLS // cost):
        call(r)
    growth.check()


async def cancelled(r):
    task = asyncio.create_task(r.get("k"))
    await asyncio.sleep(0)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def refused_in_task(r):
    try:
        await r.lpush("k", 1)
    except RedisError:
        return
    raise AssertionError("it was not refused")


async def receive_in_task(r):
    async with r.pubsub() as p:
        await p.subscribe("c")
        # A message that is published before the confirmation may come too early.
        for kind in ("subscribe", "message"):
            while (message := await p.get_message(timeout=5)) is None:
                pass
            assert message["type"] == kind
            if kind == "subscribe":
                await r.publish("c", "x")


async def watch_in_task(r):
    async with r.pipeline() as p:
        await p.watch("k")
        p.multi()
        await p.get("k").execute()


async def derived_in_task(r):
    for client in (r.with_deadline(5), r.with_partial(), r.with_read("master"), r.with_read_your_writes()):
        async with client:
            await client.get("k")


TASKS = {
    "get": (lambda r: r.get("k"), 1),
    "mget": (lambda r: r.mget("k", "b", "c"), 1),
    "together": (lambda r: asyncio.gather(*(r.get("k") for _ in range(10))), 4),
    "pipeline": (lambda r: r.pipeline(transaction=False).get("k").mget("k", "b").execute(), 1),
    "transaction": (lambda r: r.pipeline().incr("n").get("n").execute(), 1),
    "watch": (watch_in_task, 4),
    "several steps": (lambda r: r.sunionstore("{1}d", "e1", "e2"), 2),
    "subscription": (receive_in_task, 10),
    "cancelled": (cancelled, 1),
    "error reply": (refused_in_task, 1),
    "derived clients": (derived_in_task, 10),
}


@pytest.mark.parametrize("kind", TASKS)
def test_tasks_of_a_kind(config, kind):
    async def work(r):
        call, cost = TASKS[kind]
        await r.mset({"k": "v", "n": 0})
        await r.sadd("e1", "a")
        await r.sadd("e2", "b")
        for _ in range(200):
            await call(r)
        growth = Growth()
        for _ in range(CALLS // cost):
            await call(r)
        await asyncio.sleep(0.01)
        growth.check()

    run(work, config, seconds=240 + CALLS / 20)
