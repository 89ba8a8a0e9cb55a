"""The client of django-redis on N servers::

    CACHES = {"default": {
        "BACKEND": "django_redis.cache.RedisCache",
        "LOCATION": ["redis://10.0.0.1", "redis://10.0.0.2"],
        "OPTIONS": {"CLIENT_CLASS": "rediscluster.django_redis.RedisClusterClient", "CLUSTER": {"socket_timeout": 1}},
    }}

``LOCATION`` is a list of URLs, node_1 first. ``CLUSTER`` has the options of :class:`rediscluster.RedisCluster`, as ``OPTIONS`` of
:mod:`rediscluster.django`; the other options of django-redis that are not about connections stay in use.
"""

from __future__ import annotations

from typing import Any

from django_redis.client import DefaultClient  # type: ignore[import-not-found,import-untyped,unused-ignore]

from .client import RedisCluster
from .django import open_cache


class RedisClusterClient(DefaultClient):  # type: ignore[misc,unused-ignore]
    """The client of django-redis on N servers."""

    def connect(self, index: int = 0) -> RedisCluster:
        return open_cache(self._server, self._options.get("CLUSTER", {}))

    def get_next_client_index(self, write: bool = True, tried: Any = None) -> int:
        """There is one client for masters and replicas."""
        return 0

    def disconnect(self, index: int = 0, client: Any = None) -> None:
        client = client or self._clients[index]
        if client is not None:
            client.close()
