from __future__ import annotations

from collections.abc import Iterator

import pytest
from servers import Server, configuration

from rediscluster import Cluster, RedisCluster, StrictRedisCluster


@pytest.fixture(scope="session")
def all_servers() -> list[Server]:
    return [Server() for _ in range(3)]


@pytest.fixture
def servers(all_servers: list[Server]) -> list[Server]:
    """Three servers without keys."""
    for server in all_servers:
        with server.client() as client:
            client.flushall()
    return all_servers


@pytest.fixture
def config(servers: list[Server]) -> dict:
    return configuration(servers, hash_tag="keep")


@pytest.fixture
def core(config: dict) -> Iterator[Cluster]:
    with Cluster(config) as cluster:
        yield cluster


@pytest.fixture
def r(config: dict) -> Iterator[RedisCluster]:
    with RedisCluster(config) as client:
        yield client


@pytest.fixture
def old(servers: list[Server]) -> Iterator[StrictRedisCluster]:
    """As the README of rediscluster-py opens it: two masters."""
    with StrictRedisCluster(cluster=configuration(servers[:2]), db=0) as client:
        yield client
