"""RedisCluster for asyncio: redis.asyncio's client on N servers."""

from __future__ import annotations

import asyncio
import copy
import inspect
from typing import Any

import redis.asyncio
from redis.asyncio.retry import Retry
from redis.client import EMPTY_RESPONSE

from .. import _core
from ..base import ClusterClient, callback_for, callback_options, concerns_connection, decode
from ..exceptions import CrossNodeError, ResponseError, SessionRequiredError
from .bound_loop import BoundLoops
from .connection import SessionPool
from .pipeline import Pipeline


class RedisCluster(ClusterClient, redis.asyncio.Redis):  # type: ignore[misc,unused-ignore]
    """redis.asyncio's client on N independent servers that behave like one.

    The arguments are those of :class:`rediscluster.RedisCluster`. Any number of tasks may use it at once. It may be used in several event
    loops, one after the other or in several threads: each has connections of its own. A client of the parent can be used in a forked child,
    in an event loop of the child. A client of ``with_deadline()``, ``with_partial()``, ``with_read()`` or ``with_read_your_writes()`` shares the
    connections, and is closed on its own. ``aclose()`` or ``async with`` closes a client.
    """

    _retry_class = Retry

    def _use(self, core: _core.Cluster) -> None:
        self._core = core
        parent: BoundLoops | None = getattr(self, "_loops", None)
        self._loops = BoundLoops(core) if parent is None else parent.derive(core)
        self.connection_pool: SessionPool = SessionPool(self._loops, **self._session_options)

    # ---- commands --------------------------------------------------------------------------------------------------

    async def execute_command(self, *args: Any, **options: Any) -> Any:
        """Runs a command and returns its reply as redis-py's callback for the command converts it."""
        if self.single_connection_client:
            return await super().execute_command(*args, **options)  # type: ignore[no-untyped-call,unused-ignore]
        try:
            if self._retry is not None:
                response = await self._retry.call_with_retry(lambda: self._call(args, decode(options)), _ignore)
            else:
                response = await self._call(args, decode(options) if options else None)
        except SessionRequiredError:
            # As redis-py does it: on some connection of the pool.
            return await super().execute_command(*args, **options)  # type: ignore[no-untyped-call,unused-ignore]
        except ResponseError as error:
            if isinstance(error, CrossNodeError) and concerns_connection(args[0]):
                return await super().execute_command(*args, **options)  # type: ignore[no-untyped-call,unused-ignore]
            if EMPTY_RESPONSE in options:
                return options[EMPTY_RESPONSE]
            raise
        callback = callback_for(self.response_callbacks, args[0])
        if callback is None:
            return response
        result = callback(response, **callback_options(options)) if options else callback(response)
        return await result if inspect.isawaitable(result) else result

    async def _call(self, args: tuple[Any, ...], decodes: bool | None) -> Any:
        bound = self._loops.here()
        future = bound.loop.create_future()
        tag = bound.core.submit(args, future, decodes)
        bound.schedule()
        try:
            return await future
        except BaseException:
            bound.give_up(tag, future)
            raise

    def pipeline(self, transaction: bool = True, shard_hint: Any = None) -> Pipeline:
        """Returns a pipeline; see :class:`rediscluster.asyncio.Pipeline`."""
        return Pipeline(self._loops, self.connection_pool, self.response_callbacks, transaction, shard_hint)

    def client(self) -> "RedisCluster":
        """A client on one session: what a command changes in its connection stays."""
        clone = copy.copy(self)
        clone.single_connection_client = True
        clone._single_conn_lock = asyncio.Lock()
        clone.auto_close_connection_pool = False
        clone.connection = None
        return clone

    # ---- the cluster -----------------------------------------------------------------------------------------------

    async def node_list(self, discover: bool = False) -> dict[str, dict[str, Any]]:
        """Returns all masters and replicas: a dict from alias to a dict of role, master, host, port, unix, db, server, replicas."""
        bound = self._loops.here()
        return await bound.call(bound.core.node_list, discover)  # type: ignore[no-any-return]

    async def each(self, *args: Any, nodes: str = "masters", **options: Any) -> dict[str, Any]:
        """Runs a command on every server and returns a dict from alias to reply. ``nodes`` is "masters", "replicas" or "all". A server that
        failed has an exception object in place of its reply."""
        bound = self._loops.here()
        replies = await bound.call(bound.core.each, args, nodes)
        callback = callback_for(self.response_callbacks, args[0])
        if callback is None:
            return replies  # type: ignore[no-any-return]
        return {alias: reply if isinstance(reply, Exception) else callback(reply, **options) for alias, reply in replies.items()}

    async def explain(self, *args: Any) -> dict[str, Any]:
        """Reports what a command would do, without running it."""
        bound = self._loops.here()
        return await bound.call(bound.core.explain, args)  # type: ignore[no-any-return]

    async def recover(self, min_age: float = 60.0) -> list[dict[str, Any]]:
        """Completes or undoes moves between nodes that were interrupted more than ``min_age`` seconds ago."""
        bound = self._loops.here()
        return await bound.call(bound.core.recover, min_age)  # type: ignore[no-any-return]

    async def recover_to(self, hidden_key: Any, key: Any) -> Any:
        """Moves a value that ``recover`` reports as waiting to a key that does not exist."""
        bound = self._loops.here()
        return await bound.call(bound.core.recover_to, hidden_key, key)

    # ---- object ----------------------------------------------------------------------------------------------------

    async def aclose(self, close_connection_pool: bool | None = None) -> None:
        """Closes all connections. The calls in flight fail, and so do later ones."""
        try:
            await super().aclose(close_connection_pool)
        finally:
            # A client of client() shares the handle.
            if close_connection_pool or (close_connection_pool is None and self.auto_close_connection_pool):
                self._loops.close()
                self._core.close()


async def _ignore(error: Exception) -> None:
    """Nothing has to be done before a call is repeated."""
