"""The second pair of eyes: reads what comes while the main thread computes. Owns its thread, which sleeps when there is nothing to watch.

In the ordinary case the main thread reads, computes and writes by itself, which is the fastest way to answer. The watcher looks up every
``TICK`` while there is traffic. A call that it finds running on two looks in a row is a long one: from then on it reads for the main thread.
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
        self._wake = allocate_lock()
        self._wake.acquire()
        self._started = False
        self.sleeping = True

    def wake(self) -> None:
        """Begin to look, if it sleeps."""
        if not self.sleeping:
            return
        self.sleeping = False
        if not self._started:
            self._started = True
            start_new_thread(self._watch, ())
            return
        if self._wake.locked():  # else a wake-up that came while it looked is still there for it
            self._wake.release()

    def _watch(self) -> None:
        while True:
            self._look_until_quiet()
            self.sleeping = True
            if self._watched.running is not None or self._watched.needs_ticks:
                self.sleeping = False  # a call began in the meantime and found this thread awake
                continue
            self._wake.acquire()

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
