"""RedisCluster for asyncio: event loops, processes, closing, memory."""

import asyncio
import gc
import json
import os
import pickle
import select
import subprocess
import sys
import threading
import warnings
import weakref

import pytest
import redis
from tasks import LIMIT, blocked, run, until

from rediscluster import Cluster, RequestError
from rediscluster.asyncio import RedisCluster


def test_several_event_loops_use_one_client(config):
    client = RedisCluster(config)

    async def work():
        assert await client.incr("n") > 0
        assert await client.pipeline().get("n").execute() != [None]

    asyncio.run(work())
    asyncio.run(work())
    failures = []

    def in_thread():
        try:
            asyncio.run(asyncio.wait_for(work(), LIMIT))
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=in_thread) for _ in range(4)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert not failures

    async def close():
        assert await client.get("n") == b"6"
        await client.aclose()

    asyncio.run(close())


def test_threads_begin_and_end_event_loops_at_the_same_time(config):
    client = RedisCluster(config)
    failures = []

    async def begin():
        client._loops.here()

    def in_thread():
        try:
            for _ in range(400):
                asyncio.run(begin())
        except BaseException as error:
            failures.append(error)

    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        threads = [threading.Thread(target=in_thread) for _ in range(8)]
        [thread.start() for thread in threads]
        [thread.join() for thread in threads]
    finally:
        sys.setswitchinterval(interval)
    assert not failures
    asyncio.run(client.aclose())


def test_an_event_loop_is_closed_while_tasks_wait(config):
    """The next event loop is not affected."""
    client = RedisCluster(config)

    async def begin():
        pubsub = client.pubsub()
        await pubsub.subscribe("c")
        assert (await pubsub.get_message(timeout=LIMIT))["type"] == "subscribe"
        tasks = [asyncio.create_task(pubsub.get_message(timeout=None)), asyncio.create_task(client.blpop("none", timeout=0))]
        await until(lambda: blocked(client, 1))
        return tasks

    loop = asyncio.new_event_loop()
    tasks = loop.run_until_complete(begin())
    loop.close()
    assert not any(task.done() for task in tasks)

    async def work():
        assert await client.set("a", 1)
        await until(lambda: blocked(client, 0))
        await client.aclose()

    asyncio.run(work())


def test_a_loop_of_the_parent_is_refused_in_a_child(core):
    loop = core.open_loop()

    class Future:
        def set_result(self, value):
            raise AssertionError

    child = os.fork()
    if child == 0:
        try:
            with pytest.raises(RequestError, match="the loop belongs to the process that opened it; open one after the fork"):
                loop.submit(("GET", "a"), Future())
            with pytest.raises(RequestError, match="belongs to the process"):
                loop.process()
            loop.close()
            os._exit(0)
        except BaseException as error:
            print("child:", repr(error), file=sys.stderr)
            os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    loop.submit(("GET", "a"), Future())
    loop.cancel(1)
    loop.close()


def test_parent_and_child_use_one_client(config):
    """The child has an event loop of its own. Whatever it closes, the parent's connections and its event loop go on."""

    async def work(r):
        await r.set("a", 1)
        child = os.fork()
        if child == 0:
            try:
                # The child leaves the event loop of the parent.
                asyncio.events._set_running_loop(None)

                async def in_child():
                    assert await r.get("a") == b"1"
                    await r.incr("n")
                    await r.aclose()

                asyncio.run(in_child())
                os._exit(0)
            except BaseException as error:
                print("child:", repr(error), file=sys.stderr)
                os._exit(1)
        assert await asyncio.to_thread(os.waitpid, child, 0) == (child, 0)
        assert await r.mget("a", "n") == [b"1", b"1"]

    run(work, config)


def test_closing_fails_the_calls_in_flight(config):
    async def work(r):
        waiting = [asyncio.create_task(r.blpop("list", timeout=0)) for _ in range(3)]
        await until(lambda: blocked(r, 3))
        await r.aclose()
        for outcome in await asyncio.gather(*waiting, return_exceptions=True):
            assert isinstance(outcome, redis.ConnectionError), outcome
        with pytest.raises(RequestError, match="closed"):
            await r.get("a")

    run(work, config)


def test_a_client_that_is_not_closed_is_freed(config):
    async def work():
        client = RedisCluster(config)
        await client.set("a", 1)
        loop = weakref.ref(client._loops.here().core)
        descriptor = client._loops.here().core.fileno()
        os.fstat(descriptor)
        del client
        gc.collect()
        assert loop() is None
        with pytest.raises(OSError):
            os.fstat(descriptor)

    asyncio.run(work())


