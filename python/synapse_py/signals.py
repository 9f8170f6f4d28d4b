"""Waiting for something that the host will send. Owns how threads and tasks sleep until then; the main thread reads meanwhile instead."""

import sys
from _thread import allocate_lock

TYPE_CHECKING = False
if TYPE_CHECKING:
    from asyncio import AbstractEventLoop, Future
    from collections.abc import Iterator
    from typing import Any, Callable

LOOK_AGAIN = 0.05
"""Seconds after which a thread that waits looks whether its call was given up."""


class Signal:
    """Wakes the threads and tasks that wait at it."""

    __slots__ = ("_futures", "_locks")

    def __init__(self) -> None:
        self._locks: list[Any] = []
        self._futures: list[tuple[AbstractEventLoop, Future[None]]] = []

    def notify(self) -> None:
        """Wake all."""
        for lock in _taken(self._locks):
            lock.release()
        for loop, future in _taken(self._futures):
            try:
                loop.call_soon_threadsafe(_wake, future)
            except RuntimeError:  # the loop was closed; nobody waits there
                continue

    def sleep(self, done: "Callable[[], bool]") -> None:
        """Let this thread sleep until ``notify``, or for ``LOOK_AGAIN`` at most; not at all if it is done already."""
        lock = allocate_lock()
        lock.acquire()
        self._locks.append(lock)
        if not done():
            lock.acquire(timeout=LOOK_AGAIN)
        try:  # noqa: SIM105 - contextlib is not loaded otherwise
            self._locks.remove(lock)
        except ValueError:  # notify has taken it
            pass

    async def wait(self, done: "Callable[[], bool]") -> None:
        """Let this task wait until it is done."""
        loop = running_loop()
        assert loop is not None
        while not done():
            future: Future[None] = loop.create_future()
            self._futures.append((loop, future))
            if not done():
                await future


def running_loop() -> "AbstractEventLoop | None":
    """Give the event loop that runs in this thread, without loading asyncio."""
    asyncio = sys.modules.get("asyncio")
    loop: "AbstractEventLoop | None" = asyncio._get_running_loop() if asyncio else None
    return loop


def _taken(waiting: "list[Any]") -> "Iterator[Any]":
    """Take all out, one by one: each for one thread only."""
    while True:
        try:
            yield waiting.pop()
        except IndexError:
            return


def _wake(future: "Future[None]") -> None:
    if not future.done():
        future.set_result(None)
