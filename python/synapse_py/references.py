"""Objects that one side keeps for the other. Owns the numbers of this module's objects (handles) and the host's functions as callables."""

from _thread import RLock
from itertools import count

from .cancel import FinalizerShield, Shield
from .errors import CallbackError, DisconnectedError, StaleHandleError
from .message import RELEASE
from .signals import Signal, running_loop

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable

    from .host import Host
    from .values import Reference

    Wait = Callable[[Signal, Callable[[], bool]], None]

HANDLE_IS_GONE = "The handle stands for an object that was released: call the function that gave it again."
NAMES_OF_HANDLES = ("release", "toString")
"""What a handle has itself, unless its object has it."""


class Handles:
    """The module's objects that the host holds."""

    def __init__(self) -> None:
        self._lock = RLock()  # the finalizer of an object may send another one
        self._objects: dict[int, list[Any]] = {}  # handle -> [object, how often it was sent]
        self._numbers: dict[int, int] = {}  # id() of an object that is held, and so keeps its id -> handle
        self._next = count(1).__next__

    def refer(self, value: "Any") -> "Reference":
        """Give an object's handle, its kind, the name of its type, and which names of handles it has, if any; counts as sent once more."""
        kind, name = _kind_and_name(value)
        own = [each for each in NAMES_OF_HANDLES if _has(value, each)]
        with self._lock:
            number = self._numbers.get(id(value))
            if number is None:
                number = self._next()
                self._numbers[id(value)] = number
                self._objects[number] = [value, 0]
            self._objects[number][1] += 1
        return (number, kind, name, own) if own else (number, kind, name)

    def resolve(self, number: int) -> "Any":
        """Give the object of a handle.

        Raises:
            StaleHandleError: it was released (ERR_SYNAPSE_STALE_HANDLE).
        """
        held = self._objects.get(number)
        if held is None:
            raise StaleHandleError(HANDLE_IS_GONE)
        return held[0]

    def release(self, number: int, times: int) -> "list[Any] | None":
        """Let go of an object so many times.

        Returns:
            A list that holds the object if nobody else does: its finalizer may do anything, so clear it where that is no harm.
        """
        with self._lock:
            held = self._objects.get(number)
            if held is None:
                return None
            held[1] -= times
            if held[1] > 0:
                return None
            del self._objects[number]
            del self._numbers[id(held[0])]
        return held

    def let_go(self, references: "list[Reference]") -> None:
        """Count objects as not sent, because the value that they are in could not be."""
        for told in references:
            self.release(told[0], 1)


class Callbacks:
    """The calls of the host's functions that are under way."""

    def __init__(self, host: "Host", wait: "Wait") -> None:
        self._host = host
        self._wait = wait
        self._replies: dict[int, _Reply] = {}
        self._is_gone = False

    def function(self, number: int) -> "HostFunction":
        """Give the callable for a function of the host."""
        return HostFunction(self, number)

    def start(self, function: int, args: "tuple[Any, ...]", kwargs: "dict[str, Any]") -> "_Reply":
        """Call a function of the host."""
        reply = _Reply(self._host.make_id())
        self._replies[reply.id] = reply
        try:
            if self._is_gone:
                raise DisconnectedError("the host has closed the conversation: its functions cannot be called any longer")
            self._host.call(reply.id, function, args, kwargs)
        except BaseException:
            self.give_up(reply)
            raise
        return reply

    def wait(self, reply: "_Reply") -> "Any":
        """Wait for the answer; gives the call up if the wait is broken off."""
        try:
            self._wait(reply.signal, reply.is_done)
        except BaseException:
            self.give_up(reply)
            raise
        return reply.value()

    async def wait_async(self, reply: "_Reply") -> "Any":
        """Wait for the answer in a task."""
        try:
            await reply.signal.wait(reply.is_done)
        except BaseException:
            self.give_up(reply)
            raise
        return reply.value()

    def give_up(self, reply: "_Reply") -> None:
        """Forget a call; its answer, if it comes, is dropped."""
        self._replies.pop(reply.id, None)

    def answer(self, id: int, value: "Any", error: "BaseException | None") -> None:
        """Take an answer of the host."""
        reply = self._replies.pop(id, None)
        if reply is not None:
            reply.settle(value, error)

    def fail(self, id: int, details: "Any") -> None:
        """Take an error of the host."""
        self.answer(id, None, read_error(details))

    def disconnect(self) -> None:
        """Let nobody wait any longer: the host is gone."""
        self._is_gone = True
        for id in list(self._replies):
            self.answer(id, None, DisconnectedError("the host closed the conversation while its function was being called"))

    def release(self, number: int) -> None:
        """Let go of a function of the host."""
        self._host.tell(RELEASE, number, 1)


class _Reply:
    """The answer to a call of the host's function."""

    __slots__ = ("_error", "_is_done", "_value", "id", "signal")

    def __init__(self, id: int) -> None:
        self.id = id
        self.signal = Signal()
        self._is_done = False
        self._value: Any = None
        self._error: "BaseException | None" = None

    def is_done(self) -> bool:
        return self._is_done

    def settle(self, value: "Any", error: "BaseException | None") -> None:
        self._value, self._error, self._is_done = value, error, True
        self.signal.notify()

    def value(self) -> "Any":
        if self._error is not None:
            raise self._error
        return self._value


class HostFunction:
    """A function of the host as a callable: returns its result in a function, an awaitable of it in a coroutine."""

    __slots__ = ("_callbacks", "_number")

    def __init__(self, callbacks: Callbacks, number: int) -> None:
        self._callbacks = callbacks
        self._number = number

    def __call__(self, *args: "Any", **kwargs: "Any") -> "Any":
        """Call the function.

        Raises:
            CallbackError: it threw (ERR_SYNAPSE_CALLBACK).
            SerializationError: an argument has no faithful form (ERR_SYNAPSE_SERIALIZATION).
            CallCancelled: the call that this code works for was given up meanwhile.
        """
        if running_loop() is not None:
            return self._callbacks.wait_async(self._callbacks.start(self._number, args, kwargs))
        with Shield():
            return self._callbacks.wait(self._callbacks.start(self._number, args, kwargs))

    def __repr__(self) -> str:
        return "<function of the host>"

    def __del__(self) -> None:
        try:
            with FinalizerShield():
                self._callbacks.release(self._number)
        except OSError:
            return  # the host is gone


def read_error(details: "Any") -> CallbackError:
    """Make the error that a map of the host tells of; anything else tells nothing."""
    told = details if isinstance(details, dict) else {}
    return CallbackError(told.get("message") or "", told.get("type") or "Error", told.get("traceback") or "")


def _kind_and_name(value: "Any") -> "tuple[str, str]":
    if isinstance(value, type):
        return "class", value.__qualname__
    if hasattr(value, "__name__") and callable(value):
        return "function", str(getattr(value, "__qualname__", type(value).__qualname__))
    return "instance", type(value).__qualname__


def _has(value: "Any", name: str) -> bool:
    """Say whether an object has a name. Properties are not run for that; what an object makes of names that it lacks is asked."""
    kind = type(value)
    if hasattr(kind, name):
        return True
    if kind.__module__.startswith("synapse_py."):  # a module: names that it does not have yet would be imported
        return name in getattr(value, "__dict__", ())
    try:
        return hasattr(value, name)
    except Exception:  # code of the module, which may raise anything
        return False
