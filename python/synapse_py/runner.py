"""How functions are run: on the main thread, in threads, on the event loop. Owns what happens around a function, and how it is stopped."""

import sys
from _thread import allocate_lock, get_ident
from functools import partial
from time import monotonic, perf_counter, sleep

from .attribute import ObjectMethod, attribute_method, iteration
from .call import NO_CALL, get_call, set_call
from .cancel import GIVEN_UP, Injector, leave
from .conversion import Kept
from .errors import CallCancelled
from .failure import format_traceback
from .methods import Method, attribute_at
from .thread_pool import ThreadPool

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Coroutine
    from typing import Any, Callable

    from .call import Call
    from .event_loop import EventLoop
    from .host import Host
    from .methods import Methods
    from .outbound_stream import MainStream
    from .references import Handles

    Work = tuple[Call, Method, list[Any], dict[str, Any]]

SLOW_SECONDS = 0.0005
"""A function that took longer is not begun before earlier answers have left."""
LOOK_SECONDS = 0.005
"""Between two looks at what is coming to its end."""


async def _sample() -> None:
    """Exist for its type."""


_coroutine = _sample()
COROUTINE = type(_coroutine)
_coroutine.close()


class Runner:
    """Runs the functions of a module and answers their calls."""

    def __init__(self, host: "Host", handles: "Handles", forget: "Callable[[Call], None]", wake: "Callable[[], None]") -> None:
        self.running: "Call | None" = None
        self.injector = Injector()
        self.handles = handles
        self._host = host
        self._forget = forget
        self._wake = wake
        self._pools: dict[str, ThreadPool] = {}
        self._loop: "EventLoop | None" = None
        self._loop_lock = allocate_lock()  # a coroutine may come from any thread

    @staticmethod
    def current() -> "Call":
        """Give the call of the code that runs."""
        return get_call()

    def find(self, methods: "Methods", name: str, options: "dict[str, Any] | None") -> Method:
        """Give what a call asks for: a function of the module, one of an object that the host holds, the items of that, or an attribute.

        Raises:
            UnknownMethodError: there is no such name (ERR_SYNAPSE_UNKNOWN_METHOD).
            UnsupportedCallError: it is no function, or not iterable (ERR_SYNAPSE_UNSUPPORTED_CALL).
            StaleHandleError: the object was released (ERR_SYNAPSE_STALE_HANDLE).
        """
        if not options:
            return methods.find(name)
        streams = bool(options.get("stream"))
        if "on" not in options:
            return Method(name, partial(methods.value, name)) if options.get("get") else methods.find(name, streams)
        owner = self.handles.resolve(options["on"])
        if options.get("get"):
            return Method(name, partial(attribute_at, owner, name))
        return attribute_method(owner, name, name or type(owner).__name__, streams) if name or not streams else iteration(owner)

    def run(self, call: "Call", method: Method, args: "list[Any]", kwargs: "dict[str, Any]") -> None:
        """Run a function on this thread, the main one, and answer."""
        if self._host.eager or (method.slow and self._host.outbox.waiting):
            self._host.outbox.flush()
        before = self.running
        previous = get_call()
        self.running = call
        begin = perf_counter()
        try:
            self._execute(call, method, args, kwargs)
        finally:
            self.running = before
            set_call(previous)
        method.slow = perf_counter() - begin > SLOW_SECONDS

    def skip(self, call: "Call") -> None:
        """Answer a call that was given up before it began."""
        self._forget(call)
        if call.response != "none":
            self._host.cancelled(call.id, "queue")
        elif self._host.eager:
            self._host.end(call.id)

    def take_turn(self, stream: "MainStream") -> None:
        """Let a stream send some of its items."""
        self._settle()
        before = self.running
        previous = get_call()
        self.running = stream.call
        try:
            stream.take_turn()
        finally:
            self.running = before
            set_call(previous)

    def start(self, call: "Call", method: Method, args: "list[Any]", kwargs: "dict[str, Any]") -> None:
        """Have a function run elsewhere: in a thread or on the event loop."""
        self._let_pass(call)
        if method.where == "loop":
            self.start_task(call, self._execute_async(call, method, args, kwargs))
        else:
            self.start_thread(method, partial(self._execute_in_thread, call, method, args, kwargs))

    def start_thread(self, method: Method, work: "Callable[[], None]") -> None:
        """Have work done by the threads of a method."""
        self._settle()
        pool = self._pools.get(method.name)
        if pool is None:
            pool = self._pools[method.name] = ThreadPool(method.threads)
        pool.submit(work)

    def start_task(self, call: "Call", coroutine: "Coroutine[Any, Any, None]") -> None:
        """Have a coroutine run on the event loop."""
        self._settle()
        with self._loop_lock:
            if self._loop is None:
                from .event_loop import EventLoop  # noqa: PLC0415 - asyncio takes long to load

                self._loop = EventLoop()
        self._loop.start(call, coroutine)

    def stop(self, call: "Call") -> None:
        """Tell a call that it was given up: by its flag, by what runs it, and after a while by an exception."""
        if call.cancelled:
            return
        call.cancelled = True
        if call.stop is not None:
            call.stop()
        self.injector.add(call)
        self._wake()

    def close(self, end: float, is_busy: "Callable[[], object]") -> None:
        """Let what goes on elsewhere come to its end, until a moment in terms of ``monotonic()``."""
        if self._loop is not None:
            self._loop.close(max(0.0, end - monotonic()))
        while is_busy() and monotonic() < end:
            sleep(LOOK_SECONDS)

    def _let_pass(self, call: "Call") -> None:
        """Tell that functions behind a call need not wait for it, if the host wants that."""
        if self._host.eager and call.response == "result":
            self._host.ack(call.id)

    def _settle(self) -> None:
        """Have every answer at the host before something else begins, also one that another thread is writing, if the host wants that."""
        if self._host.eager:
            self._host.outbox.flush()

    def _execute(self, call: "Call", method: Method, args: "list[Any]", kwargs: "dict[str, Any]") -> None:
        call.thread = get_ident()
        set_call(call)
        try:
            try:
                if call.response == "ack":
                    self._host.ack(call.id)
                call.active = True
                value = method.function(*args, **kwargs)
            finally:
                leave(call)
        except BaseException as error:  # SystemExit and KeyboardInterrupt too: they must not end the worker
            leave(call)
            self._fail(call, error)
            return
        if type(value) is COROUTINE:
            if method.where == "main":
                self._let_pass(call)
            self.start_task(call, self._finish_async(call, method, value))
        else:
            self._finish(call, method, value)

    def _execute_in_thread(self, call: "Call", method: Method, args: "list[Any]", kwargs: "dict[str, Any]") -> None:
        if call.cancelled:
            self.skip(call)
        else:
            self._execute(call, method, args, kwargs)
            set_call(NO_CALL)
        self._host.outbox.flush()

    async def _execute_async(self, call: "Call", method: Method, args: "list[Any]", kwargs: "dict[str, Any]") -> None:
        if call.cancelled:
            self.skip(call)
            self._host.outbox.flush()
            return
        set_call(call)
        try:
            if call.response == "ack":
                self._host.ack(call.id)
            made = method.function(*args, **kwargs)
        except BaseException as error:
            self._fail(call, error)
            self._host.outbox.flush()
        else:
            await self._finish_async(call, method, made)

    async def _finish_async(self, call: "Call", method: Method, made: "Any") -> None:
        set_call(call)
        try:
            if call.cancelled and type(made) is COROUTINE:
                made.close()  # it would not begin
                raise CallCancelled(GIVEN_UP)
            value = await made if hasattr(made, "__await__") else made
        except BaseException as error:
            self._fail(call, error)
        else:
            self._finish(call, method, value)
        self._host.outbox.flush()

    def _finish(self, call: "Call", method: Method, value: "Any") -> None:
        if not self._is_awaited(call):
            return
        try:
            is_kept = type(method) is ObjectMethod and (hasattr(type(value), "__next__") or hasattr(type(value), "__anext__"))
            self._host.result(call.id, Kept(value) if is_kept else value)
        except OSError:
            raise  # the host is gone
        except BaseException as error:  # a conversion of the module's own may raise anything
            self._host.error(call.id, error)

    def _fail(self, call: "Call", error: BaseException) -> None:
        if call.response != "result" and not isinstance(error, CallCancelled):
            call.print("stderr", format_traceback(error))
        elif self._host.outbox.closed and not call.cancelled:
            sys.stderr.write(format_traceback(error))  # in a process that the function has forked
        if self._is_awaited(call):
            self._host.error(call.id, error)

    def _is_awaited(self, call: "Call") -> bool:
        """Close a call; tells whether the host still waits for what became of it."""
        call.finish_printing()
        self._forget(call)
        if call.response != "result":
            if self._host.eager:
                self._host.end(call.id)
            return False
        if call.cancelled:
            self._host.cancelled(call.id, "injected" if call.injected else "cooperative")
            return False
        return True
