"""The configuration that the library opens, made of the old cluster dict and redis-py's options."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from .exceptions import DataError


class _Unset:
    def __repr__(self) -> str:
        return "<default>"


UNSET: Any = _Unset()


def read_cluster(cluster: Any) -> dict[str, Any]:
    """The argument ``cluster`` as a dict of its own."""
    if isinstance(cluster, (str, bytes)):
        cluster = json.loads(cluster)
    if not isinstance(cluster, Mapping):
        raise DataError(f"cluster must be a dict or JSON, not {type(cluster).__name__}")
    config = dict(cluster)
    # Written by StrictRedisCluster.
    config.pop("slaves", None)
    return config


def seconds(value: float | None) -> float:
    """A time limit of redis-py, where None is no limit, as one of the library, where 0 is none."""
    return 0 if value is None else value


def tls_options(options: dict[str, Any]) -> Any:
    """Takes redis-py's options ``ssl…`` and returns the option ``tls``, or UNSET."""
    enabled = options.pop("ssl", False)
    names = {"ssl_ca_certs": "ca", "ssl_certfile": "cert", "ssl_keyfile": "key"}
    tls: dict[str, Any] = {ours: options.pop(theirs) for theirs, ours in names.items() if options.get(theirs) is not None}
    for name in names:
        options.pop(name, None)
    verify = options.pop("ssl_cert_reqs", "required")
    check_hostname = options.pop("ssl_check_hostname", True)
    if verify in ("none", None, 0):
        tls["insecure"] = True
    elif verify not in ("required", 2) or not check_hostname:
        raise DataError("TLS either checks certificate and host name or nothing: use ssl_cert_reqs 'required' or 'none'")
    if not enabled:
        return UNSET
    return tls or True


def build(cluster: Any, options: dict[str, Any]) -> dict[str, Any]:
    """Merges keyword arguments that are not UNSET into the dict. The library refuses unknown ones."""
    config = read_cluster(cluster)
    config.update({name: value for name, value in options.items() if value is not UNSET})
    return config
