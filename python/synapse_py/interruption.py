"""Raising an exception in the main thread, also while it sleeps or waits for a file, a lock or a child. Owns the signal that does it.

A signal ends such a wait, and what its handler raises ends the function (https://docs.python.org/3/library/signal.html). It is SIGURG,
which means nothing to a program that did not ask for it. Where there is none (Windows), or somebody else handles it, the thread is marked
instead, as other threads are.
"""

from _thread import get_ident

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable

_signal: "Any"
try:
    _signal = __import__("_signal")  # the module signal makes enumerations of it first, which takes milliseconds
except ImportError:  # another Python than CPython
    _signal = None


class Interruption:
    """Lets a callback run in the main thread, and raise there."""

    def __init__(self, callback: "Callable[[], None]") -> None:
        """Install the handler; this thread must be the main one.

        Args:
            callback: runs in the main thread, between two instructions of whatever that does.
        """
        self._main = get_ident()
        self._number: Any = getattr(_signal, "SIGURG", None) if hasattr(_signal, "pthread_kill") else None

        def handle(_number: int, _frame: object) -> None:
            callback()

        self._handle = handle
        if self._number is not None and self._is_free():
            try:
                _signal.signal(self._number, handle)
            except ValueError:  # a thread that is not the main one serves
                self._number = None

    def reaches(self, thread: int) -> bool:
        """Tell whether a thread can be interrupted in this way."""
        return thread == self._main and self._number is not None and _signal.getsignal(self._number) is self._handle

    def interrupt(self) -> None:
        """Have the callback run in the main thread as soon as can be."""
        _signal.pthread_kill(self._main, self._number)

    def _is_free(self) -> bool:
        return _signal.getsignal(self._number) in (_signal.SIG_DFL, _signal.SIG_IGN)
