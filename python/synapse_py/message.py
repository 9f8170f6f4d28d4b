"""The messages of the protocol as bytes: kinds, headers, the table and padding of buffers. To the bare protocol belongs only the hello."""

import os
import sys

from .errors import FrameError
from .frame import HEADER_BYTES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

PROTOCOL_VERSION = 1
HELLO = 0
CALL = 1
RESULT = 2
ERROR = 3
CHUNK = 4
END = 5
ACK = 6
EVENT = 7
CANCEL = 8
CREDIT = 9
PING = 10
PONG = 11
LOG = 12
RELEASE = 13
HAS_PAYLOAD = {
    HELLO: False, CALL: True, RESULT: True, ERROR: True, CHUNK: True, END: False, ACK: True,
    EVENT: True, CANCEL: False, CREDIT: False, PING: False, PONG: False, LOG: True, RELEASE: False,
}  # fmt: skip
"""By kind, whether a value follows the header."""
_ID, _ID_AND_TEXT, _ID_AND_NUMBER = (int, int), (int, int, str), (int, int, int)
_NONE = type(None)
_SHAPES: "dict[int, tuple[tuple[type, ...], ...]]" = {
    HELLO: ((int, int, dict),), CALL: (_ID_AND_TEXT, (int, int, str, dict), (int, int, str, _NONE)),
    RESULT: (_ID,), ERROR: (_ID,), CHUNK: (_ID,), END: (_ID,), ACK: (_ID,), EVENT: (_ID_AND_TEXT,), CANCEL: (_ID,),
    CREDIT: (_ID_AND_NUMBER,), PING: (_ID,), PONG: (_ID,),
    LOG: ((int, int, str, str), (int, int, str, _NONE)), RELEASE: (_ID_AND_NUMBER,),
}  # fmt: skip
HEADERS = {kind: dict.fromkeys(shapes, HAS_PAYLOAD[kind]) for kind, shapes in _SHAPES.items()}
"""By kind, the types that the elements of a header without a table may have; with each, whether a value follows."""
MAX_ID = 2**53 - 1  # what a number holds exactly in JavaScript
MAX_HEAD_BYTES = 11  # of the header [kind, id]
MAX_COPIED_BYTES = 32 * 1024
"""A larger payload is written as it lies in memory."""
ALIGNMENT = 8  # bytes: what a float64 array needs to be a view of the frame
_MOST_ELEMENTS = 15  # of a fixarray
_CALL_WITHOUT_OPTIONS = 0x93  # an array of three elements
_PADDING = (b"", *(bytes(size) for size in range(1, ALIGNMENT)))
_PREFIXES = [bytes((0x92, kind)) for kind in range(RELEASE + 1)]
_NUMBERS = [bytes((number,)) for number in range(0x80)]


def encode_hello(mode: str, details: "Mapping[str, Any] | None" = None) -> bytes:
    """Make the first message of a worker, with which it says that it is ready.

    Written out here because loading a codec for it would cost every start of a loop a millisecond.

    Args:
        mode: ``"loop"`` for an entry that reads frames itself (the bare protocol), ``"rpc"`` for functions.
        details: what else a worker of functions tells.

    Returns:
        ``[0, protocol version, {mode, python, pid, ...details}]`` in MessagePack.
    """
    version = ".".join(str(part) for part in sys.version_info[:3])
    if details is not None:
        return write_header(HELLO, PROTOCOL_VERSION, {"mode": mode, "python": version, "pid": os.getpid(), **details})
    fields = [_text("mode"), _text(mode), _text("python"), _text(version), _text("pid"), _unsigned(os.getpid())]
    return bytes([0x93, HELLO, PROTOCOL_VERSION, 0x83]) + b"".join(fields)


def head(kind: int, id: int) -> bytes:
    """Give the header ``[kind, id]``."""
    if id <= 0x7F:
        return _PREFIXES[kind] + _NUMBERS[id]
    return _PREFIXES[kind] + (b"\xcd" + id.to_bytes(2, "big") if 0xFF < id <= 0xFFFF else _unsigned(id))


def write_header(kind: int, id: int, *rest: "Any") -> bytes:
    """Give any header.

    Args:
        kind: HELLO to RELEASE.
        id: at least 0.
        rest: the further elements, without the table: None, int, text, or a dict of plain values.
    """
    parts = [bytes((0x90 | (2 + len(rest)), kind)), _unsigned(id)]
    parts += [_element(element) for element in rest]
    return b"".join(parts)


def frame(kind: int, id: int, *rest: "Any") -> bytes:
    """Give the frame of a message without a payload; arguments as for ``write_header``."""
    body = write_header(kind, id, *rest) if rest else head(kind, id)
    return len(body).to_bytes(HEADER_BYTES, "little") + body


def small_frame(kind: int, id: int, payload: bytes) -> bytes:
    """Give the frame of a message with a small payload and nothing but its id: what most answers are."""
    opening = head(kind, id)
    return (len(opening) + len(payload)).to_bytes(HEADER_BYTES, "little") + opening + payload


