"""The library's loop in the event loops of asyncio."""

from __future__ import annotations

import os
from asyncio import AbstractEventLoop, TimerHandle, get_running_loop
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from .. import _core


class Driver:
    """Makes one event loop run the library's loop, which several clients share: it watches the descriptor and has a timer for the timeout."""

    def __init__(self, core: _core.Loop, loop: AbstractEventLoop) -> None:
        self.core = core
        self.loop = loop
        self.process_id = os.getpid()
        self.users = 0
        self._process_core = core.process
        self._descriptor = core.fileno()
        self._is_scheduled = False
        self._is_stopped = False
        self._timer: TimerHandle | None = None
        loop.add_reader(self._descriptor, self._process)

    def schedule(self) -> None:
        """Makes the event loop send what was begun: once for all tasks that run before that."""
        if not self._is_scheduled:
            self._is_scheduled = True
            self.loop.call_soon(self._process)

    def _process(self) -> None:
        self._is_scheduled = False
        if self._is_stopped:
            return
        timeout = self._process_core()
        if timeout is None:
            return
        if timeout == 0:
            self.schedule()
            return
        at = self.loop.time() + timeout
        # A timer that is too early does no harm, and is cheaper than a new one for each call.
        if self._timer is None or at < self._timer.when():
            if self._timer is not None:
                self._timer.cancel()
            self._timer = self.loop.call_at(at, self._on_time)

    def _on_time(self) -> None:
        self._timer = None
        self._process()

    def stop(self) -> None:
        """Ends the part of the event loop, before the last client closes the library's loop."""
        self._is_stopped = True
        self.loop.remove_reader(self._descriptor)
        if self._timer is not None:
            self._timer.cancel()


class BoundLoop:
    """The library's loop of one client in one event loop. Clients that share connections have the same driver."""

    def __init__(self, core: _core.Loop, driver: Driver) -> None:
        self.core = core
        self.loop = driver.loop
        self.schedule = driver.schedule
        self._driver = driver
        driver.users += 1

    async def call(self, begin: Callable[..., int], *args: Any) -> Any:
        """Begins something in the library's loop and waits for its result. If the task is cancelled, nothing of it is left."""
        future = self.loop.create_future()
        return await self.result(begin(*args, future), future)

    async def result(self, tag: int, future: Any) -> Any:
        """Waits for the result of what was begun. If the task is cancelled, nothing of it is left."""
        self.schedule()
        try:
            return await future
        except BaseException:
            self.give_up(tag, future)
            raise

    def give_up(self, tag: int, future: Any) -> None:
        """Ends a call whose task was cancelled. Does nothing if the call has failed."""
        if not future.done() or future.cancelled():
            self.cancel(tag)

    def cancel(self, tag: int) -> None:
        """Ends a call or a session, from any thread."""
        self._run(self._cancel_here, tag)

    def _cancel_here(self, tag: int) -> None:
        self.core.cancel(tag)
        self.schedule()

    def close(self) -> None:
        """Closes it from any thread, also in a forked child, whose event loop shares its descriptors with the parent's."""
        self._run(self._close_here)

    def _close_here(self) -> None:
        self._driver.users -= 1
        if self._driver.users == 0:
            self._driver.stop()
        self.core.close()

    def _run(self, work: Callable[..., None], *args: Any) -> None:
        """Runs some work in the event loop, unless the library's loop is closed."""
        if self.core.is_closed:
            return
        if self._driver.process_id != os.getpid() or self.loop.is_closed():
            self._close_left()
        elif _is_running(self.loop):
            work(*args)
        else:
            try:
                self.loop.call_soon_threadsafe(self._run, work, *args)
            except RuntimeError:
                # Its thread has closed it meanwhile.
                self._close_left()

    def _close_left(self) -> None:
        """Closes it when nothing in this process runs its event loop any more."""
        # A StreamReader whose event loop is closed cannot wake up its task.
        with suppress(RuntimeError):
            self.core.close()

    def is_usable(self) -> bool:
        """Whether it is open, and in the running event loop."""
        return not self.core.is_closed and _is_running(self.loop)


def _is_running(loop: AbstractEventLoop) -> bool:
    try:
        return get_running_loop() is loop
    except RuntimeError:
        return False


class BoundLoops:
    """The library's loops of one client: one for each event loop that it is used in."""

    def __init__(self, core: _core.Cluster, drivers: dict[AbstractEventLoop, Driver] | None = None) -> None:
        self._core = core
        # Of this client and of those that share its connections.
        self._drivers: dict[AbstractEventLoop, Driver] = {} if drivers is None else drivers
        self._loops: dict[AbstractEventLoop, BoundLoop] = {}
        self._last: BoundLoop | None = None

    def derive(self, core: _core.Cluster) -> BoundLoops:
        """The loops of a client that shares the connections of this one."""
        return BoundLoops(core, self._drivers)

    def here(self) -> BoundLoop:
        """The loop in the running event loop."""
        loop = get_running_loop()
        last = self._last
        if last is not None and last.loop is loop:
            return last
        return self._find(loop)

    def _find(self, loop: AbstractEventLoop) -> BoundLoop:
        bound = self._loops.get(loop)
        if bound is None:
            # Other threads may do the same: the list is made and each loop is taken in one step.
            for known in list(self._loops):
                if known.is_closed() and (ended := self._loops.pop(known, None)) is not None:
                    ended.close()
            for known in list(self._drivers):
                if known.is_closed():
                    self._drivers.pop(known, None)
            bound = self._loops[loop] = self._open(loop)
        self._last = bound
        return bound

    def _open(self, loop: AbstractEventLoop) -> BoundLoop:
        driver = self._drivers.get(loop)
        if driver is not None and driver.users > 0 and driver.process_id == os.getpid():
            return BoundLoop(driver.core.derive(self._core), driver)
        core = self._core.open_loop()
        driver = self._drivers[loop] = Driver(core, loop)
        return BoundLoop(core, driver)

    def close(self) -> None:
        """Closes all loops. The calls in flight fail. A later call opens a new one."""
        self._last = None
        loops, self._loops = self._loops, {}
        for bound in list(loops.values()):
            bound.close()

    def __del__(self) -> None:
        self.close()
