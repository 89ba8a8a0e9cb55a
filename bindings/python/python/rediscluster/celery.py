"""Celery's result backend on N servers::

    app.conf.result_backend = "rediscluster.celery:RedisClusterBackend"
    app.conf.result_backend_transport_options = {"cluster": {"nodes": {…}}}

``cluster`` is the configuration of :class:`rediscluster.RedisCluster`. ``hash_tag`` is ``"keep"`` unless it is given; chords require that. kombu's
Redis transport reads from sockets by itself, so a broker is an address of the listener; see docs/python.md.
"""

from __future__ import annotations

import time
from typing import Any

from celery.backends.redis import (  # type: ignore[import-not-found,import-untyped,unused-ignore]
    RedisBackend,
    ResultConsumer,
)

from .client import RedisCluster
from .pipeline import Pipeline

# A session has no socket to wait for.
_POLL_INTERVAL = 0.02


class ResultCluster(RedisCluster):
    """A client whose pipelines have no transaction: a result and its message may be on two nodes."""

    def pipeline(self, transaction: bool = False, shard_hint: Any = None) -> Pipeline:
        return super().pipeline(False, shard_hint)


class ClusterResultConsumer(ResultConsumer):  # type: ignore[misc,unused-ignore]
    """Waits for the messages of results."""

    def _wait_for_pubsub(self, pubsub: Any, timeout: float | None) -> bool:
        wait = _POLL_INTERVAL if timeout is None else min(timeout, _POLL_INTERVAL)
        if not pubsub.subscribed:
            return bool(pubsub.subscribed_event.wait(wait))
        time.sleep(wait)
        return True


class RedisClusterBackend(RedisBackend):  # type: ignore[misc,unused-ignore]
    """Celery's Redis result backend on N servers."""

    ResultConsumer = ClusterResultConsumer

    def get_key_for_group(self, group_id: Any, key: str = "") -> Any:
        """A script of chords uses all keys of a group, so a hash tag puts them on one node."""
        return super().get_key_for_group(f"{{{group_id}}}" if group_id else group_id, key)

    def _create_client(self, **params: Any) -> RedisCluster:
        cluster = {"hash_tag": "keep", **self._transport_options["cluster"]}
        known = ("socket_timeout", "socket_connect_timeout", "client_name", "max_connections")
        return ResultCluster(cluster, **{name: params[name] for name in known if params.get(name) is not None})