def test_pickle(config):
    async def work(r):
        copy = pickle.loads(pickle.dumps(r))
        await r.set("a", 1)
        assert await copy.get("a") == b"1"
        await copy.aclose()

    run(work, config)


def test_the_cluster_methods(config):
    async def work(r):
        assert set(await r.node_list()) >= {"node_1", "node_2", "node_3"}
        assert (await r.explain("MGET", "a", "b", "c", "d"))["strategy"] == "split"
        assert await r.each("DBSIZE") == {"node_1": 0, "node_2": 0, "node_3": 0}
        assert await r.recover() == []
        await r.mget("a", "b", "c", "d")
        assert sum(node["commands"] for node in r.stats().values()) > 0

    run(work, config)


def test_uvloop(config):
    uvloop = pytest.importorskip("uvloop")

    async def work():
        async with RedisCluster(config) as r:
            await asyncio.gather(*(r.set(f"k{number}", number) for number in range(256)))
            assert await r.pipeline().get("k1").execute() == [b"1"]
            with pytest.raises(asyncio.TimeoutError):
                await asyncio.wait_for(r.blpop("none", timeout=0), 0.05)
            return await r.dbsize()

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert uvloop.run(asyncio.wait_for(work(), LIMIT)) == 256


def test_the_loop_without_asyncio(core: Cluster):
    """Any event loop can use it: a descriptor, a timeout, futures with two methods."""

    class Future:
        def set_result(self, value):
            self.value = value

        def set_exception(self, error):
            self.value = error

    loop = core.open_loop()
    futures = [Future() for _ in range(3)]
    loop.submit(("SET", "a", 1), futures[0])
    loop.submit(("LPUSH", "a", 1), futures[1])
    loop.submit_many([("GET", "x"), ("INCRBY", "b", 2), ("GET", "b")], None, futures[2])
    while True:
        timeout = loop.process()
        if all(hasattr(future, "value") for future in futures):
            break
        select.select([loop.fileno()], [], [], timeout)
    assert futures[0].value == b"OK" and isinstance(futures[1].value, redis.ResponseError) and futures[2].value == [None, 2, b"2"]
    loop.close()
    with pytest.raises(RequestError, match="closed"):
        loop.submit(("GET", "a"), Future())


def test_a_future_that_fails_does_not_affect_the_others(core: Cluster):
    class Future:
        def __init__(self, error, is_done):
            self.error, self.is_done, self.value = error, is_done, None

        def set_result(self, value):
            self.value = value
            if self.error is not None:
                raise self.error

        def done(self):
            return self.is_done

    loop = core.open_loop()

    def failures(*futures):
        errors = []
        for future in futures:
            loop.submit(("SET", "a", 1), future)
        while any(future.value is None for future in futures):
            try:
                loop.process()
            except BaseException as error:
                errors.append(error)
            else:
                waits = any(future.value is None for future in futures)
                assert not waits or select.select([loop.fileno()], [], [], LIMIT)[0], "a reply was lost"
        return errors

    assert failures(Future(ValueError("cancelled"), True), Future(None, True)) == []
    bug = ValueError("a bug")
    assert failures(Future(bug, False), Future(None, True)) == [bug]
    # Of a signal handler that interrupts the event loop.
    interrupt = KeyboardInterrupt()
    assert failures(Future(interrupt, True), Future(None, True)) == [interrupt]
    loop.close()


THREADS = """
import asyncio, json, os, sys
from rediscluster.asyncio import RedisCluster

def threads():
    return sum(open(f"/proc/self/task/{task}/comm").read() == "rediscluster\\n" for task in os.listdir("/proc/self/task"))

async def main():
    async with RedisCluster(json.loads(sys.argv[1])) as r, r.with_deadline(10) as limited:
        for client in (r, limited):
            await client.mset({"a": 1, "b": 2, "c": 3})
            assert await client.pipeline(transaction=False).get("a").mget("a", "b", "c").lpush("l", 1).delete("l", "c").execute()
            assert await client.pipeline().incr("a").get("a").execute() == [2, b"2"]
        print(threads())
        await client.sunionstore("{x}d", "e1", "e2")
        print(threads())

asyncio.run(main())
"""


def test_commands_pipelines_and_transactions_of_one_step_start_no_threads(config):
    done = subprocess.run([sys.executable, "-c", THREADS, json.dumps(config)], capture_output=True, text=True, timeout=60)
    assert (done.stdout, done.stderr) == ("0\n1\n", "")
