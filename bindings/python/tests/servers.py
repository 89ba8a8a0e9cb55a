"""Private servers with what only these tests need."""

from __future__ import annotations

import time
from typing import Any

from rediscluster import testing
from rediscluster.testing import configuration

__all__ = ["Server", "configuration", "wait_until"]


class Server(testing.Server):
    """A server with DEBUG."""

    def __init__(self, *options: str, port: int | None = None) -> None:
        super().__init__("--enable-debug-command", "yes", *options, port=port)


def wait_until(condition: Any, seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "the condition is not fulfilled"
        time.sleep(0.01)
