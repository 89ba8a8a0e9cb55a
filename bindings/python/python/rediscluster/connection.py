"""Connections of redis-py on sessions of the library, for what needs the state of one connection: WATCH, MULTI, SUBSCRIBE, MONITOR."""

from __future__ import annotations

import errno
import functools
import inspect
import os
import re
import socket
from typing import Any

from redis._parsers import _RESP2Parser, _RESP3Parser
from redis.connection import AbstractConnection, ConnectionPool

from . import _core
from .exceptions import ConnectionError, CrossNodeError, RequestError, ResponseError

# A session has no limit of its own: it opens connections when a command needs them.
MAX_SESSIONS = 2**31 - 1


@functools.cache
def _parameters(base: Any) -> Any:
    return inspect.signature(base.__init__).parameters


def connection_options(base: Any, options: dict[str, Any]) -> dict[str, Any]:
    """The options of a session's connection that its base class in redis-py accepts."""
    known = _parameters(base)
    if "driver_info" in known:
        options.setdefault("driver_info", None)
    else:
        options.setdefault("lib_name", None)
        options.setdefault("lib_version", None)
    # The time limits are those of the library, which also selects the database and authenticates.
    options = {name: value for name, value in options.items() if name in known and name != "db"}
    return {**options, "socket_timeout": None}


def pool_options(base: Any, options: dict[str, Any]) -> dict[str, Any]:
    """The options of a pool of sessions that its base class in redis-py accepts."""
    if "maint_notifications_config" in _parameters(base):
        from redis.maint_notifications import MaintNotificationsConfig

        options["maint_notifications_config"] = MaintNotificationsConfig(enabled=False)
    return options


def shown_options(pool: Any) -> str:
    """The representation of a pool of sessions."""
    shown = {name: value for name, value in pool.connection_kwargs.items() if name in ("db", "client_name")}
    pieces = ",".join(f"{name}={value}" for name, value in shown.items() if value is not None)
    return f"<{type(pool).__module__}.{type(pool).__name__}({pieces})>"


def cross_node_error(error: ResponseError) -> ResponseError:
    """The error reply of a session, with the class that the library's own errors have."""
    if type(error) is ResponseError and str(error).startswith("CROSSNODE "):
        return CrossNodeError(str(error))
    return error


# The end of the text of an error of the library whose cause is a connection.
_LOST_SUBSCRIPTION = re.compile(r": [PS]?SUBSCRIBE: .*; it (was not|may have been) executed$")


class SessionSocket:
    """The byte stream of a session with the methods of a socket that redis-py's parsers use."""

    def __init__(self, session: _core.Session) -> None:
        self._session = session
        self._timeout: float | None = None

    def settimeout(self, timeout: float | None) -> None:
        self._timeout = timeout

    def gettimeout(self) -> float | None:
        return self._timeout

    def sendall(self, data: Any) -> None:
        self._session.write(bytes(data))

    def recv(self, size: int) -> bytes:
        while True:
            try:
                data = self._session.read(size, self._timeout)
            except RequestError:
                return b""  # The session is closed and everything was read: the end of the stream.
            if data:
                return data
            if self._timeout == 0:
                raise BlockingIOError(errno.EWOULDBLOCK, os.strerror(errno.EWOULDBLOCK))
            if self._timeout is not None:
                raise socket.timeout("timed out")

    def recv_into(self, buffer: Any) -> int:
        data = self.recv(len(buffer))
        buffer[: len(data)] = data
        return len(data)

    def shutdown(self, how: int) -> None:
        self._session.close()

    def close(self) -> None:
        self._session.close()

    def getsockname(self) -> Any:
        raise OSError("a session has no single address")

    getpeername = getsockname


class SessionConnection(AbstractConnection):
    """A connection of redis-py to all servers: one session of the library."""

    def __init__(self, core: _core.Cluster, **options: Any) -> None:
        self._core = core
        db = options.get("db", 0)
        # hiredis' parser needs a descriptor; a session has none.
        parser = _RESP3Parser if str(options.get("protocol")) == "3" else _RESP2Parser
        super().__init__(**{**connection_options(AbstractConnection, options), "parser_class": parser})
        self._selected_db = db

    def repr_pieces(self) -> Any:
        pieces: list[tuple[str, Any]] = [("db", self._selected_db)]
        if self.client_name:
            pieces.append(("client_name", self.client_name))
        return pieces

    def _connect(self) -> Any:
        return SessionSocket(self._core.session())

    def _host_error(self) -> Any:
        return "rediscluster"

    def _error_message(self, exception: BaseException) -> str:
        return str(exception)

    def read_response(self, *args: Any, **options: Any) -> Any:
        try:
            return super().read_response(*args, **options)
        except ResponseError as error:
            if _LOST_SUBSCRIPTION.search(str(error)):
                # redis-py connects and subscribes again.
                self.disconnect()  # type: ignore[no-untyped-call,unused-ignore]
                raise ConnectionError(str(error)) from None
            raise cross_node_error(error) from None


class SessionPool(ConnectionPool):
    """A pool of sessions. redis-py's pool tells processes apart, so a forked child opens sessions of its own."""

    def __init__(self, core: _core.Cluster, **options: Any) -> None:
        connection_class: Any = SessionConnection
        super().__init__(connection_class, max_connections=MAX_SESSIONS, core=core, **pool_options(ConnectionPool, options))

    def __repr__(self) -> str:
        return shown_options(self)
