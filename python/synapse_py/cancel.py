"""Stopping what runs. Owns the last rung before the process itself: an exception that is put into the thread of a function.

``PyThreadState_SetAsyncExc`` (https://docs.python.org/3/c-api/init.html) sets a mark that the thread turns into the exception at one
of its next instructions. So that this never happens in the middle of a frame, code of this package that functions call into is shielded.
"""

import sys
from _thread import RLock, allocate_lock, get_ident
from time import monotonic

from .call import Call, get_call, renew_print_lock
from .errors import CallCancelled
from .interruption import Interruption

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

INJECT_AFTER = 0.025
"""Seconds that a function has to notice its cancellation by itself."""
INJECT_AGAIN_AFTER = 1.0
"""Seconds after which one that went on in spite of the exception gets another: as long as its ``finally`` blocks may take."""
CLOSING_SECONDS = 1.0
"""Seconds that the ``finally`` blocks of a generator have that is being closed."""
QUICK_INTERVAL = 0.0005
"""Seconds after which a computing thread lets another one go on, while a call is being stopped."""

GIVEN_UP = "the caller has given this call up"

_lock = RLock()  # a finalizer that prints may come in between


class Shield:
    """Keeps exceptions out while the current function is inside of this package; shields may lie within each other."""

    __slots__ = ("_call",)
    _raises = True

    def __enter__(self) -> None:
        call = get_call()
        self._call = call if call.active and call.thread == get_ident() else None  # else no exception can come up here
        if self._call is None:
            return
        with _lock:
            if _clear(call) and sys.exc_info()[0] is not CallCancelled:
                if self._raises:
                    raise CallCancelled(GIVEN_UP)
                call.due = True
            call.shields += 1

    def __exit__(self, failure: "type[BaseException] | None", *_: object) -> None:
        call = self._call
        if call is None:
            return
        with _lock:
            call.shields -= 1
            if call.shields or not call.due or not self._raises:
                return
            call.due = False
        if failure is None:
            raise CallCancelled(GIVEN_UP)


class FinalizerShield(Shield):
    """The same for a finalizer, which cannot raise: the exception comes up a little later."""

    __slots__ = ()
    _raises = False


class Injector:
    """The calls that were given up and have not ended: each gets the exception when its time has come."""

    def __init__(self) -> None:
        self._lock = allocate_lock()
        self._due: list[tuple[float, Call]] = []
        self._interval = 0.0  # the one to return to; 0 while nobody is in a hurry

    @property
    def waiting(self) -> bool:
        """Whether any call is to be stopped."""
        return bool(self._due)

    def add(self, call: Call) -> None:
        """Stop a call in this way if it has not ended within ``INJECT_AFTER``."""
        with self._lock:
            self._due.append((monotonic() + INJECT_AFTER, call))
            self._hurry()

    def inject_due(self) -> None:
        """Put the exception into those whose time has come."""
        now = monotonic()
        if not _Means.asked and any(due <= now and call.active for due, call in list(self._due)):
            _load_ctypes()
        with self._lock:
            self._due = [(_next_time(due, call, now), call) for due, call in self._due if not call.done]
            self._hurry()

    def _hurry(self) -> None:
        """Let threads take turns more often while a function is being stopped: the one that stops it is waiting for a turn too."""
        if any(call.active for _, call in self._due):
            if not self._interval:
                self._interval = sys.getswitchinterval()
                sys.setswitchinterval(QUICK_INTERVAL)
        elif self._interval:
            sys.setswitchinterval(self._interval)
            self._interval = 0.0


def prepare() -> None:
    """Make the main thread, which this must be, one that can be interrupted in a wait too."""
    _Means.interruption = Interruption(_raise_if_due)


def leave(call: Call) -> None:
    """Tell that a call's function is no longer on its thread's stack; an exception that has not come up there yet never will."""
    call.active = False
    if call.cancelled:
        with _lock:
            _clear(call)
            call.due = False


def spare(call: Call) -> None:
    """Let a generator that is being closed come to its end by itself, for as long as that may take."""
    call.spared = monotonic() + CLOSING_SECONDS


def renew_locks() -> None:
    """Make new locks, in a child process whose parent's threads may have held the old ones."""
    global _lock  # noqa: PLW0603
    _lock = RLock()
    renew_print_lock()


def _next_time(due: float, call: Call, now: float) -> float:
    """Inject if the time has come; gives the moment to do it again."""
    is_late = call.due and not call.shields  # a finalizer has swallowed it
    if (due > now or call.spared > now) and not is_late:
        return due
    return now + INJECT_AGAIN_AFTER if _inject(call) else due


def _inject(call: Call) -> bool:
    """Mark the call's thread; False if its function is not on the stack."""
    with _lock:
        if not call.active:
            return False
        interruption = _Means.interruption
        if not call.shields and interruption is not None and interruption.reaches(call.thread):
            interruption.interrupt()
            return True
        if _Means.ctypes is None:
            return False
        call.injected = True
        if call.shields:
            call.due = True
        else:
            call.due = False
            call.pending = True
            _set_exception(call.thread, CallCancelled)
        return True


def _clear(call: Call) -> bool:
    """Take the mark back; tells whether there may have been one."""
    was_pending = call.pending
    if was_pending:
        call.pending = False
        _set_exception(call.thread, None)
    return was_pending


def _raise_if_due() -> None:
    """Raise in the function that the main thread is in, if that is to stop; in the middle of this package, a little later."""
    call = get_call()
    with _lock:
        if not call.active or not call.cancelled or call.spared > monotonic():
            return
        call.injected = True
        call.due = bool(call.shields)
        if call.due:
            return
    raise CallCancelled(GIVEN_UP)


class _Means:
    """What stopping needs. ctypes is not loaded before the first call that does not stop by itself, and never while a lock is held."""

    interruption: "Interruption | None" = None
    ctypes: "Any" = None
    asked = False


def _load_ctypes() -> None:
    if _Means.asked:
        return
    _Means.asked = True
    if sys.implementation.name != "cpython":
        return
    try:
        import ctypes  # noqa: PLC0415

        _Means.ctypes = ctypes
    except ImportError:  # a Python that was built without it: calls end by themselves
        return
    _notice_swallowed()


def _notice_swallowed() -> None:
    """Have exceptions that came up in a finalizer, which swallows them, put in once more instead of told."""
    tell = sys.unraisablehook

    def notice(unraisable: "Any") -> None:
        if unraisable.exc_type is CallCancelled:
            get_call().due = True
        else:
            tell(unraisable)

    sys.unraisablehook = notice


def _set_exception(thread: int, exception: "type[BaseException] | None") -> None:
    ctypes = _Means.ctypes
    argument = ctypes.py_object(exception) if exception else None
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread), argument)
