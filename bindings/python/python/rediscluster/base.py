"""What the clients for threads and for asyncio have in common."""

from __future__ import annotations

import copy
import inspect
from collections.abc import Callable
from typing import Any, TypeVar

import redis.asyncio.retry
import redis.retry
from redis.client import EMPTY_RESPONSE, NEVER_DECODE

from . import _core as extension
from .config import UNSET, build, seconds, tls_options

# redis-py's options for one connection to one server. They have no meaning for N servers, and None or their default is accepted.
_WITHOUT_MEANING = ("socket_keepalive_options", "socket_read_size", "lib_name", "lib_version", "driver_info")

# A required argument in old releases; deprecated in new ones.
_NAME_PARAMETER = inspect.signature(inspect.unwrap(redis.ConnectionPool.get_connection)).parameters["command_name"]
GET_CONNECTION: Any = ("CLIENT",) if _NAME_PARAMETER.default is inspect.Parameter.empty else ()

_Client = TypeVar("_Client", bound="ClusterClient")


class ClusterClient:
    """What opens a client, its handle, and the methods that ask no server."""

    _arguments: dict[str, Any]
    _config: dict[str, Any]
    _core: extension.Cluster
    _retry: Any
    _session_options: dict[str, Any]
    connection_pool: Any
    # The class of redis-py for the retries that the caller asks for.
    _retry_class: Any

    def __init__(
        self,
        cluster: Any,
        db: int = UNSET,
        *,
        username: str | None = None,
        password: str | None = None,
        decode_responses: bool = False,
        encoding: str = "utf-8",
        encoding_errors: str = "strict",
        protocol: int | None = None,
        client_name: str | None = None,
        socket_timeout: float | None = UNSET,
        socket_connect_timeout: float | None = UNSET,
        socket_keepalive: bool | None = None,
        max_connections: int | None = None,
        health_check_interval: float = 0,
        retry: redis.retry.Retry | redis.asyncio.retry.Retry | None = None,
        retry_on_error: list[type[Exception]] | None = None,
        retry_on_timeout: bool = False,
        single_connection_client: bool = False,
        shared: bool = False,
        **options: Any,
    ) -> None:
        arguments = {name: value for name, value in locals().items() if name not in ("self", "options", "__class__")}
        self._open(arguments, options)
        self._retry = _make_retry(self._retry_class, retry, retry_on_error, retry_on_timeout)
        # The next class is redis-py's.
        super().__init__(connection_pool=self.connection_pool, single_connection_client=single_connection_client)  # type: ignore[call-arg]
        self.auto_close_connection_pool = True

    @classmethod
    def from_url(cls: type[_Client], url: str, *urls: str, **options: Any) -> _Client:
        """Opens the servers of these URLs: node_1, node_2 and so on, in this order."""
        nodes = {f"node_{number}": one for number, one in enumerate((url, *urls), 1)}
        return cls({"nodes": nodes}, **options)

    @classmethod
    def from_pool(cls: type[_Client], connection_pool: Any) -> _Client:
        raise TypeError("a RedisCluster has connections to several servers; open it with a configuration")

    def _open(self, arguments: dict[str, Any], options: dict[str, Any]) -> None:
        """Opens the handle. ``arguments`` are those that the class names, ``options`` all others."""
        self._arguments = {**arguments, **options}
        options = {name: value for name, value in options.items() if name not in _WITHOUT_MEANING}
        tls = tls_options(options)
        given = arguments.__getitem__
        for name, value in {
            "db": given("db"),
            "username": UNSET if given("username") is None else given("username"),
            "password": UNSET if given("password") is None else given("password"),
            "protocol": UNSET if given("protocol") is None else int(given("protocol")),
            "timeout": UNSET if given("socket_timeout") is UNSET else seconds(given("socket_timeout")),
            "connect_timeout": UNSET if given("socket_connect_timeout") is UNSET else seconds(given("socket_connect_timeout")),
            "keepalive": 0 if given("socket_keepalive") is False else UNSET,
            "pool_size": UNSET if given("max_connections") is None else given("max_connections"),
            "ping_interval": given("health_check_interval") or UNSET,
            "tls": tls,
        }.items():
            options.setdefault(name, value)
        self._config = build(given("cluster"), options)
        texts = {name: given(name) for name in ("decode_responses", "encoding", "encoding_errors")}
        self._session_options = {
            **texts,
            "db": self._config.get("db", 0),
            "client_name": given("client_name"),
            "protocol": int(self._config.get("protocol", 2)),
        }
        self._use(extension.Cluster(self._config, **texts, shared=given("shared")))

    def _use(self, core: extension.Cluster) -> None:
        """Uses a handle and makes a pool of sessions on it."""
        raise NotImplementedError

    @property
    def core(self) -> extension.Cluster:
        """The library's handle, without redis-py's interface."""
        return self._core

    def getnodefor(self, name: Any) -> dict[str, dict[str, Any]]:
        """Returns the master of a key: ``{'node_2': {'host': '127.0.0.1', 'port': 63792}}``. No server is asked."""
        node = self._core.node_for(name)
        if node["unix"] is not None:
            return {node["alias"]: {"unix": node["unix"]}}
        return {node["alias"]: {"host": node["host"], "port": node["port"]}}

    def node_for(self, name: Any) -> dict[str, Any]:
        """Returns the master of a key as a dict: alias, host, port, unix, key (the name under which the key is stored). No server is asked."""
        return self._core.node_for(name)

    def stats(self) -> dict[str, dict[str, Any]]:
        """Returns what this process has done so far: a dict from alias (masters and known replicas) to a dict of role, master, address,
        refusal, breaker, unavailable_ms, reason, connections, commands, retries, bytes_sent, bytes_received, errors, latency_us. No server
        is asked. docs/reliability.md and the C header describe the numbers."""
        return self._core.stats()

    def with_deadline(self: _Client, seconds: float | None) -> _Client:
        """Returns a client that shares the connections of this one, and each call of which ends after so many seconds at the latest, with all
        of its rounds and retries; None: without limit. It is closed on its own."""
        return self._derive(self._core.with_deadline(seconds), deadline=seconds or 0)

    def with_partial(self: _Client, partial: bool = True) -> _Client:
        """Returns a client that shares the connections of this one, and whose commands that are split by their keys (MGET, EXISTS, DEL, MSET
        and their kind) may fail for single keys. If a node fails, their result is a list with the result of each key, with an exception object
        for each key of that node. It is closed on its own."""
        return self._derive(self._core.with_partial(partial), partial=partial)

    def with_read(self: _Client, read: str) -> _Client:
        """Returns a client that shares the connections of this one and sends reads to "master", "replica", "any" or "nearest". It is closed on
        its own."""
        return self._derive(self._core.with_read(read), read=read)

    def with_read_your_writes(self: _Client, read_your_writes: bool = True) -> _Client:
        """Returns a client that shares the connections of this one, and whose reads see its own writes. After a command that may write to a node,
        its reads of this node go to the master, until a replica is known to have everything that was acknowledged before that command ended. The
        writes of other clients do not count; clients that are derived from it share its memory. It is closed on its own."""
        return self._derive(self._core.with_read_your_writes(read_your_writes), read_your_writes=read_your_writes)

    def __copy__(self: _Client) -> _Client:
        # copy.copy() would open another client, as pickle does.
        clone = object.__new__(type(self))
        clone.__dict__.update(self.__dict__)
        return clone

    def _derive(self: _Client, core: extension.Cluster, **options: Any) -> _Client:
        clone = copy.copy(self)
        clone._arguments = {**self._arguments, **options}
        clone._config = {**self._config, **options}
        clone.connection = None  # type: ignore[attr-defined]  # of redis-py
        clone.response_callbacks = copy.copy(self.response_callbacks)  # type: ignore[attr-defined]
        clone.auto_close_connection_pool = True
        clone._use(core)
        return clone

    def get_retry(self) -> Any:
        """Returns the retries that the caller has asked for."""
        return self._retry

    def set_retry(self, retry: Any) -> None:
        """Sets how often a call is repeated, writes included. None: the library repeats what is safe to repeat."""
        self._retry = retry

    def __repr__(self) -> str:
        return f"<{type(self).__module__}.{type(self).__name__}({', '.join(self._config['nodes'])})>"

    def __reduce__(self) -> Any:
        return _open, (type(self), {name: value for name, value in self._arguments.items() if value is not UNSET})


