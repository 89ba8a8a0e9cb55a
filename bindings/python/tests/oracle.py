"""Calls for every public method of redis.Redis and redis.asyncio.Redis, made of its signature.

Each method is called with a key of each type, and once more for each of its optional arguments.
"""

from __future__ import annotations

import datetime
import inspect
import os
from collections.abc import Iterator
from typing import Any

import redis

# A key for each type. With three nodes they are on all of them.
KEYS = {"string": "s1", "number": "n1", "list": "l1", "set": "e1", "zset": "z1", "hash": "h1", "stream": "x1", "geo": "g1", "hll": "p1", "none": "no"}

# Methods that are about one server, one process or the object, or that end the server.
ABOUT_ONE_SERVER = {
    "readonly": "Redis Cluster", "readwrite": "Redis Cluster", "debug_object": "addresses in memory",
    "acl_genpass": "random", "auth": "the connection", "bgrewriteaof": "state of a process", "bgsave": "state of a process",
    "client": "the object", "client_id": "numbers the connections of one server", "client_info": "the connection",
    "client_kill": "closes connections", "client_kill_filter": "closes connections", "client_list": "connections", "client_pause": "waits",
    "client_reply": "no reply follows", "client_trackinginfo": "the connection", "client_unpause": "the connection", "close": "the object",
    "cluster": "Redis Cluster", "command_docs": "large", "config_resetstat": "statistics", "config_rewrite": "a file",
    "debug_segfault": "ends the server", "failover": "replication", "from_pool": "the object", "from_url": "the object",
    "get_cache": "the object", "get_connection_kwargs": "the object", "get_encoder": "the object", "get_retry": "the object",
    "info": "statistics", "keyspace_notifications": "the object", "lastsave": "time", "latency_doctor": "text", "load_external_module": "the object",
    "lock": "the object", "memory_doctor": "text", "memory_malloc_stats": "text", "memory_purge": "memory", "memory_stats": "statistics",
    "migrate": "two servers", "module_load": "a file", "module_loadex": "a file", "module_unload": "a file", "monitor": "the object",
    "parse_response": "the object", "pipeline": "the object", "psync": "replication", "pubsub": "the object", "quit": "the connection",
    "register_script": "the object", "replicaof": "replication", "reset": "the connection", "role": "replication", "save": "state of a process",
    "script_debug": "the connection", "set_response_callback": "the object", "set_retry": "the object", "shutdown": "ends the server",
    "slaveof": "replication", "sync": "replication", "time": "time", "transaction": "the object", "swapdb": "databases of one server",
    "wait": "replication", "waitaof": "replication", "execute_command": "each other method calls it", "select": "the connection",
    "client_getredir": "the connection", "client_tracking": "the connection", "client_tracking_on": "the connection",
    "client_tracking_off": "the connection", "slowlog_get": "statistics", "latency_histogram": "statistics", "command": "large",
    "bf": "module", "cf": "module", "cms": "module", "topk": "module", "tdigest": "module", "ft": "module", "json": "module", "ts": "module",
    "vset": "module", "graph": "module", "hotkeys_start": "statistics", "hotkeys_stop": "statistics", "hotkeys_get": "statistics",
    "hotkeys_reset": "statistics", "initialize": "the object", "himport_registry": "the object", "himport_prepare": "the object",
    "himport_discard": "the object", "himport_discard_all": "the object", "himport_set": "the object", "random_key": "random",
    "aclose": "the object",
}

# Replies that differ from call to call: only their types are compared.
RANDOM = {"randomkey", "srandmember", "spop", "hrandfield", "zrandmember", "xadd", "object", "memory_usage", "pttl", "pexpiretime", "expiretime",
          "hpexpiretime", "hexpiretime", "slowlog_len", "dump", "xinfo_stream", "xinfo_consumers", "xpending_range", "xpending", "acl_list",
          "acl_log", "client_getname", "script_load", "lolwut", "latency_latest", "latency_history", "xautoclaim", "scan", "sscan", "hscan", "zscan", "bitfield", "bitfield_ro"}
