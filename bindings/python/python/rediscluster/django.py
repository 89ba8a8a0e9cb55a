"""Django's Redis cache backend on N servers::

    CACHES = {"default": {
        "BACKEND": "rediscluster.django.RedisClusterCache",
        "LOCATION": ["redis://10.0.0.1", "redis://10.0.0.2"],
        "OPTIONS": {"socket_timeout": 1},
    }}

``LOCATION`` is a list of URLs, node_1 first. ``OPTIONS`` has ``serializer`` and the options of :class:`rediscluster.RedisCluster`. ``hash_tag`` is
``"off"`` unless it is given. All caches of a process with equal settings share their connections.
"""

from __future__ import annotations

from typing import Any

from django.core.cache.backends.redis import (  # type: ignore[import-not-found,import-untyped,unused-ignore]
    RedisCache,
    RedisCacheClient,
)

from .client import RedisCluster
from .pipeline import Pipeline


class CacheCluster(RedisCluster):
    """A client whose pipelines have no transaction unless they are asked to: the keys of a cache are on all nodes."""

    def pipeline(self, transaction: bool = False, shard_hint: Any = None) -> Pipeline:
        return super().pipeline(transaction, shard_hint)


def open_cache(servers: Any, options: dict[str, Any]) -> RedisCluster:
    """A client on the servers of a cache."""
    urls = [servers] if isinstance(servers, str) else list(servers)
    return CacheCluster.from_url(*urls, **{"hash_tag": "off", "shared": True, **options})


class RedisClusterCacheClient(RedisCacheClient):  # type: ignore[misc,unused-ignore]
    """The client of Django's backend."""

    def __init__(self, servers: Any, serializer: Any = None, **options: Any) -> None:
        super().__init__(servers, serializer)
        self._cluster = open_cache(servers, options)

    def get_client(self, key: Any = None, *, write: bool = False) -> RedisCluster:
        return self._cluster


class RedisClusterCache(RedisCache):  # type: ignore[misc,unused-ignore]
    """Django's Redis cache backend on N servers."""

    def __init__(self, server: Any, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._class = RedisClusterCacheClient