def frame_parts(kind: int, fields: "tuple[Any, ...]", payload: bytes, buffers: "Sequence[Any]" = ()) -> "list[Any]":
    """Give the frame of a message with a payload, in parts.

    Args:
        kind: its kind.
        fields: the elements of its header behind the kind: the id, and those of ``write_header``.
        payload: what ``Values.encode`` gave.
        buffers: likewise; their ``len()`` is in bytes.

    Returns:
        Bytes-like parts in order: one for a small message; else the payload and each buffer are parts of their own, not copied.
    """
    header = head(kind, fields[0]) if len(fields) == 1 else write_header(kind, *fields)
    if not buffers:
        opening = (len(header) + len(payload)).to_bytes(HEADER_BYTES, "little") + header
        return [opening + payload] if len(payload) <= MAX_COPIED_BYTES else [opening, payload]
    parts = join(header, payload, buffers)
    parts[0] = sum(map(len, parts)).to_bytes(HEADER_BYTES, "little") + parts[0]
    return parts


def join(header: bytes, payload: bytes, buffers: "Sequence[Any]" = ()) -> "list[Any]":
    """Give the parts of a body, in order.

    Args:
        header: of ``head`` or ``write_header``.
        payload: behind it; empty for a kind without one.
        buffers: what goes out of band, bytes-like; their ``len()`` is in bytes.

    Returns:
        Bytes-like parts: one without buffers; else the table is in the header and each buffer a part of its own, not copied.
    """
    if not buffers:
        return [header + payload]
    table = _array([len(payload), *map(len, buffers)])
    added = b"\xc0" + table if header[0] == _CALL_WITHOUT_OPTIONS and header[1] == CALL else table
    parts: list[Any] = [bytes((header[0] + (1 if added is table else 2),)) + header[1:] + added + payload]
    at = len(parts[0])
    for buffer in buffers:
        padding = -at % ALIGNMENT
        if padding:
            parts.append(_PADDING[padding])
        parts.append(buffer)
        at += padding + len(buffer)
    return parts


def read_header(prefix: "Any") -> "tuple[list[Any], int] | None":
    """Decode the header of a message.

    Args:
        prefix: the first bytes of its body, bytes-like.

    Returns:
        The header, its table included, and the offset behind it; None if more bytes are needed.

    Raises:
        FrameError: it is none, or of an unknown kind (ERR_SYNAPSE_FRAME).
    """
    import struct  # noqa: PLC0415 - loops do without

    from .codec import ExtType  # noqa: PLC0415
    from .unpacker import unpack_from  # noqa: PLC0415

    try:
        header, end = unpack_from(prefix, 0, ExtType)
    except (IndexError, struct.error):
        return None
    except Exception as error:
        raise FrameError(f"a message has no header: {error}") from None
    _check(header)
    return header, end


def _check(header: "Any") -> None:
    if type(header) is not list or len(header) < 2 or type(header[0]) is not int:
        raise FrameError(f"a message does not begin with its kind and id, but with {header!r}")
    shapes = HEADERS.get(header[0])
    if shapes is None:
        raise FrameError(f"a message of the unknown kind {header[0]} arrived: install the same version of Synapse on both sides")
    has_table = type(header[-1]) is list
    has_payload = shapes.get(tuple(map(type, header[:-1] if has_table else header)))
    if has_payload is None or not 0 <= header[1] <= MAX_ID or (has_table and not has_payload):
        raise FrameError(f"a message of kind {header[0]} has the header {header!r}")


def take_table(header: "list[Any]", start: int, size: int) -> "tuple[int, list[tuple[int, int]]]":
    """Take the table off a header.

    Args:
        header: decoded; loses its table if it has one.
        start: offset of the payload in the body.
        size: bytes of the body.

    Returns:
        The offset behind the payload, and for each buffer its offset and length.

    Raises:
        FrameError: the table does not fit the body (ERR_SYNAPSE_FRAME).
    """
    if type(header[-1]) is not list:
        return size, []
    table = header.pop()
    if len(table) < 2 or any(type(length) is not int or length < 0 for length in table):
        raise FrameError(f"a message has the table {table!r}")
    at = end = start + table[0]
    spans = []
    for length in table[1:]:
        at += -at % ALIGNMENT
        spans.append((at, length))
        at += length
    if at != size:
        raise FrameError(f"the parts of a message have {at} bytes together, its frame {size}")
    return end, spans


def _element(element: "Any") -> bytes:
    if type(element) is int and 0 <= element <= 0xFFFFFFFF:
        return _unsigned(element)
    if element is None:
        return b"\xc0"
    from .codec import encode  # noqa: PLC0415

    return encode(element)


def _array(numbers: "list[int]") -> bytes:
    size = len(numbers)
    opening = bytes((0x90 | size,)) if size <= _MOST_ELEMENTS else b"\xdc" + size.to_bytes(2, "big")
    return opening + b"".join(map(_unsigned, numbers))


def _text(text: str) -> bytes:
    """Encode at most 31 ASCII characters (fixstr)."""
    return bytes([0xA0 | len(text)]) + text.encode("ascii")


def _unsigned(number: int) -> bytes:
    """Encode a whole number of at most 64 bits in its shortest form."""
    if number <= 0x7F:
        return bytes([number])
    marker, size = (0xCC, 1) if number <= 0xFF else (0xCD, 2) if number <= 0xFFFF else (0xCE, 4) if number <= 0xFFFFFFFF else (0xCF, 8)
    return bytes([marker]) + number.to_bytes(size, "big")
