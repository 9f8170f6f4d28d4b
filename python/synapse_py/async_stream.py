"""A stream from an asynchronous generator, driven by a task. What it has in common with other streams is outbound_stream's business."""

from asyncio import sleep
from time import perf_counter

from .call import set_call
from .outbound_stream import TURN_SECONDS, OutboundStream
from .signals import Signal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from typing import Any, Callable

    from .call import Call
    from .host import Host


class AsyncStream(OutboundStream):
    """A stream whose items are waited for."""

    def __init__(self, host: "Host", call: "Call", make: "Callable[[], Any]", finished: "Callable[[Call], None]") -> None:
        super().__init__(host, call, make, finished)
        self._room = Signal()

    def grant(self, size: int) -> None:
        """Let the host take so many bytes more."""
        super().grant(size)
        self._room.notify()

    async def run(self) -> None:
        """Send all items."""
        set_call(self.call)
        error: "BaseException | None" = None
        try:
            if not self.call.cancelled:
                await self._send_all()
        except BaseException as raised:
            error = raised
        self.finish(error)
        self._host.outbox.flush()

    async def _send_all(self) -> None:
        await self._room.wait(self._has_credit)
        source = await self._open()
        end = perf_counter() + TURN_SECONDS
        try:
            async for value in source:
                self.give(value)
                self._host.outbox.flush()
                if perf_counter() > end:  # it may never wait for anything by itself
                    await sleep(0)
                    end = perf_counter() + TURN_SECONDS
                await self._room.wait(self._has_credit)
        finally:
            close = getattr(source, "aclose", None)
            if close is not None:
                await close()

    async def _open(self) -> "AsyncIterator[Any]":
        made = self.make()
        if hasattr(made, "__await__"):
            made = await made
        if hasattr(made, "__aiter__"):
            opened: AsyncIterator[Any] = made
            return opened
        if hasattr(made, "__iter__"):
            return _items(made)
        raise self.refuse(made, "iterable")

    def _has_credit(self) -> bool:
        return self._granted > self._spent


async def _items(made: "Any") -> "AsyncIterator[Any]":
    for item in made:
        yield item
