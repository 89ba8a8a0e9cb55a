"""RedisCluster for asyncio on three servers: commands, transactions, subscriptions, cancellation, errors."""

import asyncio

import pytest
import redis
import redis.asyncio
from servers import Server, configuration
from tasks import LIMIT, blocked, run, until

from rediscluster import CrossNodeError


def test_it_is_a_client_of_redis_asyncio(config):
    async def work(r):
        assert isinstance(r, redis.asyncio.Redis)
        assert await r.set("k", "v", ex=100) is True and await r.ttl("k") > 90
        assert await r.hset("h", mapping={"a": 1, "b": 2}) == 2 and await r.hgetall("h") == {b"a": b"1", b"b": b"2"}
        assert await r.mset({"a": 1, "b": 2, "c": 3}) and await r.mget("a", "b", "c", "d") == [b"1", b"2", b"3", None]
        assert (await r.info("server"))["redis_version"] and await r.dbsize() == 5
        assert await r.execute_command("get", "k") == b"v"
        assert sorted([key async for key in r.scan_iter()]) == [b"a", b"b", b"c", b"h", b"k"]
        assert await r.rename("a", "z") is True and await r.get("z") == b"1"
        assert repr(r) == "<rediscluster.asyncio.client.RedisCluster(node_1, node_2, node_3)>"
        assert list(r.getnodefor("k")) == [r.node_for("k")["alias"]]

    run(work, config)


def test_decoded_and_protocol_3(config):
    async def work(r):
        await r.mset({"a": "ü", "b": "2"})
        assert await r.mget("a", "b") == ["ü", "2"]
        assert type(await r.dump("a")) is bytes
        value, dumped = await r.pipeline(transaction=False).get("a").dump("a").execute()
        assert value == "ü" and type(dumped) is bytes
        assert await r.pipeline().get("a").execute() == ["ü"]
        await r.zadd("z", {"a": 1.5})
        assert await r.zrange("z", 0, -1, withscores=True) == [["a", 1.5]]

    run(work, config, decode_responses=True, protocol=3)


def test_callbacks_of_the_user(config):
    async def work(r):
        async def later(reply, **options):
            await asyncio.sleep(0)
            return b"later " + reply

        r.set_response_callback("GET", later)
        await r.set("a", 1)
        assert await r.get("a") == b"later 1"
        assert await r.pipeline(transaction=False).get("a").execute() == [b"later 1"]
        assert await r.pipeline().get("a").execute() == [b"later 1"]

    run(work, config)


def test_many_tasks(config):
    async def work(r):
        async def task(number):
            key = f"k{number}"
            for turn in range(20):
                assert await r.set(key, turn) and await r.get(key) == b"%d" % turn
            return await r.incr("counter")

        assert sorted(await asyncio.gather(*map(task, range(256)))) == list(range(1, 257))

    run(work, config)


def test_a_pipeline(config):
    async def work(r):
        p = r.pipeline(transaction=False)
        p.set("a", 1).incr("b").mget("a", "b", "c").hgetall("none").get("a")
        assert await p.execute() == [True, 1, [b"1", b"1", None], {}, b"1"]
        p.get("a").lpush("a", 1).get("b")
        with pytest.raises(redis.ResponseError, match=r"Command # 2 \(LPUSH a 1\) of pipeline caused error: "):
            await p.execute()
        results = await p.get("a").lpush("a", 1).get("b").execute(raise_on_error=False)
        assert results[0] == b"1" and isinstance(results[1], redis.ResponseError) and results[2] == b"1"
        assert await p.execute() == []

    run(work, config)


def test_a_transaction(config):
    async def work(r):
        p = r.pipeline()
        assert await p.set("t:{1}:a", 1).incr("t:{1}:a").execute() == [True, 2]
        with pytest.raises(redis.ResponseError, match="Command # 2 "):
            await p.get("t:{1}:a").lpush("t:{1}:a", 1).execute()
        with pytest.raises(CrossNodeError):
            await p.set("a", 1).set("b", 1).set("c", 1).set("d", 1).execute()
        # Nothing of the failed transaction is left in the session.
        assert await p.get("t:{1}:a").execute() == [b"2"]

    run(work, config)


