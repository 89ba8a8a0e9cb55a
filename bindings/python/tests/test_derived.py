"""Clients that share connections and have other limits, and statistics."""

import asyncio
import pickle
import threading

import pytest
import redis
from servers import Server, configuration, wait_until
from tasks import blocked, until

import rediscluster.asyncio
from rediscluster import RedisCluster

KEYS = [f"k{number}" for number in range(12)]


@pytest.fixture
def broken():
    """The configuration of three servers, of which the first one is down."""
    servers = [Server() for _ in range(3)]
    servers[0].stop()
    yield configuration(servers, hash_tag="keep")
    for server in servers:
        server.stop()


def check_partial(values, is_down):
    assert any(map(is_down, KEYS)) and not all(map(is_down, KEYS))
    for key, value in zip(KEYS, values, strict=True):
        if is_down(key):
            assert isinstance(value, redis.ConnectionError) and value.node == "node_1", value
        else:
            assert value is None


def test_partial_results(broken):
    with RedisCluster(broken) as r, r.with_partial() as partial:
        check_partial(partial.mget(KEYS), lambda key: r.node_for(key)["alias"] == "node_1")
        check_partial(partial.pipeline(transaction=False).mget(KEYS).execute()[0], lambda key: r.node_for(key)["alias"] == "node_1")
        with pytest.raises(redis.ConnectionError):
            r.mget(KEYS)
    with RedisCluster(broken, partial=True) as r:
        check_partial(r.mget(KEYS), lambda key: r.node_for(key)["alias"] == "node_1")


def test_partial_results_of_asyncio(broken):
    async def work():
        async with rediscluster.asyncio.RedisCluster(broken) as r, r.with_partial() as partial:
            check_partial(await partial.mget(KEYS), lambda key: r.node_for(key)["alias"] == "node_1")
            with pytest.raises(redis.ConnectionError):
                await r.mget(KEYS)

    asyncio.run(work())


def test_a_deadline(r):
    with r.with_deadline(0.2) as limited:
        with pytest.raises(redis.TimeoutError, match="the deadline of (200 ms|0.2 s) has passed"):
            limited.blpop("none", timeout=0)
        assert limited.set("a", 1)
        copy = pickle.loads(pickle.dumps(limited))
        with pytest.raises(redis.TimeoutError, match="the deadline of (200 ms|0.2 s) has passed"):
            copy.blpop("none", timeout=0)
        # It shares the connections, and is closed on its own.
    assert r.get("a") == b"1"
    with pytest.raises(ValueError, match="deadline"):
        r.with_deadline(-1)


def test_a_deadline_of_asyncio(config):
    async def work():
        async with rediscluster.asyncio.RedisCluster(config) as r:
            async with r.with_deadline(0.2) as limited:
                with pytest.raises(redis.TimeoutError, match="the deadline of (200 ms|0.2 s) has passed"):
                    await limited.blpop("none", timeout=0)
                assert await limited.set("a", 1)
            assert await r.get("a") == b"1"

    asyncio.run(work())


def opened(r):
    return [node["connections"]["opened"] for node in r.stats().values()]


def test_derived_clients_share_the_connections(r):
    r.set("a", 0)
    before = opened(r)
    for derived in (r.with_read("master"), r.with_deadline(10), r.with_partial(), r.with_read_your_writes()):
        with derived:
            assert derived.set("a", 1) and derived.get("a") == b"1"
    assert opened(r) == before, "they share the connections"
    with pytest.raises(ValueError, match="read"):
        r.with_read("elsewhere")


def connections(servers):
    counts = []
    for server in servers:
        with server.client() as client:
            counts.append(len(client.client_list()))
    return counts


def test_derived_clients_of_asyncio_share_the_connections(config, servers):
    async def work():
        async with rediscluster.asyncio.RedisCluster(config) as r:
            assert await r.mset({key: 0 for key in KEYS})
            before = connections(servers)
            async with r.with_deadline(10) as limited, limited.with_partial() as partial, r.with_read("master") as other:
                for client in (limited, partial, other, r):
                    assert await client.set("k1", 1) and await client.get("k1") == b"1"
                    assert await client.pipeline(transaction=False).get("k1").get("k2").execute() == [b"1", b"0"]
                    assert await client.pipeline().incr("k1").execute() == [2]
            assert await r.exists(*KEYS) == len(KEYS)
            assert connections(servers) == before, "they share the connections"
            # The last one keeps them.
            last = r.with_deadline(10)
            assert await last.get("k1") == b"2"
        assert await last.get("k1") == b"2" and connections(servers) == before
        await last.aclose()
        with pytest.raises(rediscluster.RequestError, match="closed"):
            await last.get("k1")

    asyncio.run(work())


