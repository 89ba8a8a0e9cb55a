"""Pipelines and transactions: in the library's loop, except for transactions that need a session."""

from __future__ import annotations

import inspect
from collections.abc import Iterable
from typing import Any

from redis.asyncio.client import Pipeline as RedisPipeline
from redis.client import EMPTY_RESPONSE

from ..connection import cross_node_error
from ..exceptions import ResponseError
from ..pipeline import convert, request
from .bound_loop import BoundLoops


class Replies:
    """The replies to a transaction, with the methods of a connection that redis.asyncio uses to run one."""

    def __init__(self, replies: list[Any]) -> None:
        self._replies = iter(replies)

    def pack_commands(self, commands: Iterable[Any]) -> list[bytes]:
        return []

    async def send_packed_command(self, *args: Any, **options: Any) -> None:
        """They were sent."""

    async def read_response(self, *args: Any, **options: Any) -> Any:
        reply = next(self._replies)
        if isinstance(reply, ResponseError):
            raise cross_node_error(reply)
        if isinstance(reply, Exception):
            raise reply
        return reply


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
        stack: list[Any] = self.command_stack
        if self.watching or not stack:
            return await super().execute(raise_on_error)
        # redis-py's attribute has the name of a method of its base class.
        if not (self.is_transaction or self.explicit_transaction):
            return await self._reset_after(self._execute_at_once(stack, raise_on_error))
        replies = await self._run_transaction(stack) if self.connection is None else None
        if replies is None:
            return await super().execute(raise_on_error)
        connection: Any = Replies(replies)
        return await self._reset_after(self._execute_transaction(connection, stack, raise_on_error))

    async def _reset_after(self, work: Any) -> list[Any]:
        try:
            results: list[Any] = await work
            return results
        finally:
            await self.reset()  # type: ignore[no-untyped-call,unused-ignore]

    async def _run_transaction(self, stack: list[Any]) -> list[Any] | None:
        """Runs a transaction of one node in the library's loop. None: a session has to run it."""
        try:
            if self.scripts:
                return None
            bound = self._loops.here()
            future = bound.loop.create_future()
            tag = bound.core.submit_transaction([args for args, options in stack if EMPTY_RESPONSE not in options], future)
            if tag is None:
                return None
            replies: list[Any] = await bound.result(tag, future)
            return replies
        except BaseException:
            await self.reset()  # type: ignore[no-untyped-call,unused-ignore]
            raise

    async def _execute_at_once(self, stack: list[Any], raise_on_error: bool) -> list[Any]:
        if self.scripts:
            await self.load_scripts()  # type: ignore[no-untyped-call,unused-ignore]
        commands, raw = request(stack)
        bound = self._loops.here()
        results: list[Any] = await bound.call(bound.core.submit_many, commands, raw)
        failed = convert(stack, results, self.response_callbacks)
        if failed is not None and raise_on_error:
            self.annotate_exception(results[failed], failed + 1, stack[failed][0])
            raise results[failed]
        # A callback of the user may be a coroutine function.
        return [await result if inspect.isawaitable(result) else result for result in results]
