"""Objects that one side keeps for the other. Owns the numbers of this module's objects (handles) and the host's functions as callables."""

from _thread import allocate_lock

from .cancel import Shield
from .errors import CallbackError, DisconnectedError, StaleHandleError
from .message import RELEASE
from .signals import Signal, running_loop

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable

    from .host import Host

    Wait = Callable[[Signal, Callable[[], bool]], None]

HANDLE_IS_GONE = "The handle stands for an object that was released: call the function that gave it again."


class Handles:
    """The module's objects that the host holds."""

    def __init__(self) -> None:
        self._lock = allocate_lock()
        self._objects: dict[int, list[Any]] = {}  # handle -> [object, how often it was sent]
        self._numbers: dict[int, int] = {}  # id() of an object that is held, and so keeps its id -> handle
        self._last = 0

    def refer(self, value: "Any") -> "tuple[int, str, str]":
        """Give an object's handle, its kind and the name of its type; counts as sent once more."""
        with self._lock:
            number = self._numbers.get(id(value))
            if number is None:
                self._last = number = self._last + 1
                self._numbers[id(value)] = number
                self._objects[number] = [value, 0]
            self._objects[number][1] += 1
        if isinstance(value, type):
            return number, "class", value.__qualname__
        kind = "function" if hasattr(value, "__name__") and callable(value) else "instance"
        return number, kind, getattr(value, "__qualname__", type(value).__qualname__) if kind == "function" else type(value).__qualname__

    def resolve(self, number: int) -> "Any":
        """Give the object of a handle.

        Raises:
            StaleHandleError: it was released (ERR_SYNAPSE_STALE_HANDLE).
        """
        held = self._objects.get(number)
        if held is None:
            raise StaleHandleError(HANDLE_IS_GONE)
        return held[0]

    def release(self, number: int, count: int) -> None:
        """Let go of an object as often as ``count`` says."""
        released = None
        with self._lock:
            held = self._objects.get(number)
            if held is None:
                return
            held[1] -= count
            if held[1] <= 0:
                released = self._objects.pop(number)
                del self._numbers[id(held[0])]
        del released  # its finalizer runs here, outside of the lock


class Callbacks:
    """The calls of the host's functions that are under way."""

    def __init__(self, host: "Host", wait: "Wait") -> None:
        self._host = host
        self._wait = wait
        self._replies: dict[int, _Reply] = {}

    def function(self, number: int) -> "HostFunction":
        """Give the callable for a function of the host."""
        return HostFunction(self, number)

    def start(self, function: int, args: "tuple[Any, ...]", kwargs: "dict[str, Any]") -> "_Reply":
        """Call a function of the host."""
        reply = _Reply(self._host.make_id())
        self._replies[reply.id] = reply
        try:
            self._host.call(reply.id, function, args, kwargs)
        except BaseException:
            del self._replies[reply.id]
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

    def fail(self, id: int, details: "dict[str, Any] | None") -> None:
        """Take an error of the host."""
        told = details or {}
        self.answer(id, None, CallbackError(told.get("message") or "", told.get("type") or "Error", told.get("traceback") or ""))

    def disconnect(self) -> None:
        """Let nobody wait any longer: the host is gone."""
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
            self._callbacks.release(self._number)
        except OSError:
            return  # the host is gone
