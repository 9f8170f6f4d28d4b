"""The asyncio event loop that ``async def`` functions run on. Owns its thread; made when the first one is called."""

import asyncio
import sys
import threading
from functools import partial

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Coroutine
    from typing import Any, Callable

    from .call import Call

CLOSE_SECONDS = 0.3
"""How long tasks get to end when the host is gone: less than the host waits before it ends the process."""


class EventLoop:
    """An event loop in a thread of its own."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._tasks: "dict[Call, asyncio.Task[Any] | None]" = {}
        self._closing = False
        self._thread = threading.Thread(target=self._run, name="synapse-asyncio", daemon=True)
        self._thread.start()

    def start(self, call: "Call", coroutine: "Coroutine[Any, Any, None]") -> None:
        """Run a coroutine as a task; stopping its call cancels the task, unless it has not begun: it sees that by itself then."""
        call.stop = partial(self._do_soon, self._cancel, call)
        self._do_soon(self._start, call, coroutine)

    def close(self, seconds: float) -> None:
        """Cancel all tasks and wait for their end, but not for long."""
        if self._thread.is_alive():
            self._do_soon(self._stop)
            self._thread.join(seconds)

    def _do_soon(self, work: "Callable[..., object]", *args: "Any") -> None:
        try:
            self._loop.call_soon_threadsafe(work, *args)
        except RuntimeError:  # it is closed: the conversation has come to its end
            return

    def _stop(self) -> None:
        self._closing = True
        self._loop.stop()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        try:
            while not self._closing:
                self._run_forever()
            self._loop.run_until_complete(self._end())
        finally:
            self._loop.close()

    def _run_forever(self) -> None:
        try:
            self._loop.run_forever()
        except BaseException:  # SystemExit in a task of the module's own: the loop serves other calls too
            sys.excepthook(*sys.exc_info())

    async def _end(self) -> None:
        await asyncio.sleep(0)  # tasks that have not begun see that they were given up
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks, timeout=CLOSE_SECONDS)
        await self._loop.shutdown_asyncgens()

    def _start(self, call: "Call", coroutine: "Coroutine[Any, Any, None]") -> None:
        self._loop.create_task(self._work_on(call, coroutine))

    async def _work_on(self, call: "Call", coroutine: "Coroutine[Any, Any, None]") -> None:
        self._tasks[call] = asyncio.current_task()
        try:
            await coroutine
        finally:
            del self._tasks[call]

    def _cancel(self, call: "Call") -> None:
        task = self._tasks.get(call)
        if task is not None:
            task.cancel()
