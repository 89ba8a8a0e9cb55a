"""N independent Redis servers that behave like one, with redis-py's interface.

``RedisCluster`` is a subclass of ``redis.Redis``; ``StrictRedisCluster`` is the class of rediscluster-py 0.4 and 0.5. ``Cluster``, ``Session``
and ``Pipeline`` are the library without redis-py's interface.
"""

from . import exceptions
from ._core import Cluster, Pipeline, Session, __version__, partition
from .client import RedisCluster
from .exceptions import (
    AuthenticationError,
    ClusterConfigError,
    ConnectionError,
    CrossNodeError,
    DataError,
    InternalError,
    InvalidResponse,
    PubSubError,
    RedisError,
    RequestError,
    ResponseError,
    SessionRequiredError,
    TimeoutError,
    WatchError,
)
from .legacy import StrictRedisCluster

__all__ = [
    "AuthenticationError",
    "Cluster",
    "ClusterConfigError",
    "ConnectionError",
    "CrossNodeError",
    "DataError",
    "InternalError",
    "InvalidResponse",
    "Pipeline",
    "PubSubError",
    "RedisCluster",
    "RedisError",
    "RequestError",
    "ResponseError",
    "Session",
    "SessionRequiredError",
    "StrictRedisCluster",
    "TimeoutError",
    "WatchError",
    "__version__",
    "exceptions",
    "partition",
]
