"""Stopping what runs. Owns the last rung before the process itself: an exception that is put into the thread of a function.

``PyThreadState_SetAsyncExc`` (https://docs.python.org/3/c-api/init.html) sets a mark that the thread turns into the exception at one
of its next instructions. So that this never happens in the middle of a frame, code of this package that functions call into is shielded.
"""

import sys
from _thread import allocate_lock
from time import monotonic

from .call import Call, get_call
from .errors import CallCancelled

INJECT_AFTER = 0.025
"""Seconds that a function has to notice its cancellation by itself."""
INJECT_AGAIN_AFTER = 0.2
"""Seconds after which one that went on in spite of the exception gets another."""
QUICK_INTERVAL = 0.0005
"""Seconds after which a computing thread lets another one go on, while a call is being stopped."""

GIVEN_UP = "the caller has given this call up"

_lock = allocate_lock()
_shielded: "set[int]" = set()


class Shield:
    """Keeps exceptions out while the current function is inside of this package. Not reentrant within one call."""

    __slots__ = ("_call",)

    def __enter__(self) -> None:
        call = self._call = get_call()
        with _lock:
            if _clear(call) and sys.exc_info()[0] is not CallCancelled:
                raise CallCancelled(GIVEN_UP)
            _shielded.add(call.id)

    def __exit__(self, failure: "type[BaseException] | None", *_: object) -> None:
        call = self._call
        with _lock:
            _shielded.discard(call.id)
            raises, call.due = call.due and failure is None, False
        if raises:
            raise CallCancelled(GIVEN_UP)


class Injector:
    """The calls that were given up and have not ended: each gets the exception when its time has come."""

    def __init__(self) -> None:
        self._due: list[tuple[float, Call]] = []
        self._interval = 0.0

    @property
    def waiting(self) -> bool:
        """Whether any call is to be stopped."""
        return bool(self._due)

    def add(self, call: Call) -> None:
        """Stop a call in this way if it has not ended within ``INJECT_AFTER``."""
        if not self._due:
            self._interval = sys.getswitchinterval()
            sys.setswitchinterval(QUICK_INTERVAL)
        self._due.append((monotonic() + INJECT_AFTER, call))

    def inject_due(self) -> None:
        """Put the exception into those whose time has come."""
        now = monotonic()
        for entry in self._due[:]:
            due, call = entry
            if due > now:
                continue
            self._due.remove(entry)
            if _inject(call):
                self._due.append((now + INJECT_AGAIN_AFTER, call))
        if not self._due:
            sys.setswitchinterval(self._interval)


def leave(call: Call) -> None:
    """Tell that a call's function is no longer on its thread's stack; an exception that has not come up there yet never will."""
    call.active = False
    if call.cancelled:
        with _lock:
            _clear(call)


def _inject(call: Call) -> bool:
    """Mark the call's thread; False if the call has ended."""
    with _lock:
        if not call.active:
            return False
        call.injected = True
        if call.id in _shielded:
            call.due = True
        else:
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


def _set_exception(thread: int, exception: "type[BaseException] | None") -> None:
    if sys.implementation.name != "cpython":
        return
    import ctypes  # noqa: PLC0415 - loaded when the first call does not stop by itself

    argument = ctypes.py_object(exception) if exception else None
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread), argument)
