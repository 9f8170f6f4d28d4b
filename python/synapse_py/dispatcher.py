"""Who does what when in a worker that serves functions. Owns the queue of the main thread's work and who reads.

While it has nothing to do, the main thread reads, runs a function and writes its answer by itself: no other thread is in the way of a call.
While a function computes, the watcher reads in its place: it answers pings, takes cancellations, and queues what else comes.
"""

from _thread import get_ident
from collections import deque
from time import sleep

from .errors import CallCancelled, FrameError
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
    from typing import Any, Callable

    from .call import Call
    from .methods import Methods
    from .runner import Work
    from .signals import Signal
    from .values import Message


class Dispatcher:
    """The conversation with the host, from its hello to its end. ``host`` sends whatever goes there."""

    def __init__(self, input_fd: int, output_fd: int, methods: "Methods") -> None:
        values = Values(refer=self._refer, resolve=self._resolve, forget=self._let_go)
        self.host = Host(Outbox(output_fd), values)
        self._watcher = Watcher(self)
        self._runner = Runner(self.host, self._forget, self._watcher.wake)
        self._ready: "deque[Work | MainStream]" = deque()
        self._inbox = Inbox(self.host, methods, self._runner, self._wait, self._ready.append)
        self._reader = Reader(input_fd, values)
        self._records = LogRecords(self.host)
        self._main = get_ident()

    def run(self) -> None:
        """Work until the host closes the conversation.

        Raises:
            FrameError: what came is not the protocol (ERR_SYNAPSE_FRAME).
        """
        while self._take_one():
            pass
        self._close()

    def _take_one(self) -> bool:
        """Do the next work; what it held is let go before anything is waited for. False at the end of the input."""
        work = self._next()
        if work is not None:
            self._perform(work)
        return work is not None

    def _perform(self, work: "Work | MainStream") -> None:
        if self._watcher.sleeping:
            self._watcher.wake()
        self._records.install()
        if isinstance(work, MainStream):
            self._runner.take_turn(work)
        elif work[0].cancelled:
            self._runner.skip(work[0])
        else:
            self._runner.run(*work)

    def _next(self, nested_only: bool = False, done: "Callable[[], bool] | None" = None) -> "Work | MainStream | None":
        """Give the next work for the main thread, waiting for it; None at the end of the input, or when it is done."""
        reader = self._reader
        ready = self._ready
        outbox = self.host.outbox
        is_new = False
        with reader.lock:
            while done is None or not done():
                if ready:
                    if not is_new:  # else it has just been read, and is begun at once
                        self._receive_waiting()
                    work = self._pick_nested() if nested_only else ready.popleft()
                    if work is not None:
                        return work
                message = reader.next_read()
                is_new = message is not None
                if message is not None:
                    self._receive(message)
                    continue
                if outbox.waiting:
                    outbox.flush()
                if reader.ended or not reader.read_more():
                    return None
        return None

    def _pick_nested(self) -> "Work | MainStream | None":
        for work in self._ready:
            if (work.call if isinstance(work, MainStream) else work[0]).nested:
                self._ready.remove(work)
                return work
        return None

    def _wait(self, signal: "Signal", done: "Callable[[], bool]") -> None:
        """Wait, from within a function, for something that the host will send.

        The main thread reads meanwhile, and runs the calls that the host makes while it works on what is waited for.

        Raises:
            CallCancelled: the call that waits was given up.
            DisconnectedError: the host is gone (ERR_SYNAPSE_DISCONNECTED).
        """
        call = self._runner.current()
        is_main = get_ident() == self._main
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
        if self._runner.running is not None and self.host.outbox.waiting:
            self.host.outbox.flush()
        if self._runner.injector.waiting:
            self._runner.injector.inject_due()

    def attend(self, seconds: float) -> None:
        """Read in the place of the main thread, or wait for so long."""
        reader = self._reader
        if reader.ended or not reader.wait_readable(seconds):
            sleep(seconds if reader.ended else 0)
            return
        if not reader.lock.acquire(False):
            sleep(seconds)  # the main thread itself waits for the host
            return
        try:
            if self._runner.running is not None and reader.is_readable():
                self._receive_waiting()
        except FrameError:
            reader.ended = True
        finally:
            reader.lock.release()
        self.host.outbox.flush()

    def _receive_waiting(self) -> None:
        """Take what has come, without waiting. The reader's lock is held."""
        reader = self._reader
        while not reader.ended:
            while (message := reader.next_read()) is not None:
                self._receive(message)
            if not reader.is_readable():
                return
            if not reader.read_more():
                self._inbox.stop_all()

    def _receive(self, message: "Message") -> None:
        self._inbox.last_size = self._reader.size
        work = self._inbox.receive(message)
        if work is not None:
            self._ready.append(work)

    def _refer(self, value: "Any") -> "tuple[int, str, str]":
        return self._inbox.handles.refer(value)

    def _let_go(self, references: "list[tuple[int, str, str]]") -> None:
        for number, _kind, _type in references:
            self._inbox.handles.release(number, 1)

    def _resolve(self, code: int, number: int) -> "Any":
        return self._inbox.resolve(code, number)

    def _forget(self, call: "Call") -> None:
        self._inbox.forget(call)

    def _close(self) -> None:
        """End the conversation: let what still goes on come to its end, as far as it does so soon."""
        self.host.outbox.discard()
        self._inbox.disconnect()
        while self._ready:
            work = self._ready.popleft()
            if isinstance(work, MainStream):
                self._runner.take_turn(work)
        self._runner.close()
