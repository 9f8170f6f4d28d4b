"""The asyncio event loop that ``async def`` functions run on. Owns its thread; made when the first one is called."""

import asyncio
import threading
from functools import partial

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Coroutine
    from typing import Any

    from .call import Call

CLOSE_SECONDS = 0.3
"""How long tasks get to end when the host is gone: less than the host waits before it ends the process."""


class EventLoop:
    """An event loop in a thread of its own."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._tasks: dict[Call, asyncio.Task[None]] = {}
        self._thread = threading.Thread(target=self._run, name="synapse-asyncio", daemon=True)
        self._thread.start()

    def start(self, call: "Call", coroutine: "Coroutine[Any, Any, None]") -> None:
        """Run a coroutine as a task; stopping its call cancels the task."""
        call.stop = partial(self._loop.call_soon_threadsafe, self._cancel, call)
        self._loop.call_soon_threadsafe(self._start, call, coroutine)

    def close(self) -> None:
        """Cancel all tasks and wait for their end, but not for long."""
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join(CLOSE_SECONDS)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        try:
            self._loop.run_forever()
            tasks = list(self._tasks.values())
            for task in tasks:
                task.cancel()
            if tasks:
                self._loop.run_until_complete(asyncio.wait(tasks, timeout=CLOSE_SECONDS))
            self._loop.run_until_complete(self._loop.shutdown_asyncgens())
        finally:
            self._loop.close()

    def _start(self, call: "Call", coroutine: "Coroutine[Any, Any, None]") -> None:
        task = self._tasks[call] = self._loop.create_task(coroutine)
        task.add_done_callback(lambda _: self._tasks.pop(call, None))
        if call.cancelled:
            task.cancel()

    def _cancel(self, call: "Call") -> None:
        task = self._tasks.get(call)
        if task is not None:
            task.cancel()
