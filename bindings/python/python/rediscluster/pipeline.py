"""Pipelines: without a transaction in one call of the library, otherwise on a session."""

from __future__ import annotations

from typing import Any

from redis.client import EMPTY_RESPONSE, NEVER_DECODE
from redis.client import Pipeline as RedisPipeline

from . import _core
from .base import callback_for, callback_options
from .exceptions import RedisError, ResponseError


class Pipeline(RedisPipeline):
    """redis-py's pipeline on N servers.

    With ``transaction=True``, redis-py's default, the commands run in MULTI and EXEC, so their keys have to be on one node, unless the
    configuration has ``"transactions": "per_node"``. With ``transaction=False`` all commands are sent to their nodes at once, and one that
    fails does not affect the others.
    """

    def __init__(self, core: _core.Cluster, connection_pool: Any, response_callbacks: Any, transaction: bool, shard_hint: Any) -> None:
        super().__init__(connection_pool, response_callbacks, transaction, shard_hint)
        self._core = core

    def execute(self, raise_on_error: bool = True) -> list[Any]:
        # redis-py's own attribute has the name of a method of its base class.
        if self.transaction or self.explicit_transaction or self.watching:  # type: ignore[truthy-function]
            return super().execute(raise_on_error)
        try:
            if self.scripts:
                self.load_scripts()
            stack = self.command_stack
            return self._execute_at_once(stack, raise_on_error) if stack else []
        finally:
            self.reset()

    def _execute_at_once(self, stack: list[Any], raise_on_error: bool) -> list[Any]:
        results: list[Any] = self._core.execute_many(*request(stack))
        failed = convert(stack, results, self.response_callbacks)
        if failed is not None and raise_on_error:
            self.annotate_exception(results[failed], failed + 1, stack[failed][0])  # type: ignore[no-untyped-call]
            raise results[failed]
        return results


def request(stack: list[Any]) -> tuple[list[Any], set[int] | None]:
    """The commands of a pipeline, and the positions of those whose replies are not decoded."""
    raw = {position for position, (_, options) in enumerate(stack) if NEVER_DECODE in options}
    return [args for args, _ in stack], raw or None


def convert(stack: list[Any], results: list[Any], callbacks: Any) -> int | None:
    """Converts the replies to the commands of a pipeline as redis-py's callbacks do. A command that failed has an exception in its place.
    Returns the position of the first that failed."""
    failed = None
    for position, (args, options) in enumerate(stack):
        result = results[position]
        if not isinstance(result, RedisError):
            callback = callback_for(callbacks, args[0])
            if callback is None:
                continue
            try:
                results[position] = callback(result, **callback_options(options)) if options else callback(result)
                continue
            except ResponseError as error:
                results[position] = error
        elif EMPTY_RESPONSE in options and isinstance(result, ResponseError):
            results[position] = options[EMPTY_RESPONSE]
            continue
        if failed is None:
            failed = position
    return failed
