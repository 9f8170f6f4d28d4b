"""A stream that a function makes for the host. Owns its credit and source; is driven in turns on the main thread, by a thread, or by a task."""

from _thread import get_ident
from time import perf_counter

from .call import NO_CALL, set_call
from .cancel import leave
from .errors import UnsupportedCallError
from .signals import Signal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any, Callable

    from .call import Call
    from .host import Host

TURN_SECONDS = 0.001
"""How long a stream may go on before others have their turn on the main thread."""


class OutboundStream:
    """What the ways to drive a stream have in common."""

    def __init__(self, host: "Host", call: "Call", make: "Callable[[], Any]", finished: "Callable[[Call], None]") -> None:
        self.call = call
        self._host = host
        self._make: "Callable[[], Any] | None" = make
        self._source: Any = None
        self._finished = finished
        self._granted = 0  # written by whoever reads
        self._spent = 0  # written by whoever drives the stream: two threads must not change one number
        self._is_finished = False

    @property
    def has_credit(self) -> bool:
        """Whether the next item may be sent."""
        return self._granted > self._spent

    def grant(self, size: int) -> None:
        """Let the host take so many bytes more."""
        self._granted += size

    def give(self, value: "Any") -> None:
        """Send an item."""
        self._spent += self._host.chunk(self.call.id, value)

    def finish(self, error: "BaseException | None" = None) -> None:
        """Tell the end, once."""
        if self._is_finished:
            return
        self._is_finished = True
        self._source = self._make = None
        call = self.call
        call.finish_printing()
        if call.cancelled:
            self._host.cancelled(call.id, "injected" if call.injected else "cooperative")
        elif error is not None:
            self._host.error(call.id, error)
        else:
            self._host.end(call.id)
        self._finished(call)


class SyncStream(OutboundStream):
    """A stream from an iterable."""

    def open(self) -> "Iterator[Any]":
        """Begin, if that has not happened: call the function."""
        if self._source is None:
            assert self._make is not None
            made = self._make()
            if not hasattr(made, "__iter__"):
                what = type(made).__name__
                raise UnsupportedCallError(f"{self.call.method} is exposed as a stream, but returned no iterable: {what}.")
            self._source = iter(made)
        source: Iterator[Any] = self._source
        return source

    def close(self) -> None:
        """Close the source, so that its ``finally`` blocks run."""
        close = getattr(self._source, "close", None)
        if close is not None:
            close()

    def enter(self) -> None:
        """Let the source's code come on the stack of this thread."""
        set_call(self.call)
        self.call.thread = get_ident()
        self.call.active = True

    def leave(self) -> None:
        """Tell that it has left."""
        leave(self.call)
        set_call(NO_CALL)


class MainStream(SyncStream):
    """A stream that is driven in turns on the main thread, so that a slow reader of it stops nobody."""

    def __init__(
        self,
        host: "Host",
        call: "Call",
        make: "Callable[[], Any]",
        finished: "Callable[[Call], None]",
        schedule: "Callable[[MainStream], None]",
    ) -> None:
        super().__init__(host, call, make, finished)
        self._schedule = schedule
        self._scheduled = False

    def grant(self, size: int) -> None:
        """Let the host take so many bytes more: the stream wants a turn."""
        super().grant(size)
        self.want_turn()

    def want_turn(self) -> None:
        """Ask for a turn, unless it is waiting for one."""
        if not self._scheduled and not self._is_finished:
            self._scheduled = True
            self._schedule(self)

    def take_turn(self) -> None:
        """Send items for a while."""
        error: "BaseException | None" = None
        try:
            self.enter()
            try:
                goes_on = self._go_on()
            finally:
                self.leave()
        except BaseException as raised:
            self.leave()
            error, goes_on = raised, False
        self._scheduled = False
        if not goes_on:
            self.finish(error)
        elif self.has_credit or self.call.cancelled:
            self.want_turn()

    def _go_on(self) -> bool:
        """Give items until the credit or the turn is over; False at the end of the stream."""
        call = self.call
        if call.cancelled and self._source is None:
            return False
        step = self.open().__next__
        give = self.give
        end = perf_counter() + TURN_SECONDS
        while self._granted > self._spent and not call.cancelled:
            try:
                value = step()
            except StopIteration:
                return False
            give(value)
            if perf_counter() > end:
                return True
        if call.cancelled:
            self.close()
            return False
        return True


class ThreadStream(SyncStream):
    """A stream that a thread of its own drives."""

    def __init__(self, host: "Host", call: "Call", make: "Callable[[], Any]", finished: "Callable[[Call], None]") -> None:
        super().__init__(host, call, make, finished)
        self._room = Signal()
        call.stop = self._room.notify

    def grant(self, size: int) -> None:
        """Let the host take so many bytes more."""
        super().grant(size)
        self._room.notify()

    def run(self) -> None:
        """Send all items."""
        error: "BaseException | None" = None
        try:
            self.enter()
            try:
                self._send_all()
            finally:
                self.leave()
        except BaseException as raised:
            self.leave()
            error = raised
        self.finish(error)
        self._host.outbox.flush()

    def _send_all(self) -> None:
        source = None
        while not self.call.cancelled:
            while not self._may_go_on():
                self._host.outbox.flush()
                self._room.sleep(self._may_go_on)
            if self.call.cancelled:
                break
            source = source or self.open()
            try:
                self.give(next(source))
            except StopIteration:
                return
        self.close()

    def _may_go_on(self) -> bool:
        return self.has_credit or self.call.cancelled


class AsyncStream(OutboundStream):
    """A stream from an asynchronous generator, driven by a task."""

    def __init__(self, host: "Host", call: "Call", make: "Callable[[], Any]", finished: "Callable[[Call], None]") -> None:
        super().__init__(host, call, make, finished)
        self._room = Signal()

    def grant(self, size: int) -> None:
        """Let the host take so many bytes more."""
        super().grant(size)
        self._room.notify()

    async def run(self) -> None:
        """Send all items."""
        error: "BaseException | None" = None
        assert self._make is not None
        try:
            await self._room.wait(self._has_credit)
            source = self._make()
            try:
                async for value in source:
                    self.give(value)
                    self._host.outbox.flush()
                    await self._room.wait(self._has_credit)
            finally:
                await source.aclose()
        except BaseException as raised:
            error = raised
        self.finish(error)
        self._host.outbox.flush()

    def _has_credit(self) -> bool:
        return self._granted > self._spent
