"""Clients that share connections and have other limits, and statistics."""

import asyncio
import pickle

import pytest
import redis
from servers import Server, configuration

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
    for derived in (r.with_read("master"), r.with_deadline(10), r.with_partial()):
        with derived:
            assert derived.set("a", 1) and derived.get("a") == b"1"
    assert opened(r) == before, "they share the connections"
    with pytest.raises(ValueError, match="read"):
        r.with_read("elsewhere")


def test_statistics(r):
    before = r.stats()
    assert set(before) == {"node_1", "node_2", "node_3"}
    for number in range(50):
        r.set("a", number)
    node = r.node_for("a")["alias"]
    after = r.stats()[node]
    assert after["commands"] - before[node]["commands"] >= 50 and after["role"] == "master"
    assert after["connections"]["opened"] >= 1 and after["bytes_sent"] > 50 * 20 and after["errors"]["timeout"] == 0