# Lists without an order.
UNORDERED = {"acl_cat", "keys", "hkeys", "hvals", "smembers", "sunion", "sdiff", "sinter", "pubsub_channels", "acl_users",
             "command_list"}

VALUES: dict[str, Any] = {
    "amount": 2, "args": None, "by": None, "category": "read", "channel": "c", "channels": "c", "count": 2, "cursor": 0, "dest": "d1", "dst": "d2",
    "destination": "d3", "destination_key": "d3", "end": 3, "expire": 100, "field": "a", "fields": ["a", "b"], "first_list": "l1", "second_list": "l2", "function": "f",
    "groupname": "grp", "consumername": "con", "group": "grp", "id": "0", "ids": ["0-1"], "index": 1, "infotype": "encoding", "key": None,
    "keys": None, "latitude": 40.0, "longitude": 15.0, "lat": 40.0, "lon": 15.0, "mapping": {"a": 1, "b": 2}, "max": 10, "maxlen": 5, "member": "a",
    "members": ["a"], "message": "m", "milliseconds": 100, "min": 0, "min_idle_time": 0, "name": None, "name_from": "-", "newkey": "d4", "num": 1,
    "num_keys": 1, "numkeys": 1, "offset": 1, "operation": "OR", "path": "x", "pattern": "*", "place1": "a", "place2": "b", "key1": "s1", "key2": "s2",
    "radius": 300, "refvalue": "v1", "score": 1.0, "score_cast_func": float, "script": "return 1", "seconds": 100, "sha": "0" * 40, "src": None,
    "start": 0, "streams": {"x1": "0"}, "time": 100, "time_ms": 100, "timeout": 0.05, "ttl": 0, "unit": "km", "value": "5", "values": ["a", "b"], "when": 4_000_000_000,
    "where": "BEFORE", "bit": 1, "username": "nobody", "db": 0, "parameter": "maxmemory", "library": "lib", "code": "#!lua name=lib\nredis.register_function('f', function() return 1 end)",
    "min_id": "-", "minid": "0", "direction": "LEFT", "src_list": "l1", "pair": ("a", 1), "cmd": "GET", "mode": "ALL", "lib_name": "x",
    "max_length": 3, "timestamp": 4_000_000_000, "unix_time_seconds": 4_000_000_000, "unix_time_milliseconds": 4_000_000_000_000, "event": "command",
    "section": "server", "error": "nothing", "withscores": True, "items": ["a", 1], "data": "x", "source": None, "number": 1, "reconnect": False,
    "serialized_value": b"\x00", "attr": "LIB-NAME", "version": "1.0", "lastid": "0", "msg_id": "0-1", "message_ids": ["0-1"], "entries_read": 1,
}


def fill(p: Any, tag: str = "") -> Any:
    """Appends the commands to a pipeline that give every client the same data."""
    p.flushall()
    p.mset({tag + "s1": "v1", tag + "s2": "v2", tag + "n1": 5})
    p.rpush(tag + "l1", "a", "b", "c", "a")
    p.rpush(tag + "l2", "d")
    p.sadd(tag + "e1", "a", "b", "c")
    p.sadd(tag + "e2", "b", "d")
    p.zadd(tag + "z1", {"a": 1, "b": 2, "c": 3})
    p.zadd(tag + "z2", {"b": 5})
    p.hset(tag + "h1", mapping={"a": 1, "b": "x"})
    p.xadd(tag + "x1", {"f": "v"}, id="0-1")
    p.xadd(tag + "x1", {"f": "w"}, id="0-2")
    p.xgroup_create(tag + "x1", "grp", id="0")
    p.geoadd(tag + "g1", (13.361389, 38.115556, "a", 15.087269, 37.502669, "b"))
    p.pfadd(tag + "p1", "a", "b")
    p.pfadd(tag + "p2", "c")
    return p


def methods(cls: Any = redis.Redis) -> list[str]:
    names = (name for name in dir(cls) if not name.startswith("_"))
    return [name for name in names if callable(getattr(cls, name)) and name not in ABOUT_ONE_SERVER]


SECOND = {"string": "s2", "list": "l2", "set": "e2", "zset": "z2", "hll": "p2"}


