"""redis-py as oracle: every public method of redis.Redis and redis.asyncio.Redis on one server, and on three."""

import asyncio
import warnings
from collections.abc import Iterator

import oracle
import pytest
import redis
import redis.asyncio
from redis.backoff import NoBackoff
from servers import Server, configuration

import rediscluster
import rediscluster.asyncio

# Methods that may differ from one server, and why. docs/python.md has the same list.
DIFFERENCES = {
    "client_setinfo": "the library accepts it for servers before Redis 7.2 too",
    "himport_discard_all_internal": "an unknown command is a RequestError with another text",
    "himport_discard_internal": "an unknown command is a RequestError with another text",
    "himport_prepare_internal": "an unknown command is a RequestError with another text",
}

# By name: the options of the clients, whether keys of all types are tried, and the pipeline: none, or whether it has a transaction.
MODES = {
    "bytes": ({}, True, None),
    "decoded": ({"decode_responses": True}, False, None),
    "resp3": ({"protocol": 3}, False, None),
    "pipeline": ({}, False, False),
    "transaction": ({}, False, True),
}
# A transaction runs on one node.
TAG = {"transaction": "{tag}"}


@pytest.fixture
def own_servers() -> Iterator[list[Server]]:
    """Servers of its own: some calls leave functions and users."""
    warnings.simplefilter("ignore")
    servers = [Server() for _ in range(4)]
    yield servers
    for server in servers:
        server.stop()


def calls(mode: str, cls: type) -> Iterator[tuple]:
    _, with_every_type, _ = MODES[mode]
    tag = TAG.get(mode, "")
    for method in oracle.methods(cls):
        for label, args, keywords in oracle.calls(method, with_every_type):
            yield method, label, oracle.tagged(args, tag, method), oracle.tagged(keywords, tag, method)


@pytest.mark.parametrize("mode", MODES)
def test_every_method(mode, own_servers):
    options, _, pipeline = MODES[mode]
    server, *servers = own_servers
    retry = redis.retry.Retry(NoBackoff(), 0)
    plain = redis.Redis(port=server.port, **{"protocol": 2, "socket_timeout": 5, "retry": retry, **options})
    ours = rediscluster.RedisCluster(configuration(servers, hash_tag="keep"), **options)
    tally = oracle.Tally(mode, DIFFERENCES)
    for method, label, args, keywords in calls(mode, redis.Redis):
        results = []
        for client in (plain, ours):
            oracle.fill(client.pipeline(transaction=False), TAG.get(mode, "")).execute()
            results.append(oracle.outcome(client, method, args, keywords, pipeline))
        tally.add(method, label, *results)
    ours.close()
    tally.check()


@pytest.mark.parametrize("mode", MODES)
def test_every_method_of_asyncio(mode, own_servers):
    async def compare() -> None:
        options, _, pipeline = MODES[mode]
        server, *servers = own_servers
        retry = redis.asyncio.retry.Retry(NoBackoff(), 0)
        plain = redis.asyncio.Redis(port=server.port, **{"protocol": 2, "socket_timeout": 5, "retry": retry, **options})
        ours = rediscluster.asyncio.RedisCluster(configuration(servers, hash_tag="keep"), **options)
        for method, label, args, keywords in calls(mode, redis.asyncio.Redis):
            results = []
            for client in (plain, ours):
                await oracle.fill(client.pipeline(transaction=False), TAG.get(mode, "")).execute()
                results.append(await oracle.outcome_in_task(client, method, args, keywords, pipeline))
            tally.add(method, label, *results)
        await ours.aclose()
        await plain.aclose()

    tally = oracle.Tally(f"asyncio {mode}", DIFFERENCES)
    asyncio.run(compare())
    tally.check()
