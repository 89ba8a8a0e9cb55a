"""Pipelines: without a transaction in one call of the library, otherwise on a session."""

from __future__ import annotations

import inspect
from typing import Any

from redis.asyncio.client import Pipeline as RedisPipeline

from ..pipeline import convert, request
from .bound_loop import BoundLoops


class Pipeline(RedisPipeline):
    """redis.asyncio's pipeline on N servers.

    With ``transaction=True``, redis-py's default, the commands run in MULTI and EXEC, so their keys have to be on one node, unless the
    configuration has ``"transactions": "per_node"``. With ``transaction=False`` all commands are sent to their nodes at once, and one that
    fails does not affect the others.
    """

    def __init__(self, loops: BoundLoops, connection_pool: Any, response_callbacks: Any, transaction: bool, shard_hint: Any) -> None:
        super().__init__(connection_pool, response_callbacks, transaction, shard_hint)
        self._loops = loops

    async def execute(self, raise_on_error: bool = True) -> list[Any]:
        # redis-py's attribute has the name of a method of its base class.
        if self.is_transaction or self.explicit_transaction or self.watching:
            return await super().execute(raise_on_error)
        try:
            if self.scripts:
                await self.load_scripts()  # type: ignore[no-untyped-call,unused-ignore]
            stack: list[Any] = self.command_stack
            return await self._execute_at_once(stack, raise_on_error) if stack else []
        finally:
            await self.reset()  # type: ignore[no-untyped-call,unused-ignore]

    async def _execute_at_once(self, stack: list[Any], raise_on_error: bool) -> list[Any]:
        commands, raw = request(stack)
        bound = self._loops.here()
        results: list[Any] = await bound.call(bound.core.submit_many, commands, raw)
        failed = convert(stack, results, self.response_callbacks)
        if failed is not None and raise_on_error:
            self.annotate_exception(results[failed], failed + 1, stack[failed][0])
            raise results[failed]
        # A callback of the user may be a coroutine function.
        return [await result if inspect.isawaitable(result) else result for result in results]
