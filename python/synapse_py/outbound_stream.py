"""A stream that a function makes for the host. Owns its credit and source; is driven in turns on the main thread, or by a thread."""

from _thread import get_ident
from time import perf_counter

from .call import NO_CALL, set_call
from .cancel import leave, spare
from .errors import UnsupportedCallError
from .signals import Signal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any, Callable

    from .call import Call
    from .host import Host

TURN_SECONDS = 0.001
"""How long a stream may go on before others have their turn on the main thread or the event loop."""


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
        self._has_begun = False
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

    def make(self) -> "Any":
        """Begin: call the function."""
        assert self._make is not None
        self._has_begun = True
        return self._make()

    def refuse(self, made: "Any", wanted: str) -> UnsupportedCallError:
        """Give the error of a function that returned something else than its exposure promises."""
        return UnsupportedCallError(f"{self.call.method} is exposed as a stream, but returned no {wanted}: {type(made).__name__}.")

    def finish(self, error: "BaseException | None" = None) -> None:
        """Tell the end, once."""
        if self._is_finished:
            return
        self._is_finished = True
        self._source = self._make = None
        call = self.call
        call.finish_printing()
        if call.cancelled:
            self._host.cancelled(call.id, "injected" if call.injected else "cooperative" if self._has_begun else "queue")
        elif error is not None:
            self._host.error(call.id, error)
        else:
            self._host.end(call.id)
        self._finished(call)


class SyncStream(OutboundStream):
    """A stream from an iterable. While the iterable's own code runs the call is active; while a frame is written it never is."""

    def open(self) -> "Iterator[Any]":
        """Begin, if that has not happened."""
        if self._source is None:
            made = self.make()
            if not hasattr(made, "__iter__"):
                raise self.refuse(made, "iterable")
            self._source = iter(made)
        source: Iterator[Any] = self._source
        return source

    def close(self) -> None:
        """Close the source, so that its ``finally`` blocks run."""
        close = getattr(self._source, "close", None)
        if close is not None:
            spare(self.call)
            self.enter()
            close()

    def abandon(self) -> None:
        """Close the source after something else than itself has failed; what it says to that is of no interest."""
        try:  # noqa: SIM105 - contextlib is not loaded otherwise
            self.close()
        except BaseException:
            pass
        self.leave()

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
        if self._is_finished:  # two threads may have asked for a turn at once
            return
        error: "BaseException | None" = None
        try:
            self.enter()
            try:
                goes_on = self._go_on()
            finally:
                self.leave()
        except BaseException as raised:
            self.leave()
            self.abandon()
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
            call.active = True
            try:
                value = step()
            except StopIteration:
                return False
            call.active = False
            if call.cancelled:  # then an exception may be on its way, which must not come up while a frame is written
                break
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
            try:
                self._send_all()
            finally:
                self.leave()
        except BaseException as raised:
            self.leave()
            self.abandon()
            error = raised
        self.finish(error)
        self._host.outbox.flush()

    def _send_all(self) -> None:
        while self._wait_for_room():
            self.enter()
            try:
                value = next(self.open())
            except StopIteration:
                return
            leave(self.call)
            self.give(value)
            self._host.outbox.flush()
        self.close()

    def _wait_for_room(self) -> bool:
        while not self._may_go_on():
            self._room.sleep(self._may_go_on)
        return not self.call.cancelled

    def _may_go_on(self) -> bool:
        return self.has_credit or self.call.cancelled
