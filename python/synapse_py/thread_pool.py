"""Threads for functions that want them. Owns their queue; they end with the process."""

from _queue import SimpleQueue
from _thread import start_new_thread

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Callable


class ThreadPool:
    """At most so many threads, started when there is work for them."""

    def __init__(self, threads: int) -> None:
        self._threads = threads
        self._started = 0
        self._busy = 0
        self._work: SimpleQueue[Callable[[], None]] = SimpleQueue()

    def submit(self, work: "Callable[[], None]") -> None:
        """Have something done by the next free thread. ``work`` must not raise."""
        self._busy += 1
        self._work.put(work)
        if self._started < min(self._busy, self._threads):
            self._started += 1
            start_new_thread(self._run, ())

    def _run(self) -> None:
        while True:
            work = self._work.get()
            work()
            self._busy -= 1
            del work