def test_a_transaction_over_several_nodes(config):
    async def work(r):
        assert await r.pipeline().set("a", 1).set("b", 1).set("c", 1).get("b").execute() == [True, True, True, b"1"]

    run(work, config, transactions="per_node")


def test_watch(config):
    async def work(r):
        async def add(p):
            value = int(await p.get("n") or 0)
            calls.append(value)
            if len(calls) == 1:
                await r.set("n", 10)
            p.multi()
            p.set("n", value + 1)

        calls = []
        assert await r.transaction(add, "n") == [True]
        assert calls == [0, 10] and await r.get("n") == b"11"
        async with r.pipeline() as p:
            await p.watch("n")
            await r.set("n", 1)
            p.multi()
            p.get("n")
            with pytest.raises(redis.WatchError):
                await p.execute()

    run(work, config)


def test_locks_and_scripts(config):
    async def work(r):
        async with r.lock("lock", timeout=10):
            assert not await r.lock("lock", timeout=10).acquire(blocking=False)
        assert await r.lock("lock", timeout=10).acquire(blocking=False)
        script = r.register_script("return redis.call('INCRBY', KEYS[1], ARGV[1])")
        assert await script(keys=["n"], args=[5]) == 5
        p = r.pipeline()
        await script(keys=["n"], args=[5], client=p)
        assert await p.execute() == [10]

    run(work, config)


def test_a_client_with_one_session(config):
    async def work(r):
        async with r.client() as one:
            await one.client_setname("me")
            assert await one.client_getname() == "me" and await one.client_id() == await one.client_id()
            assert await one.set("a", 1) and await one.get("a") == b"1"
        assert await r.get("a") == b"1"

    run(work, config)


# ---- subscriptions -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("protocol", [2, 3])
def test_subscriptions(config, protocol):
    async def work(r):
        async with r.pubsub() as pubsub:
            await pubsub.subscribe("a", "b", "c")
            await pubsub.psubscribe("p*")
            kinds = [(await pubsub.get_message(timeout=LIMIT))["type"] for _ in range(4)]
            assert kinds == ["subscribe"] * 3 + ["psubscribe"]
            for number in range(20):
                for channel in ("a", "b", "c", "px"):
                    await r.publish(channel, f"{channel}{number}")
            received = [await pubsub.get_message(timeout=LIMIT) for _ in range(80)]
            for channel in ("a", "b", "c", "px"):
                texts = [message["data"] for message in received if message["channel"] == channel]
                assert texts == [f"{channel}{number}" for number in range(20)]
            await pubsub.unsubscribe("a")
            assert (await pubsub.get_message(timeout=LIMIT))["type"] == "unsubscribe"
            assert await pubsub.get_message(timeout=0.01) is None

    run(work, config, protocol=protocol, decode_responses=True)


def test_a_task_that_listens_is_cancelled(config):
    async def work(r):
        received = []

        async def listen():
            async with r.pubsub() as pubsub:
                await pubsub.subscribe("c")
                async for message in pubsub.listen():
                    received.append(message["data"])

        task = asyncio.create_task(listen())
        await until(lambda: subscribers(r, 1))
        await r.publish("c", "x")
        await until(lambda: is_true(b"x" in received))
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await until(lambda: subscribers(r, 0))

    run(work, config)


async def is_true(condition):
    return condition


async def subscribers(r, count):
    return (await r.pubsub_numsub("c"))[0][1] == count


@pytest.mark.parametrize("by_the_library", [False, True])
def test_a_lost_subscription_is_reported_and_made_again(config, all_servers, by_the_library):
    async def work(r):
        pubsub = r.pubsub()
        await pubsub.subscribe("c")
        assert (await pubsub.get_message(timeout=LIMIT))["type"] == "subscribe"
        if by_the_library:
            await r.execute_command("CLIENT", "KILL", "TYPE", "pubsub")
        for server in [] if by_the_library else all_servers:
            with server.client() as client:
                client.client_kill_filter(_type="pubsub")
        with pytest.raises(redis.ConnectionError):
            while True:
                await pubsub.get_message(timeout=LIMIT)
        # redis-py connects and subscribes again.
        assert (await pubsub.get_message(timeout=LIMIT))["type"] == "subscribe"
        await r.publish("c", "after")
        assert (await pubsub.get_message(timeout=LIMIT))["data"] == b"after"
        await pubsub.aclose()

    run(work, config)


