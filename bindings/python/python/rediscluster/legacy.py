"""StrictRedisCluster: the class of rediscluster-py 0.4 and 0.5."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from . import _core
from .client import RedisCluster
from .config import UNSET, read_cluster
from .exceptions import DataError

# Commands that run on every server and return a dict from alias to result, as in rediscluster-py. True: replicas run them too.
_BROADCASTS = {
    "INFO": True,
    "PING": True,
    "TIME": True,
    "CONFIG GET": True,
    "CLIENT LIST": True,
    "LASTSAVE": True,
    "SAVE": True,
    "BGSAVE": True,
    "BGREWRITEAOF": True,
    "FLUSHDB": False,
    "FLUSHALL": False,
}


class StrictRedisCluster(RedisCluster):
    """rediscluster-py's class with its data layout, methods and results, on redis-py.

    ``hash_tag`` is ``"strip"`` unless it is given: ``bar{foo}`` is stored as ``bar`` on the node of ``foo``. Server commands return a dict
    from alias to result. docs/python.md says what has changed since 0.5.
    """

    def __init__(self, cluster: Any = UNSET, db: int = UNSET, mastersonly: bool = False, **options: Any) -> None:
        if cluster is UNSET:
            raise DataError("cluster is missing: {'nodes': {'node_1': {'host': '127.0.0.1', 'port': 6379}, …}}")
        config = read_cluster(cluster)
        config.setdefault("hash_tag", options.pop("hash_tag", "strip"))
        if mastersonly:
            config.setdefault("read", "master")
        self.mastersonly = mastersonly
        super().__init__(config, db, **options)
        self._arguments.update(mastersonly=mastersonly)
        # Users of the old package read the dict, and its key `slaves`. redis-py's method of this name is for Redis Cluster.
        self.cluster: dict[str, Any] = cluster if isinstance(cluster, dict) else config  # type: ignore[assignment]
        self._set_slaves()

    def _set_slaves(self) -> None:
        cluster: Any = self.cluster
        cluster["slaves"] = Slaves(self._core, self.mastersonly)

    def execute_command(self, *args: Any, **options: Any) -> Any:
        if args[0] in _BROADCASTS and self.connection is None:
            return self._broadcast(_BROADCASTS[args[0]], args, options)
        return super().execute_command(*args, **options)

    def _broadcast(self, on_replicas: bool, args: tuple[Any, ...], options: dict[str, Any]) -> dict[str, Any]:
        asks_replicas = on_replicas and not self.mastersonly
        replies = self._core.each(*args, nodes="all" if asks_replicas else "masters")
        results: dict[str, Any] = {}
        masters = [alias for alias in replies if "_slave" not in alias]
        for alias in masters:
            reply = replies[alias]
            if isinstance(reply, Exception):
                raise reply
            result = self._converted(args[0], reply, options)
            results[alias] = result
            results[f"{alias}_slave"] = result if on_replicas else None
            for replica in (name for name in replies if name.startswith(f"{alias}_slave")):
                reply = replies[replica]
                if isinstance(reply, Exception):
                    raise reply
                results[replica] = self._converted(args[0], reply, options)
        return results

    def select(self, index: int, **options: Any) -> dict[str, Any]:  # type: ignore[override]
        """Switches every node to another database and returns a dict from alias to True. Not while other threads use the client."""
        core = _core.Cluster(
            {**self._config, "db": index},
            decode_responses=self._arguments["decode_responses"],
            encoding=self._arguments["encoding"],
            encoding_errors=self._arguments["encoding_errors"],
        )
        old, self._core, self._call = self._core, core, core.call
        self._config["db"] = index
        self._arguments["db"] = index
        self.connection_pool.disconnect()
        self.connection_pool.reset()
        self.connection_pool.connection_kwargs.update(core=core, db=index)
        self._set_slaves()
        old.close()
        return {alias: True for master in core.node_list() for alias in (master, f"{master}_slave")}


class Slaves(Mapping[str, list[Any]]):
    """``cluster['slaves']``: a dict from ``node_1_slave`` to [host, port], discovered when it is first read.

    A master without a replica, or any master if reads go to masters, stands for its replica.
    """

    def __init__(self, core: _core.Cluster, mastersonly: bool) -> None:
        self._core = core
        self._mastersonly = mastersonly
        self._known: dict[str, list[Any]] | None = None

    def _read(self) -> dict[str, list[Any]]:
        if self._known is None:
            known: dict[str, list[Any]] = {}
            nodes = self._core.node_list(discover=not self._mastersonly)
            for alias, node in nodes.items():
                if node["role"] != "master":
                    continue
                known[f"{alias}_slave"] = [node["host"], node["port"]]
                for replica in [] if self._mastersonly else node["replicas"]:
                    known[replica] = [nodes[replica]["host"], nodes[replica]["port"]]
            self._known = known
        return self._known

    def __getitem__(self, alias: str) -> list[Any]:
        return self._read()[alias]

    def __iter__(self) -> Iterator[str]:
        return iter(self._read())

    def __len__(self) -> int:
        return len(self._read())

    def __repr__(self) -> str:
        return repr(self._read())

    def __reduce__(self) -> Any:
        return dict, (self._read(),)
