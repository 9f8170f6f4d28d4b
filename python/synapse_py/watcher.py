"""The second pair of eyes: reads what comes while the main thread computes. Owns its thread, which sleeps when there is nothing to watch.

In the ordinary case the main thread reads, computes and writes by itself, which is the fastest way to answer. The watcher looks up
every ``TICK`` while there is traffic. A call that it finds running on two looks in a row is a long one: from then on it reads for the
main thread.
"""

from _thread import allocate_lock, start_new_thread
from time import sleep

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .dispatcher import Dispatcher

TICK = 0.01
"""Seconds between two looks: a cancellation and a ping wait at most that long, and the thread costs nothing that could be measured."""
QUIET_TICKS = 100
"""Looks without any call after which the thread sleeps until it is woken."""


class Watcher:
    """A thread that looks after a dispatcher."""

    def __init__(self, watched: "Dispatcher") -> None:
        self._watched = watched
        self._lock = allocate_lock()  # of what follows
        self._wake = allocate_lock()
        self._wake.acquire()
        self._started = False
        self.sleeping = True

    def wake(self) -> None:
        """Begin to look, if it sleeps. May be called by any thread."""
        with self._lock:
            if not self.sleeping:
                return
            self.sleeping = False
            if self._started:
                self._wake.release()
            else:
                start_new_thread(self._watch, ())
                self._started = True

    def _watch(self) -> None:
        while True:
            self._look_until_quiet()
            if self._falls_asleep():
                self._wake.acquire()

    def _falls_asleep(self) -> bool:
        """Say that it sleeps from now on, and look once more: who saw it awake until now has not woken it."""
        with self._lock:
            self.sleeping = True
        if self._watched.running is None and not self._watched.needs_ticks:
            return True
        with self._lock:
            if not self.sleeping:
                return True  # it was woken in the meantime: the wake-up is there to be taken
            self.sleeping = False
            return False

    def _look_until_quiet(self) -> None:
        quiet = 0
        seen: object = None
        while quiet < QUIET_TICKS:
            sleep(TICK)
            watched = self._watched
            running = watched.running
            watched.tick()
            while running is not None and running is seen is watched.running:
                watched.attend(TICK)
                watched.tick()
            seen = running
            quiet = 0 if running is not None or watched.needs_ticks else quiet + 1