NAMES = {*KEYS.values(), *SECOND.values(), "no2", "d1", "d2", "d3", "d4"}
# Methods that are called with the keys a and b.
WITH_OTHER_KEYS = {"georadius", "georadiusbymember", "mset", "msetex", "msetnx", "pfcount", "pfmerge", "sort"}


def tagged(value: Any, tag: str, method: str) -> Any:
    """The arguments of a call with a tag in front of each key."""
    if isinstance(value, str):
        return tag + value if value in NAMES or (value in ("a", "b") and method in WITH_OTHER_KEYS) else value
    if isinstance(value, (list, tuple)):
        return type(value)(tagged(element, tag, method) for element in value)
    if isinstance(value, dict):
        return {tagged(name, tag, method): tagged(element, tag, method) for name, element in value.items()}
    return value


def calls(method: str, with_every_type: bool) -> Iterator[tuple[str, tuple[Any, ...], dict[str, Any]]]:
    """The calls of a method: a label, positional and keyword arguments."""
    try:
        parameters = list(inspect.signature(inspect.unwrap(getattr(redis.Redis, method))).parameters.values())[1:]
    except (ValueError, TypeError):
        return
    # Without a timeout they wait for ever.
    has_timeout = any(parameter.name == "timeout" and parameter.default is not parameter.empty for parameter in parameters)
    waits = {"timeout": 0.05} if method.startswith("b") and has_timeout else {}
    home = home_key(method)
    for kind, key in KEYS.items():
        if key != home and not with_every_type:
            continue
        args = positional(parameters, key, SECOND.get(kind, "no2"))
        yield f"{method}[{kind}]", args, waits
    args = positional(parameters, home, SECOND.get(next((kind for kind, key in KEYS.items() if key == home), ""), "no2"))
    for parameter in parameters:
        if parameter.default is not parameter.empty and parameter.kind is not parameter.VAR_KEYWORD:
            for value in optional_values(parameter, home):
                yield f"{method}[{parameter.name}={value!r}]", args, {**waits, parameter.name: value}


def home_key(method: str) -> str:
    for prefix, kind in [("h", "hash"), ("l", "list"), ("r", "list"), ("bl", "list"), ("br", "list"), ("s", "set"), ("z", "zset"), ("bz", "zset"),
                         ("x", "stream"), ("geo", "geo"), ("pf", "hll"), ("sort", "list"), ("set", "string"), ("str", "string"), ("substr", "string"),
                         ("bit", "string"), ("get", "string"), ("incr", "number"), ("decr", "number")][::-1]:
        if method.startswith(prefix):
            return KEYS[kind]
    return KEYS["string"]


def positional(parameters: list[inspect.Parameter], key: str, second: str) -> tuple[Any, ...]:
    args: list[Any] = []
    for parameter in parameters:
        if parameter.kind is parameter.VAR_POSITIONAL:
            args += {"keys": [key, second], "names": [key, second], "args": [key, second], "keys_and_args": [key]}.get(parameter.name, ["a", "b"])
        elif parameter.default is parameter.empty and parameter.kind is parameter.POSITIONAL_OR_KEYWORD:
            args.append(sample(parameter.name, key, second))
    return tuple(args)


def sample(name: str, key: str, second: str) -> Any:
    if name in ("name", "key", "src", "source"):
        return key
    if name in ("keys", "args", "names"):
        return [key, second]
    return VALUES.get(name, "a")


def optional_values(parameter: inspect.Parameter, key: str) -> list[Any]:
    if isinstance(parameter.default, bool):
        return [not parameter.default]
    name, note = parameter.name, str(parameter.annotation)
    if name in ("keys", "args"):
        return [[key]]
    if name in ("ex", "px", "minute"):
        return [100, datetime.timedelta(seconds=100)]
    if VALUES.get(name) is not None:
        return [VALUES[name]]
    if "bool" in note:
        return [True]
    if "int" in note or "float" in note:
        return [1]
    return ["a"]


