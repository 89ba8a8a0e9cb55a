"""RedisCluster for asyncio: redis.asyncio's client on N servers, with one descriptor in the event loop and no threads of Python."""

from .client import RedisCluster
from .pipeline import Pipeline

__all__ = ["Pipeline", "RedisCluster"]
