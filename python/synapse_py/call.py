"""The call that a piece of code works for. Owns what is known of it and which one is current; stopping it is cancel's business."""

from _contextvars import ContextVar
from _thread import RLock
from time import monotonic

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Callable

MAX_PARTIAL = 64 * 1024
"""Characters of a line without an end that are kept back."""


class Call:
    """One call of the host, as the function that works on it sees it.

    Attributes:
        method: name that the host called.
        deadline: moment in terms of ``time.monotonic()``, in seconds, at which the host stops waiting; None if it waits for ever.
        cancelled: whether the host has given the call up. A long loop may look at it and return.
    """

    __slots__ = (
        "_log",
        "_partial",
        "active",
        "cancelled",
        "deadline",
        "done",
        "due",
        "id",
        "injected",
        "method",
        "nested",
        "pending",
        "response",
        "shields",
        "spared",
        "stop",
        "thread",
    )

    def __init__(self, id: int, method: str, log: "Callable[..., None] | None" = None) -> None:
        self.id = id
        self.method = method
        self.response = "result"
        self.deadline: "float | None" = None
        self.cancelled = False
        self.nested = False
        self.done = False  # it was answered for good
        self.active = False  # its function is on the stack of `thread`, where an exception can reach it
        self.injected = False
        self.due = False  # the exception is to be raised as soon as the function leaves this package
        self.pending = False  # an exception was put there and may not have come up
        self.shields = 0  # how often its function is inside of this package
        self.spared = 0.0  # moment before which no exception is to disturb the closing of its generator
        self.thread = 0
        self.stop: "Callable[[], object] | None" = None  # asks whatever runs it to stop, where there is a way
        self._log = log
        self._partial: dict[str, str] = {}

    @property
    def remaining(self) -> "float | None":
        """Seconds until the deadline, negative after it; None without one."""
        return None if self.deadline is None else self.deadline - monotonic()

    def log(self, message: object, level: str = "info") -> None:
        """Send a line of log output that carries this call.

        Args:
            message: its text.
            level: ``debug``, ``info``, ``warning``, ``error`` or ``critical``.
        """
        if self._log is not None:
            self._log(self.id, level, None, str(message))

    def print(self, stream: str, text: str) -> None:
        """Send printed text in whole lines; the rest waits for its end."""
        with _printing:
            text = self._partial.pop(stream, "") + text
            end = len(text) if len(text) > MAX_PARTIAL else text.rfind("\n") + 1
            if end < len(text):
                self._partial[stream] = text[end:]
        if end and self._log is not None:
            self._log(self.id, stream, None, text[:end])

    def finish_printing(self) -> None:
        """Send what was printed without an end of line."""
        if not self._partial:
            return
        with _printing:
            rests = list(self._partial.items())
            self._partial.clear()
        for stream, text in rests:
            if self._log is not None:
                self._log(self.id, stream, None, text)


def renew_print_lock() -> None:
    """Make a new lock, in a child process whose parent's threads may have held the old one."""
    global _printing  # noqa: PLW0603
    _printing = RLock()


NO_CALL = Call(0, "")
"""What code outside of every call gets: never cancelled, without a deadline, its log goes nowhere."""

_printing = RLock()  # threads that a function starts may print for its call; a finalizer may in the middle of that
_current: "ContextVar[Call]" = ContextVar("synapse_call", default=NO_CALL)
get_call = _current.get
set_call = _current.set


def current_call() -> Call:
    """Give the call that the code works for.

    Returns:
        The call of this function, task or thread, with ``cancelled``, ``deadline``, ``remaining`` and ``log``. Outside of every call,
        as in a test without a host, one that is never cancelled.
    """
    return get_call()
