"""redis.asyncio's connections for what has state (transactions, subscriptions): each is a session in the library's loop."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Any

from redis.asyncio.connection import AbstractConnection, ConnectionPool

from ..connection import MAX_SESSIONS, connection_options, cross_node_error, pool_options, shown_options
from ..exceptions import ResponseError
from .bound_loop import BoundLoop, BoundLoops


class SessionWriter:
    """What redis-py uses of an asyncio.StreamWriter. The session feeds its replies to the reader."""

    def __init__(self, bound: BoundLoop, reader: asyncio.StreamReader) -> None:
        self.bound = bound
        self._tag = bound.core.session(reader)
        self._is_closed = False

    def writelines(self, data: Iterable[bytes]) -> None:
        self.bound.core.write(self._tag, b"".join(data))
        self.bound.schedule()

    async def drain(self) -> None:
        """The library keeps what was written until it is sent."""

    def close(self) -> None:
        if not self._is_closed:
            self._is_closed = True
            self.bound.cancel(self._tag)

    async def wait_closed(self) -> None:
        """The library closes its sockets by itself."""

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        return default


class SessionConnection(AbstractConnection):
    """A connection of redis.asyncio to all servers: one session of the library."""

    def __init__(self, loops: BoundLoops, **options: Any) -> None:
        self._loops = loops
        super().__init__(**connection_options(AbstractConnection, options))

    def repr_pieces(self) -> Any:
        return [("client_name", self.client_name)] if self.client_name else []

    @property
    def is_connected(self) -> bool:
        """Whether it has a session in the running event loop."""
        writer: Any = self._writer
        return writer is not None and writer.bound.is_usable()

    async def _connect(self) -> None:
        if self._writer is not None:
            self._writer.close()
        bound = self._loops.here()
        self._reader = asyncio.StreamReader(loop=bound.loop)
        self._writer = SessionWriter(bound, self._reader)  # type: ignore[assignment]

    def _host_error(self) -> str:
        return "rediscluster"

    def _error_message(self, exception: BaseException) -> str:
        return str(exception)

    async def read_response(self, *args: Any, **options: Any) -> Any:
        try:
            return await super().read_response(*args, **options)
        except ResponseError as error:
            raise cross_node_error(error) from None


class SessionPool(ConnectionPool):
    """A pool of sessions."""

    def __init__(self, loops: BoundLoops, **options: Any) -> None:
        super().__init__(SessionConnection, max_connections=MAX_SESSIONS, loops=loops, **pool_options(ConnectionPool, options))

    def __repr__(self) -> str:
        return shown_options(self)