def _open(cls: Callable[..., Any], arguments: dict[str, Any]) -> Any:
    """Opens a pickled client."""
    return cls(**arguments)


def callback_for(callbacks: Any, name: Any) -> Any:
    """redis-py's callback for a command, or None."""
    # The dict's own method: redis-py's finds names in any case, but slowly. Its methods pass names in capitals.
    callback = dict.get(callbacks, name)
    if callback is None and isinstance(name, str):
        return dict.get(callbacks, name.upper())
    return callback


def callback_options(options: dict[str, Any]) -> dict[str, Any]:
    """The options of a command that are for its callback."""
    return {name: value for name, value in options.items() if name not in (NEVER_DECODE, EMPTY_RESPONSE, "keys")}


def concerns_connection(name: Any) -> bool:
    """Whether a command without a key is about the connection that runs it, such as CLIENT ID."""
    return isinstance(name, str) and name.upper().startswith("CLIENT ")


def decode(options: dict[str, Any]) -> bool | None:
    """Whether the reply to a command is decoded; None: as the client says."""
    return False if NEVER_DECODE in options else None


def _make_retry(retry_class: Any, retry: Any, on_error: list[type[Exception]] | None, on_timeout: bool) -> Any:
    """The retries that the caller asks for; without them the library repeats what is safe to repeat."""
    errors: list[type[Exception]] = list(on_error or [])
    if on_timeout:
        errors.append(redis.TimeoutError)
    if retry is None and not errors:
        return None
    if retry is None:
        from redis.backoff import NoBackoff

        retry = retry_class(NoBackoff(), 1)
    else:
        retry = copy.deepcopy(retry)
    if errors:
        retry.update_supported_errors(errors)
    return retry