def test_monitor(config):
    async def work(r):
        async with r.monitor() as monitor:
            await r.set("seen", 1)
            while "seen" not in (await asyncio.wait_for(monitor.next_command(), LIMIT))["command"]:
                pass

    run(work, config)


# ---- cancellation, errors ------------------------------------------------------------------------------------------


def test_a_cancelled_task_leaves_no_reply_behind(config):
    async def work(r):
        await r.mset({f"k{number}": number for number in range(100)})
        for turn in range(30):
            tasks = [asyncio.create_task(r.get(f"k{number}")) for number in range(100)]
            pipes = [asyncio.create_task(r.pipeline(transaction=kind).get("k1").get("k1").execute()) for kind in (False, True) * 3]
            for _ in range(turn % 4):
                await asyncio.sleep(0)
            cancelled = [*tasks[::2], *pipes[:4]]
            [task.cancel() for task in cancelled]
            results = await asyncio.gather(*tasks, *pipes, return_exceptions=True)
            for number, result in enumerate(results[:100]):
                assert result == b"%d" % number or (number % 2 == 0 and isinstance(result, asyncio.CancelledError)), (number, result)
            assert results[-2:] == [[b"1", b"1"]] * 2
        assert await r.get("k7") == b"7"

    run(work, config)


def test_a_cancelled_blocking_command_takes_no_element(config):
    async def work(r):
        waiting = asyncio.create_task(r.blpop("list", timeout=0))
        await until(lambda: blocked(r, 1))
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        await until(lambda: blocked(r, 0))
        await r.rpush("list", "x")
        assert await r.lrange("list", 0, -1) == [b"x"]
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(r.blpop("none", timeout=0), 0.05)

    run(work, config)


def test_blocking_commands_do_not_block_the_loop(config):
    async def work(r):
        waiting = [asyncio.create_task(r.blpop(f"list{number}", timeout=0)) for number in range(50)]
        await until(lambda: blocked(r, 50))
        assert await r.set("a", 1)
        for number in range(50):
            await r.rpush(f"list{number}", number)
        assert await asyncio.gather(*waiting) == [(b"list%d" % number, b"%d" % number) for number in range(50)]

    run(work, config)


def test_errors(config):
    async def work(r):
        await r.set("a", 1)
        with pytest.raises(redis.ResponseError, match="WRONGTYPE"):
            await r.lpush("a", 1)
        with pytest.raises(redis.DataError):
            await r.set("a", None)
        with pytest.raises(CrossNodeError):
            await r.mget("a", "b", "c", "d")
        assert await r.get("a") == b"1"

    run(work, config, cross_node="strict")


def test_a_server_that_is_silent(config, servers):
    async def work(r):
        key = next(key for key in "abcdefgh" if r.node_for(key)["port"] == servers[0].port)
        other = next(key for key in "abcdefgh" if r.node_for(key)["port"] != servers[0].port)
        await r.mget(key, other)
        servers[0].pause()
        try:
            waiting = asyncio.create_task(r.get(key))
            # The other servers are not affected.
            assert await r.set(other, 1)
            assert not waiting.done()
            with pytest.raises(redis.TimeoutError):
                await waiting
        finally:
            servers[0].resume()

    run(work, config, socket_timeout=1)


def test_retries_of_the_caller():
    async def work(r):
        server.stop()
        with pytest.raises(redis.ConnectionError):
            await r.get("a")
        assert failures == 3

    class Counting(redis.backoff.NoBackoff):
        def compute(self, failures_so_far):
            nonlocal failures
            failures += 1
            return 0

    failures = 0
    server = Server()
    retry = redis.asyncio.retry.Retry(Counting(), 3)
    run(work, configuration([server], breaker_failures=0), retry=retry)
