"""Frames on a byte stream: a 4-byte little-endian length, then that many bytes. What the bytes mean is codec's business."""

from .errors import FrameError, FrameTooLargeError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import BinaryIO

HEADER_BYTES = 4
DEFAULT_MAX_FRAME_BYTES = 256 * 1024 * 1024


def encode_frame(body: bytes, limit: int = DEFAULT_MAX_FRAME_BYTES) -> bytes:
    """Put the length in front of a body.

    Args:
        body: the frame's content, at most ``limit`` bytes.
        limit: most bytes that a body may have.

    Returns:
        The frame, ``4 + len(body)`` bytes.

    Raises:
        FrameTooLargeError: ``body`` is longer than ``limit`` (ERR_SYNAPSE_FRAME_TOO_LARGE).
    """
    if len(body) > limit:
        raise FrameTooLargeError(len(body), limit)
    return len(body).to_bytes(HEADER_BYTES, "little") + body


def read_frame(stream: "BinaryIO", limit: int = DEFAULT_MAX_FRAME_BYTES) -> "bytes | None":
    """Read one frame.

    Args:
        stream: a buffered binary stream, such as ``sys.stdin.buffer``.
        limit: most bytes that a body may have.

    Returns:
        The body, or None when the stream ended between two frames.

    Raises:
        FrameTooLargeError: the header announces more than ``limit`` bytes (ERR_SYNAPSE_FRAME_TOO_LARGE).
        FrameError: the stream ended inside a frame (ERR_SYNAPSE_FRAME).
    """
    header = _read_fully(stream, HEADER_BYTES)
    if not header:
        return None
    if len(header) < HEADER_BYTES:
        raise FrameError(f"the stream ended after {len(header)} of {HEADER_BYTES} header bytes")
    size = int.from_bytes(header, "little")
    if size > limit:
        raise FrameTooLargeError(size, limit)
    body = _read_fully(stream, size)
    if len(body) < size:
        raise FrameError(f"the stream ended after {len(body)} of {size} body bytes")
    return body


def write_frame(stream: "BinaryIO", body: bytes, limit: int = DEFAULT_MAX_FRAME_BYTES) -> None:
    """Write one frame and flush it.

    Args:
        stream: a binary stream, such as ``sys.stdout.buffer``.
        body: the frame's content, at most ``limit`` bytes.
        limit: most bytes that a body may have.

    Raises:
        FrameTooLargeError: ``body`` is longer than ``limit``; nothing was written (ERR_SYNAPSE_FRAME_TOO_LARGE).
    """
    stream.write(encode_frame(body, limit))
    stream.flush()


def _read_fully(stream: "BinaryIO", size: int) -> bytes:
    """Read ``size`` bytes, in several reads if the stream gives less at once; fewer only at its end."""
    data = stream.read(size)
    if len(data) == size or not data:
        return data
    parts = [data]
    missing = size - len(data)
    while missing and (data := stream.read(missing)):
        parts.append(data)
        missing -= len(data)
    return b"".join(parts)