def test_closing_a_derived_client_fails_its_calls_only(config):
    async def work():
        async with rediscluster.asyncio.RedisCluster(config) as r:
            derived = r.with_deadline(None)
            waiting = [asyncio.create_task(client.blpop("list", timeout=0)) for client in (r, derived)]
            await until(lambda: blocked(r, 2))
            await derived.aclose()
            with pytest.raises(redis.ConnectionError):
                await waiting[1]
            await until(lambda: blocked(r, 1))
            await r.rpush("list", "x")
            assert await waiting[0] == (b"list", b"x")

    asyncio.run(work())


@pytest.fixture
def with_replica():
    master = Server()
    replica = Server("--replicaof", f"127.0.0.1 {master.port}", "--repl-diskless-sync-delay", "0")
    nodes = {"node_1": master.node, "replica": replica.node}
    yield {"nodes": nodes, "master_of": {"node_1": "replica"}, "hash_tag": "keep", "read": "replica"}, master, replica
    replica.stop()
    master.stop()


def test_reads_see_the_writes_of_their_client(with_replica):
    config, _, replica = with_replica
    with RedisCluster(config) as r, r.with_read_your_writes() as own, own.with_deadline(10) as derived, replica.client() as direct:
        r.set("a", 0)
        wait_until(lambda: direct.get("a") == b"0" and r.get("a") == b"0")
        replica.pause()
        try:
            # The replica does not get it.
            assert own.set("a", 1) and own.get("a") == b"1" and derived.get("a") == b"1"
            assert own.pipeline(transaction=False).set("a", 2).get("a").execute() == [True, b"2"] and derived.get("a") == b"2"
        finally:
            replica.resume()
        wait_until(lambda: own.get("a") == b"2" and direct.get("a") == b"2")
        assert pickle.loads(pickle.dumps(own))._config["read_your_writes"] is True


def test_reads_of_asyncio_see_the_writes_of_their_client(with_replica):
    config, _, replica = with_replica

    async def work():
        async with rediscluster.asyncio.RedisCluster(config) as r, r.with_read_your_writes() as own:
            await r.set("a", 0)
            await until(lambda: is_value(r, b"0"))
            replica.pause()
            try:
                assert await own.set("a", 1) and await own.get("a") == b"1"
                assert await own.pipeline(transaction=False).set("a", 2).get("a").execute() == [True, b"2"]
                assert await own.get("a") == b"2"
            finally:
                replica.resume()

    asyncio.run(work())


async def is_value(r, value):
    return await r.get("a") == value


def test_calls_are_interrupted(core):
    first = core.with_interrupt()
    derived = first.with_deadline(None)
    failures = []

    def wait(cluster):
        with pytest.raises(redis.TimeoutError, match="interrupt") as failed:
            cluster.execute("BLPOP", "none", 0)
        failures.append(failed.value)

    threads = [threading.Thread(target=wait, args=(cluster,)) for cluster in (first, derived)]
    [thread.start() for thread in threads]
    wait_until(lambda: sum(int(b"blocked_clients:1" in reply) + 2 * int(b"blocked_clients:2" in reply) for reply in core.each("INFO", "clients").values()) == 2)
    core.interrupt()
    first.interrupt()
    [thread.join(20) for thread in threads]
    assert len(failures) == 2
    assert core.execute("SET", "a", 1) == b"OK"
    with pytest.raises(redis.TimeoutError):
        first.execute("GET", "a")


def test_derived_clients_have_the_callbacks_of_their_parent(r):
    r.set_response_callback("GET", lambda reply, **options: b"parent " + reply)
    r.set("a", 1)
    with r.with_deadline(10) as derived:
        assert derived.get("a") == b"parent 1"
        derived.set_response_callback("GET", lambda reply, **options: b"derived " + reply)
        assert derived.get("a") == b"derived 1" and r.get("a") == b"parent 1"
    assert r.get("a") == b"parent 1"


def test_statistics(r):
    before = r.stats()
    assert set(before) == {"node_1", "node_2", "node_3"}
    for number in range(50):
        r.set("a", number)
    node = r.node_for("a")["alias"]
    after = r.stats()[node]
    assert after["commands"] - before[node]["commands"] >= 50 and after["role"] == "master"
    assert after["connections"]["opened"] >= 1 and after["bytes_sent"] > 50 * 20 and after["errors"]["timeout"] == 0
