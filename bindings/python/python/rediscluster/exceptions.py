"""The exceptions: redis-py's, and the few that one server cannot cause.

An exception of the library has the attributes ``node`` (the alias of the node that failed, or None) and ``maybe_executed`` (whether a server
may have executed the command).
"""

from __future__ import annotations

from redis._parsers.base import BaseParser
from redis.exceptions import *  # noqa: F401,F403  the old module exported redis-py's classes too
from redis.exceptions import (
    AuthenticationError,
    AuthorizationError,
    BusyLoadingError,
    ChildDeadlockedError,
    ConnectionError,
    DataError,
    ExecAbortError,
    InvalidResponse,
    LockError,
    LockNotOwnedError,
    ModuleError,
    NoPermissionError,
    NoScriptError,
    PubSubError,
    ReadOnlyError,
    RedisError,
    ResponseError,
    TimeoutError,
    WatchError,
)

__all__ = [
    "AuthenticationError",
    "AuthorizationError",
    "BusyLoadingError",
    "ChildDeadlockedError",
    "ClusterConfigError",
    "ConnectionError",
    "CrossNodeError",
    "DataError",
    "ExecAbortError",
    "InternalError",
    "InvalidResponse",
    "LockError",
    "LockNotOwnedError",
    "ModuleError",
    "NoPermissionError",
    "NoScriptError",
    "PubSubError",
    "ReadOnlyError",
    "RedisError",
    "RequestError",
    "ResponseError",
    "SessionRequiredError",
    "TimeoutError",
    "WatchError",
]


class ClusterConfigError(DataError, ValueError):
    """The configuration is invalid. The message gives the path of the bad value."""


class RequestError(ResponseError):
    """The library refuses the command. Nothing was sent."""


class SessionRequiredError(RequestError):
    """The command changes the state of a connection. RedisCluster runs it on a session."""


class CrossNodeError(RequestError):
    """The keys are on several nodes, and the command is not supported there. The message begins with CROSSNODE and names keys and nodes."""


class InternalError(RedisError):
    """A bug in rediscluster."""


class OutOfMemoryForReply(RedisError, MemoryError):
    """There is not enough memory for a reply."""


# By the number of the kind of error in the library.
_CLASSES: dict[int, type[RedisError]] = {
    1: DataError,
    2: ClusterConfigError,
    3: RequestError,
    4: CrossNodeError,
    5: ConnectionError,
    6: ConnectionError,
    7: TimeoutError,
    8: ConnectionError,
    9: InvalidResponse,
    10: OutOfMemoryForReply,
    11: InternalError,
}
_CONNECT = 5
_REQUEST = 3


def library_error(code: int, message: str, node: str | None, maybe_executed: bool) -> RedisError:
    """The exception for an error of the library."""
    kind = _CLASSES.get(code, InternalError)
    if code == _REQUEST and message.endswith("use a session"):
        kind = SessionRequiredError
    elif code == _CONNECT:
        # The reply of a server that refuses the connection is part of the message.
        if any(word in message for word in (" WRONGPASS ", " NOAUTH ", "without any password configured", "invalid password")):
            kind = AuthenticationError
        elif " LOADING " in message:
            kind = BusyLoadingError
    error = kind(message)
    error.node = node  # type: ignore[attr-defined]
    error.maybe_executed = maybe_executed  # type: ignore[attr-defined]
    return error


def server_error(text: str) -> Exception:
    """The exception for an error reply, as redis-py makes it."""
    if text.startswith("CROSSNODE "):
        return CrossNodeError(text)
    error: Exception = BaseParser.parse_error(text)  # type: ignore[no-untyped-call]
    return error


def data_error(text: str) -> DataError:
    """The exception for an argument of a wrong type."""
    return DataError(text)
