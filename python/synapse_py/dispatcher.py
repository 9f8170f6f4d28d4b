"""Who does what when in a worker that serves functions. Owns the queue of the main thread's work and who reads.

While it has nothing to do, the main thread reads, runs a function and writes its answer by itself: no other thread is in the way of a call.
While a function computes, the watcher reads in its place: it answers pings, takes cancellations, and queues what else comes.
"""

from _thread import allocate_lock, get_ident
from collections import deque
from time import monotonic, perf_counter, sleep

from .cancel import renew_locks
from .errors import CallCancelled
from .host import Host
from .inbox import Inbox
from .log import LogRecords
from .outbound_stream import MainStream
from .outbox import Outbox
from .reader import Reader
from .runner import Runner
from .values import Values
from .watcher import Watcher

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, Union

    from .call import Call
    from .methods import Methods
    from .references import Handles
    from .runner import Work
    from .signals import Signal
    from .values import Message

    Task = Union[Work, MainStream, list[Any]]
    """A call to run, a stream that wants a turn, or a released object to drop."""

LOOK_SECONDS = 0.001
"""How long calls that were read are begun one after another before a look at what else has come."""
CLOSE_SECONDS = 0.3
"""How long functions get to end when the host is gone: less than it waits before it ends the process."""


class Dispatcher:
    """The conversation with the host, from its hello to its end. ``host`` sends whatever goes there."""

    def __init__(self, input_fd: int, output_fd: int, methods: "Methods", handles: "Handles") -> None:
        values = Values(refer=handles.refer, resolve=self._resolve, forget=handles.let_go)
        self.host = Host(Outbox(output_fd), values)
        self._watcher = Watcher(self)
        self._runner = Runner(self.host, handles, self._forget, self._watcher.wake)
        self._ready: "deque[Task]" = deque()
        self._inbox = Inbox(self.host, methods, self._runner, self._wait, self._ready.append)
        self._reader = Reader(input_fd, values)
        self._records = LogRecords(self.host)
        self._main = get_ident()
        self._receiver = 0  # the thread that has the reader's lock
        self._look_at = 0.0
        self._failure: "Exception | None" = None
        self._forsaken: "list[Task] | None" = None

    def run(self) -> None:
        """Work until the host closes the conversation.

        Raises:
            FrameError: what came is not the protocol (ERR_SYNAPSE_FRAME).
            OSError: the host is gone.
        """
        import threading  # noqa: F401, PLC0415 - another thread that loads it first would be taken for the main one

        try:
            while self._take_one():
                pass
        finally:
            self._close()
        if self._failure is not None:
            raise self._failure

    def forsake(self) -> None:
        """Leave the conversation to the parent, in a process that a function has forked from it."""
        self._reader.lock = allocate_lock()
        self._reader.ended = True
        self._forsaken = list(self._ready)  # kept: generators that are dropped run their finally blocks
        self._ready.clear()
        self.host.outbox.forsake()
        self._inbox.hang_up()
        renew_locks()

    def _take_one(self) -> bool:
        """Do the next work; what it held is let go before anything is waited for. False at the end of the input."""
        work = self._next()
        if work is not None:
            self._perform(work)
        return work is not None

    def _perform(self, work: "Task") -> None:
        if self._watcher.sleeping:
            self._watcher.wake()
        if isinstance(work, MainStream):
            self._runner.take_turn(work)
        elif isinstance(work, list):
            work.clear()
        elif work[0].cancelled:
            self._runner.skip(work[0])
        else:
            self._runner.run(*work)

    def _next(self, nested_only: bool = False, done: "Callable[[], bool] | None" = None) -> "Task | None":
        """Give the next work for the main thread, waiting for it; None at the end of the input, or when it is done."""
        with self._reader.lock:
            self._receiver = self._main
            try:
                return self._receive_work(nested_only, done)
            except Exception as error:
                self._break_off(error)
                return None
            finally:
                self._receiver = 0

    def _receive_work(self, nested_only: bool, done: "Callable[[], bool] | None") -> "Task | None":
        reader = self._reader
        ready = self._ready
        outbox = self.host.outbox
        while done is None or not done():
            message = reader.next_read(nested_only or not ready)
            if message is not None:
                self._receive(message)
                continue
            if ready:
                if perf_counter() > self._look_at:
                    self._receive_waiting()
                work = self._pick_nested() if nested_only else ready.popleft()
                if work is not None:
                    return work
            if outbox.waiting:
                outbox.flush()
            if reader.ended or (done is not None and done()) or not reader.read_more():
                return None
            self._look_at = perf_counter() + LOOK_SECONDS
        return None

    def _pick_nested(self) -> "Task | None":
        for work in self._ready:
            if not isinstance(work, list) and (work.call if isinstance(work, MainStream) else work[0]).nested:
                self._ready.remove(work)
                return work
        return None

    def _wait(self, signal: "Signal", done: "Callable[[], bool]") -> None:
        """Wait, from within a function, for something that the host will send.

        The main thread reads meanwhile, and runs the calls that the host makes while it works on what is waited for.

        Raises:
            CallCancelled: the call that waits was given up.
            DisconnectedError: the host is gone (ERR_SYNAPSE_DISCONNECTED).
            RuntimeError: a finalizer wants to wait that came up while messages are read.
        """
        call = self._runner.current()
        is_main = get_ident() == self._main
        if self._receiver == get_ident():
            raise RuntimeError("a finalizer cannot wait for the host: what it waits for would be read by its own thread")
        while not done() and not call.cancelled:
            if not is_main:
                signal.sleep(done)
                continue
            work = self._next(nested_only=True, done=lambda: done() or call.cancelled)
            if work is not None:
                self._perform(work)
            elif self._reader.ended:
                self._inbox.disconnect()
        if not done():
            raise CallCancelled("the caller has given this call up")

    @property
    def running(self) -> "Call | None":
        """The call that the main thread works on."""
        return self._runner.running

    @property
    def needs_ticks(self) -> bool:
        """Whether the watcher must not sleep."""
        return self._runner.injector.waiting

    def tick(self) -> None:
        """Do what must not wait for the main thread: let answers leave, stop what was given up."""
        try:
            if self.host.outbox.waiting:
                self.host.outbox.flush()
        except OSError as error:
            self._break_off(error)
        if self._runner.injector.waiting:
            self._runner.injector.inject_due()

    def attend(self, seconds: float) -> None:
        """Read in the place of the main thread, or wait for so long."""
        reader = self._reader
        if reader.ended or not (reader.has_whole() or reader.wait_readable(seconds)):
            sleep(seconds if reader.ended else 0)
            return
        if not reader.lock.acquire(False):
            sleep(seconds)  # the main thread itself waits for the host
            return
        self._receiver = get_ident()
        try:
            if self._runner.running is not None:
                self._receive_waiting()
        except Exception as error:
            self._break_off(error)
        finally:
            self._receiver = 0
            reader.lock.release()

    def _receive_waiting(self) -> None:
        """Take what has come, without waiting. The reader's lock is held."""
        reader = self._reader
        while not reader.ended:
            while (message := reader.next_read()) is not None:
                self._receive(message)
            if not reader.is_readable():
                break
            if not reader.read_more():
                self._inbox.stop_all()
        self._look_at = perf_counter() + LOOK_SECONDS

    def _receive(self, message: "Message") -> None:
        self._records.install()
        self._inbox.last_size = self._reader.size
        work = self._inbox.receive(message)
        if work is not None:
            self._ready.append(work)

    def _break_off(self, error: Exception) -> None:
        """End the conversation, whose position is lost."""
        self._failure = self._failure or error
        self._reader.ended = True
        self._inbox.stop_all()

    def _resolve(self, code: int, number: int) -> "Any":
        return self._inbox.resolve(code, number)

    def _forget(self, call: "Call") -> None:
        self._inbox.forget(call)

    def _close(self) -> None:
        """End the conversation: let what still goes on come to its end, as far as it does so soon."""
        if self._forsaken is not None:
            return
        end = monotonic() + CLOSE_SECONDS
        self._reader.ended = True
        self.host.outbox.discard()
        self._inbox.disconnect()
        while self._ready:
            work = self._ready.popleft()
            if isinstance(work, MainStream):
                self._runner.take_turn(work)
            elif isinstance(work, tuple):
                self._runner.skip(work[0])
        self._runner.close(end, lambda: self._inbox.is_busy)