def outcome(client: redis.Redis, method: str, args: tuple[Any, ...], options: dict[str, Any], pipeline: bool | None) -> Any:
    """The result of a call, or the exception, in a form that can be compared. ``pipeline`` says whether one with a transaction runs it."""
    try:
        if pipeline is not None:
            commands = client.pipeline(transaction=pipeline)
            getattr(commands, method)(*args, **options)
            results = commands.execute(raise_on_error=False)
            return [normal(result, method) for result in results]
        result = getattr(client, method)(*args, **options)
        if inspect.isgenerator(result):
            result = list(result)
    except Exception as error:
        return raised(error)
    return normal(result, method)


async def outcome_in_task(client: Any, method: str, args: tuple[Any, ...], options: dict[str, Any], pipeline: bool | None) -> Any:
    """``outcome`` of a client of redis.asyncio."""
    try:
        if pipeline is not None:
            commands = client.pipeline(transaction=pipeline)
            await awaited(getattr(commands, method)(*args, **options), except_pipeline=commands)
            results = await commands.execute(raise_on_error=False)
            return [normal(result, method) for result in results]
        result = await awaited(getattr(client, method)(*args, **options))
    except Exception as error:
        return raised(error)
    return normal(result, method)


async def awaited(result: Any, except_pipeline: Any = None) -> Any:
    if inspect.isasyncgen(result):
        return [element async for element in result]
    if result is except_pipeline or not inspect.isawaitable(result):
        return result
    return await result


def raised(error: Exception) -> Any:
    return ("raised", type(error), str(error))


def normal(value: Any, method: str) -> Any:
    if method in RANDOM:
        return type(value)
    if method in UNORDERED or method.endswith("_iter"):
        return unordered(value)
    return typed(value)


def equal(plain: Any, ours: Any) -> bool:
    """Also if our exception is of a subclass and has the same text."""
    if plain == ours:
        return True
    plain, ours = ([one] if isinstance(one, tuple) else one for one in (plain, ours))
    if not (isinstance(plain, list) and isinstance(ours, list) and len(plain) == len(ours)):
        return False
    return all(map(same_exception, plain, ours))


def same_exception(plain: Any, ours: Any) -> bool:
    if plain == ours:
        return True
    if not (isinstance(plain, tuple) and isinstance(ours, tuple)):
        return False
    (*_, kind, text), (*_, our_kind, our_text) = plain, ours
    return isinstance(kind, type) and isinstance(our_kind, type) and issubclass(our_kind, kind) and issubclass(kind, Exception) and text == our_text


class Tally:
    """How many calls agree."""

    def __init__(self, mode: str, differences: Any) -> None:
        self.mode, self.differences = mode, differences
        self.good = 0
        self.differing: list[str] = []

    def add(self, method: str, label: str, plain: Any, ours: Any) -> None:
        if equal(plain, ours):
            self.good += 1
        elif method not in self.differences:
            self.differing.append(f"{label}: {plain!r:.400} on one server, {ours!r:.400}")

    def check(self) -> None:
        calls = self.good + len(self.differing)
        share = self.good / calls
        summary = f"{self.mode}: {self.good} of {calls} calls agree: {share:.2%}"
        if os.environ.get("REDISCLUSTER_ORACLE_REPORT"):
            with open(os.environ["REDISCLUSTER_ORACLE_REPORT"], "a") as file:
                print(summary, *self.differing, sep="\n  ", file=file)
        assert share >= 0.98 and self.good > 300, "\n".join([summary, *self.differing])


def typed(value: Any) -> Any:
    """A value in which 1, True and 1.0 differ."""
    if isinstance(value, (list, tuple)):
        return (type(value), [typed(element) for element in value])
    if isinstance(value, dict):
        return (type(value), [(typed(key), typed(element)) for key, element in value.items()])
    if isinstance(value, (set, frozenset)):
        return (type(value), value)
    if isinstance(value, Exception):
        return (type(value), str(value))
    return (type(value), value)


def unordered(value: Any) -> Any:
    if isinstance(value, (list, tuple)):
        return (type(value), sorted((unordered(element) for element in value), key=repr))
    if isinstance(value, dict):
        return (type(value), sorted(((key, unordered(element)) for key, element in value.items()), key=repr))
    return (type(value), value)
