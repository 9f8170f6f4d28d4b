"""A stream of the host that a function got as an argument. Owns what has come of it and the credit that lets more come."""

from collections import deque

from .cancel import FinalizerShield, Shield
from .errors import DisconnectedError
from .host import CHUNK_OVERHEAD
from .message import CANCEL, CREDIT
from .signals import Signal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable

    from .host import Host

WINDOW = 1024 * 1024
"""Bytes that may be on their way or waiting here."""


class InboundStream:
    """An iterable of the host, for ``for`` and for ``async for``. Can be gone through once."""

    def __init__(
        self, id: int, host: "Host", wait: "Callable[[Signal, Callable[[], bool]], None]", forget: "Callable[[int], None]"
    ) -> None:
        self._id = id
        self._host = host
        self._wait = wait
        self._forget = forget
        self._signal = Signal()
        self._items: "deque[tuple[Any, BaseException | None, int]]" = deque()
        self._ended = False
        self._error: "BaseException | None" = None
        self._asked = False
        self._consumed = 0

    def __iter__(self) -> "InboundStream":
        return self

    def __aiter__(self) -> "InboundStream":
        return self

    def __next__(self) -> "Any":
        while True:
            if not self._is_ready():
                with Shield():
                    self._ask()
                    self._wait(self._signal, self._is_ready)
            taken = self._take()
            if taken is not None:
                return taken[0]
            if self._ended:
                raise self._end() or StopIteration

    async def __anext__(self) -> "Any":
        while True:
            if not self._is_ready():
                self._ask()
                await self._signal.wait(self._is_ready)
            taken = self._take()
            if taken is not None:
                return taken[0]
            if self._ended:
                raise self._end() or StopAsyncIteration

    def close(self) -> None:
        """Leave the stream: the host's iterator is closed, and nothing more comes."""
        if not self._ended:
            self._ended = True
            self._forget(self._id)
            self._items.clear()
            self._host.tell(CANCEL, self._id)

    def __del__(self) -> None:
        try:
            with FinalizerShield():
                self.close()
        except OSError:
            return  # the host is gone

    def give(self, value: "Any", error: "BaseException | None", size: int) -> None:
        """Take the next item, or what its decoding failed with; ``size`` is the bytes of its message."""
        if not self._ended:
            self._items.append((value, error, size + CHUNK_OVERHEAD))
            self._signal.notify()

    def finish(self, error: "BaseException | None" = None) -> None:
        """No more items come; with an error, because the host's iterator threw."""
        self._error = error
        self._ended = True
        self._signal.notify()

    def disconnect(self) -> None:
        """Tell that the host is gone."""
        self._error = DisconnectedError("the host closed the conversation in the middle of a stream")
        self._ended = True
        self._signal.notify()

    def _is_ready(self) -> bool:
        return bool(self._items) or self._ended

    def _ask(self) -> None:
        if not self._asked:
            self._asked = True
            self._host.tell(CREDIT, self._id, WINDOW)

    def _take(self) -> "tuple[Any] | None":
        """Take the next item; None if there is none, as several threads may go through one stream."""
        try:
            value, error, cost = self._items.popleft()
        except IndexError:
            return None
        self._consumed += cost
        if self._consumed >= WINDOW // 2 and not self._ended:
            consumed, self._consumed = self._consumed, 0
            self._host.tell(CREDIT, self._id, consumed)
        if error is not None:
            self.close()
            raise error
        return (value,)

    def _end(self) -> "BaseException | None":
        error, self._error = self._error, None
        return error
