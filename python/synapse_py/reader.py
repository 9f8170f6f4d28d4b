"""What comes from the host. Owns the input descriptor and the bytes that were read ahead; what messages mean is the inbox's business."""

import io
import os
import sys
from _thread import allocate_lock

from .errors import FrameError, FrameTooLargeError, SynapseError
from .frame import DEFAULT_MAX_FRAME_BYTES, HEADER_BYTES
from .message import take_table
from .values import MISSING

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any, Callable

    from .values import Message, Values

READ_BYTES = 64 * 1024
"""As much as a pipe gives at once: many small frames in one read."""
PEEK_SECONDS = 0.001
"""Time between two looks into a pipe of Windows."""


class Reader:
    """Messages from the host. Whoever reads holds ``lock``: the main thread while it waits for work, the watcher while that computes.

    Attributes:
        ended: whether the end of the input was read.
        wait_readable: waits for so many seconds at most until a read would not wait; the one thing that may be done without the lock.
        size: bytes of the last message's body.
    """

    def __init__(self, fd: int, values: "Values", limit: int = DEFAULT_MAX_FRAME_BYTES) -> None:
        self.lock = allocate_lock()
        self.ended = False
        self.size = 0
        self._fd = fd
        self._file = io.FileIO(fd, "rb", closefd=False)
        self._poll = _make_poll(fd)
        self.wait_readable = _make_poll(fd)  # of its own: one poll object serves one thread at a time
        self._values = values
        self._limit = limit
        self._data = b""
        self._at = 0

    def has_whole(self) -> bool:
        """Tell whether a whole message has been read ahead. Without the lock the answer is only a hint."""
        data, at = self._data, self._at
        start = at + HEADER_BYTES
        return len(data) >= start and len(data) - start >= int.from_bytes(data[at:start], "little")

    def next_read(self, waits: bool = True) -> "Message | None":
        """Give the next message if its beginning has been read. The rest of a large one is waited for, if that is wanted.

        Raises:
            FrameError: the bytes are not the protocol (ERR_SYNAPSE_FRAME, ERR_SYNAPSE_FRAME_TOO_LARGE).
        """
        start = self._at + HEADER_BYTES
        data = self._data
        if len(data) < start:
            return None
        size = int.from_bytes(data[self._at : start], "little")
        end = start + size
        self.size = size
        if end <= len(data):
            self._at = end
            return self._values.read_message(data[start:end])
        if size > self._limit:
            raise FrameTooLargeError(size, self._limit)
        return self._large(start, size) if waits and size > READ_BYTES else None

    def read_more(self) -> bool:
        """Read once, waiting for bytes; False at the end of the input."""
        data = os.read(self._fd, READ_BYTES)
        if data:
            self._data = self._data[self._at :] + data if self._at < len(self._data) else data
            self._at = 0
            return True
        self.ended = True
        if self._at < len(self._data):
            raise FrameError("the input ended inside a frame")
        return False

    def is_readable(self) -> bool:
        """Tell whether a read would not wait."""
        return self._poll(0)

    def _large(self, start: int, size: int) -> "Message":
        """Read the rest of a large message: each part once, straight into the memory that it will stay in."""
        data = self._data[start:]
        self._data, self._at = b"", 0
        while (found := self._values.read_header(data)) is None:
            more = os.read(self._fd, min(READ_BYTES, size - len(data))) if len(data) < size else b""
            if not more:
                raise FrameError(f"a frame of {size} bytes ends within its header")
            data += more
        header, end = found
        rest = io.BufferedReader(_Rest(self._file, memoryview(data)[end:], size - len(data)), READ_BYTES)
        payload_end, spans = take_table(header, end, size)
        payload = rest.read(payload_end - end)
        buffers = list(_read_buffers(rest, payload_end, spans, self._values.plan_buffers(payload, [length for _, length in spans])))
        try:
            return header, self._values.decode_payload(payload, buffers), None
        except SynapseError as error:
            return header, MISSING, error


def _read_buffers(
    rest: "io.BufferedReader[Any]", at: int, spans: "list[tuple[int, int]]", memory: "list[memoryview | None]"
) -> "Iterator[Any]":
    for (start, length), target in zip(spans, memory):
        rest.read(start - at)
        at = start + length
        if target is None:
            yield rest.read(length)
        else:
            rest.readinto(target)
            yield target


class _Rest(io.RawIOBase):
    """What is left of the body of one frame: what was read of it ahead, then what comes. Never more than that."""

    def __init__(self, file: io.FileIO, ahead: memoryview, left: int) -> None:
        self._file = file
        self._ahead = ahead
        self._left = left

    def readable(self) -> bool:
        return True

    def readinto(self, target: "Any") -> int:
        if self._ahead:
            taken = min(len(self._ahead), len(target))
            target[:taken] = self._ahead[:taken]
            self._ahead = self._ahead[taken:]
            return taken
        if not self._left:
            return 0
        taken = self._file.readinto(memoryview(target)[: self._left])
        if not taken:
            raise FrameError(f"the input ended {self._left} bytes before the end of a frame")
        self._left -= taken
        return taken


def _make_poll(fd: int) -> "Callable[[float], bool]":
    """Give what waits until a descriptor is readable: at most so many seconds."""
    import select  # noqa: PLC0415

    if sys.platform == "win32":
        return _make_windows_poll(fd)
    poll = select.poll()
    poll.register(fd, select.POLLIN)
    return lambda seconds: bool(poll.poll(seconds * 1000))


def _make_windows_poll(fd: int) -> "Callable[[float], bool]":
    """Pipes of Windows cannot be waited for with a limit, only asked."""
    import _winapi  # noqa: PLC0415
    import msvcrt  # noqa: PLC0415
    from time import monotonic, sleep  # noqa: PLC0415

    handle = msvcrt.get_osfhandle(fd)  # type: ignore[attr-defined,unused-ignore]

    def poll(seconds: float) -> bool:
        end = monotonic() + seconds
        while True:
            try:
                if _winapi.PeekNamedPipe(handle, 0)[0]:  # type: ignore[attr-defined,unused-ignore]
                    return True
            except OSError:
                return True  # the other end is closed: a read says so
            if monotonic() >= end:
                return False
            sleep(PEEK_SECONDS)

    return poll
