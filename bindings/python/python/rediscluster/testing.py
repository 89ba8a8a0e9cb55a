"""Private redis-servers for tests, and fixtures of pytest that start them.

In a ``conftest.py``::

    from rediscluster.testing import rediscluster_client, rediscluster_config, rediscluster_servers

``rediscluster_client`` is then a :class:`rediscluster.RedisCluster` on three servers without keys. The servers run as long as the tests.
``REDISCLUSTER_TEST_SERVERS`` is their number. ``redis-server`` has to be installed.
"""

from __future__ import annotations

import atexit
import ctypes
import os
import random
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from typing import Any

import pytest
import redis

from .client import RedisCluster

_PR_SET_PDEATHSIG = 1


def _die_with_parent() -> None:
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


class Server:
    """One redis-server without files, on a free port of the loopback interface. ``options`` are arguments such as ``--requirepass x``.

    It ends with ``stop()`` and with the thread that started it, so also with the process.
    """

    def __init__(self, *options: str, port: int | None = None) -> None:
        self._has_password = "--requirepass" in options
        self._owner = os.getpid()
        self._folder = tempfile.TemporaryDirectory(prefix="rediscluster-python-")
        for _ in range(50):
            self.port = port or random.randrange(10000, 32000)
            self.process = subprocess.Popen(
                ["redis-server", "--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--dir", self._folder.name, *options],
                stdout=subprocess.DEVNULL,
                preexec_fn=_die_with_parent,
            )
            atexit.register(self.stop)
            if self._is_ready():
                return
        raise RuntimeError("no redis-server can be started")

    def _is_ready(self) -> bool:
        while self.process.poll() is None:
            try:
                with socket.create_connection(("127.0.0.1", self.port), 1) as connection:
                    connection.sendall(b"INFO server\r\n")
                    reply = connection.recv(65536)
                    # Another server may have the port.
                    return b"process_id:%d\r" % self.process.pid in reply or (self._has_password and b"NOAUTH" in reply)
            except OSError:
                time.sleep(0.01)
        return False

    @property
    def node(self) -> dict[str, Any]:
        """The server in a configuration."""
        return {"host": "127.0.0.1", "port": self.port}

    def client(self, **options: Any) -> redis.Redis:
        """A client of redis-py on this server."""
        return redis.Redis(port=self.port, **options)

    def stop(self) -> None:
        """Ends the server and removes its folder."""
        # A forked child has a copy of the object, not the server.
        if os.getpid() == self._owner:
            self.process.kill()
            self.process.wait()
            self._folder.cleanup()

    def pause(self) -> None:
        """Stops the server as if it hung."""
        os.kill(self.process.pid, signal.SIGSTOP)

    def resume(self) -> None:
        """Continues after ``pause``."""
        os.kill(self.process.pid, signal.SIGCONT)


def configuration(servers: list[Server], **options: Any) -> dict[str, Any]:
    """The configuration of a cluster of these servers."""
    return {"nodes": {f"node_{number}": server.node for number, server in enumerate(servers, 1)}, **options}


@pytest.fixture(scope="session")
def rediscluster_servers() -> Iterator[list[Server]]:
    """The servers."""
    servers = [Server() for _ in range(int(os.environ.get("REDISCLUSTER_TEST_SERVERS", "3")))]
    yield servers
    for server in servers:
        server.stop()


@pytest.fixture
def rediscluster_config(rediscluster_servers: list[Server]) -> dict[str, Any]:
    """The configuration of servers without keys."""
    for server in rediscluster_servers:
        with server.client() as client:
            client.flushall()
    return configuration(rediscluster_servers, hash_tag="keep")


@pytest.fixture
def rediscluster_client(rediscluster_config: dict[str, Any]) -> Iterator[RedisCluster]:
    """A client."""
    with RedisCluster(rediscluster_config) as client:
        yield client
