"""What leaves for the host. Owns the output descriptor: the order of frames, their batching, and that no frame is ever cut in two."""

import os
from _thread import RLock, get_ident
from collections import deque

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Union

    Buffer = Union[bytes, bytearray, memoryview]

BATCH_BYTES = 64 * 1024
"""Small frames are written together once there are as many bytes as a pipe takes at once."""
MAX_PIECES = 64
"""Pieces of one write; the least that a system must take is 16, Linux takes 1024."""


class Outbox:
    """Frames on their way to the host. May be used from any thread, and from finalizers in the middle of its own work.

    Attributes:
        closed: whether everything is dropped, since the host is gone or talks with another process.
    """

    def __init__(self, fd: int) -> None:
        self._fd = fd
        self._lock = RLock()
        self._writer = 0
        self._waiting: deque[Buffer] = deque()
        self._bytes = 0  # about: threads may lose what another one counts, which only lets a batch become larger
        self.closed = False

    @property
    def waiting(self) -> bool:
        """Whether posted frames have not been written."""
        return bool(self._waiting)

    def post(self, frame: bytes) -> None:
        """Add a frame that leaves with the next flush at the latest."""
        self._waiting.append(frame)
        self._bytes += len(frame)
        if self._bytes >= BATCH_BYTES:
            self.flush()

    def send(self, *parts: "Buffer") -> None:
        """Write one frame, given in parts, and all that was posted before it."""
        self._waiting.extend(parts)  # one step: no other thread's frame comes between
        self.flush()

    def discard(self) -> None:
        """Drop everything, from now on too: the host is gone."""
        self.closed = True
        self._fd = os.open(os.devnull, os.O_WRONLY)
        self._waiting.clear()

    def forsake(self) -> None:
        """Leave the conversation to the parent, in a process that was forked from it: what waits is sent there."""
        self._lock = RLock()
        self._writer = 0
        self.discard()

    def flush(self) -> None:
        """Write everything; blocks while the host does not read."""
        if self._writer == get_ident():
            return  # a finalizer inside of a write: the write that goes on takes its frame too
        with self._lock:
            self._writer = get_ident()
            try:
                while self._waiting:
                    self._bytes = 0
                    count = len(self._waiting)
                    if count == 1:
                        write_fully(self._fd, self._waiting.popleft())
                    else:
                        self._write([self._waiting.popleft() for _ in range(count)])
            finally:
                self._writer = 0

    def _write(self, pieces: "Sequence[Buffer]") -> None:
        if sum(map(len, pieces)) <= BATCH_BYTES * 2 or not hasattr(os, "writev"):
            write_fully(self._fd, b"".join(pieces))
            return
        for at in range(0, len(pieces), MAX_PIECES):
            _write_pieces(self._fd, [memoryview(piece).cast("B") for piece in pieces[at : at + MAX_PIECES] if len(piece)])


def write_fully(fd: int, data: "Buffer") -> None:
    """Write all of the data, in several writes if the system takes less at once."""
    written = os.write(fd, data)
    if written < len(data):
        view = memoryview(data)
        while written < len(data):
            written += os.write(fd, view[written:])


def _write_pieces(fd: int, pieces: "list[memoryview]") -> None:
    while pieces:
        written = os.writev(fd, pieces)
        done = 0
        while done < len(pieces) and written >= len(pieces[done]):
            written -= len(pieces[done])
            done += 1
        del pieces[:done]
        if written:
            pieces[0] = pieces[0][written:]
