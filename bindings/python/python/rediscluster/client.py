"""RedisCluster: redis-py's client on N servers."""

from __future__ import annotations

import copy
from typing import Any

import redis
from redis.client import EMPTY_RESPONSE
from redis.retry import Retry

from . import _core
from .base import GET_CONNECTION, ClusterClient, callback_for, callback_options, concerns_connection, decode
from .connection import SessionPool
from .exceptions import CrossNodeError, ResponseError, SessionRequiredError
from .pipeline import Pipeline


class RedisCluster(ClusterClient, redis.Redis):  # type: ignore[misc,unused-ignore]
    """redis-py's client on N independent servers that behave like one.

    ``cluster`` is the configuration, a dict or JSON: ``{"nodes": {"node_1": {"host": …, "port": …}, …}, "master_of": {…}}`` and the options
    that docs/python.md lists; each of these is also a keyword argument. ``db``, ``username``, ``password``, ``protocol``,
    ``decode_responses``, ``encoding``, ``encoding_errors``, ``client_name``, ``retry``, ``socket_timeout``, ``socket_connect_timeout``,
    ``max_connections``, ``health_check_interval``, ``single_connection_client`` and ``ssl…`` have the meaning of redis-py.

    Nothing is connected yet. Any number of threads may use it at once, and so may forked children. It can be pickled: the copy opens
    connections of its own.
    """

    _retry_class = Retry

    def _use(self, core: _core.Cluster) -> None:
        self._core = core
        self._call = core.call
        self.connection_pool: SessionPool = SessionPool(core, **self._session_options)

    # ---- commands --------------------------------------------------------------------------------------------------

    def execute_command(self, *args: Any, **options: Any) -> Any:
        """Runs a command and returns its reply as redis-py's callback for the command converts it."""
        if self.connection is not None:
            return super().execute_command(*args, **options)  # type: ignore[no-untyped-call]
        try:
            if self._retry is not None:
                response = self._retry.call_with_retry(lambda: self._call(args, decode(options)), lambda error: None)
            elif options:
                response = self._call(args, decode(options))
            else:
                response = self._call(args)
        except SessionRequiredError:
            # As redis-py does it: on some connection of the pool.
            return super().execute_command(*args, **options)  # type: ignore[no-untyped-call]
        except ResponseError as error:
            if isinstance(error, CrossNodeError) and concerns_connection(args[0]):
                return super().execute_command(*args, **options)  # type: ignore[no-untyped-call]
            if EMPTY_RESPONSE in options:
                return options[EMPTY_RESPONSE]
            raise
        callback = callback_for(self.response_callbacks, args[0])
        if callback is None:
            return response
        return callback(response, **callback_options(options)) if options else callback(response)

    def pipeline(self, transaction: bool = True, shard_hint: Any = None) -> Pipeline:
        """Returns a pipeline; see :class:`rediscluster.pipeline.Pipeline`."""
        return Pipeline(self._core, self.connection_pool, self.response_callbacks, transaction, shard_hint)

    def client(self) -> "RedisCluster":
        """A client on one session: what a command changes in its connection stays."""
        clone = copy.copy(self)
        clone._single_connection_client = True
        clone.auto_close_connection_pool = False
        clone.connection = self.connection_pool.get_connection(*GET_CONNECTION)
        return clone

    # ---- the cluster -----------------------------------------------------------------------------------------------

    def node_list(self, discover: bool = False) -> dict[str, dict[str, Any]]:
        """Returns all masters and replicas: a dict from alias to a dict of role, master, host, port, unix, db, server, replicas."""
        return self._core.node_list(discover)

    def each(self, *args: Any, nodes: str = "masters", **options: Any) -> dict[str, Any]:
        """Runs a command on every server and returns a dict from alias to reply. ``nodes`` is "masters", "replicas" or "all". A server that
        failed has an exception object in place of its reply."""
        replies = self._core.each(*args, nodes=nodes)
        return {alias: reply if isinstance(reply, Exception) else self._converted(args[0], reply, options) for alias, reply in replies.items()}

    def explain(self, *args: Any) -> dict[str, Any]:
        """Reports what a command would do, without running it."""
        return self._core.explain(*args)

    def recover(self, min_age: float = 60.0) -> list[dict[str, Any]]:
        """Completes or undoes moves between nodes that were interrupted more than ``min_age`` seconds ago."""
        return self._core.recover(min_age)

    def recover_to(self, hidden_key: Any, key: Any) -> Any:
        """Moves a value that ``recover`` reports as waiting to a key that does not exist."""
        return self._core.recover_to(hidden_key, key)

    def _converted(self, name: Any, reply: Any, options: dict[str, Any]) -> Any:
        callback = callback_for(self.response_callbacks, name)
        return reply if callback is None else callback(reply, **options)

    # ---- object ----------------------------------------------------------------------------------------------------

    def close(self) -> None:
        """Closes all connections. Later calls fail."""
        core = getattr(self, "_core", None)
        if core is None:
            return
        super().close()
        # A client of client() shares the handle.
        if self.auto_close_connection_pool:
            core.close()
