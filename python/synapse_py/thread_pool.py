"""Threads for functions that want them. Owns their queue; they end with the process."""

from _queue import SimpleQueue
from _thread import allocate_lock, start_new_thread

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Callable


class ThreadPool:
    """At most so many threads, started when there is work for them."""

    def __init__(self, threads: int) -> None:
        self._threads = threads
        self._started = 0
        self._busy = 0  # works that were begun or wait
        self._lock = allocate_lock()
        self._work: SimpleQueue[Callable[[], None]] = SimpleQueue()

    def submit(self, work: "Callable[[], None]") -> None:
        """Have something done by the next free thread.

        Raises:
            RuntimeError: the system gives no thread for it.
        """
        with self._lock:
            if self._started < min(self._busy + 1, self._threads):
                self._start()
            self._busy += 1
        self._work.put(work)

    def _start(self) -> None:
        try:
            start_new_thread(self._run, ())
        except RuntimeError:
            if not self._started:
                raise
        else:
            self._started += 1

    def _run(self) -> None:
        while True:
            self._work_off(self._work.get())

    def _work_off(self, work: "Callable[[], None]") -> None:
        try:
            work()
        except OSError:  # the host is gone, and so will be this process; whatever a function raises does not come here
            return
        finally:
            with self._lock:
                self._busy -= 1
