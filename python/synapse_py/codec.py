"""MessagePack in pure Python, for a worker that has nothing installed. What types mean beyond MessagePack is not decided here.

Format: https://github.com/msgpack/msgpack/blob/master/spec.md
"""

import struct

from .errors import SerializationError

TYPE_CHECKING = False
if TYPE_CHECKING:  # importing typing costs as much as starting Python
    from typing import Any, Callable

MAX_DEPTH = 256
"""Containers within containers, both ways; the TypeScript side has the same limit."""


class ExtType:
    """A MessagePack extension value: an application's type number (-128 to 127) and its bytes."""

    __slots__ = ("data", "type")

    def __init__(self, type: int, data: bytes) -> None:
        self.type = type
        self.data = data

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ExtType) and (self.type, self.data) == (other.type, other.data)

    def __hash__(self) -> int:
        return hash((self.type, self.data))

    def __repr__(self) -> str:
        return f"ExtType({self.type}, {self.data!r})"


def encode(value: "Any") -> bytes:
    """Encode a value as MessagePack, each part in its shortest form.

    Args:
        value: None, bool, int (-2**63 to 2**64-1), float, str, bytes-like, list, tuple, dict or ExtType.

    Returns:
        The bytes.

    Raises:
        SerializationError: a part has no MessagePack form; ``path`` says which (ERR_SYNAPSE_SERIALIZATION).
    """
    out = bytearray()
    _encode(out, value, "value", MAX_DEPTH)
    return bytes(out)


def decode(data: bytes) -> "Any":
    """Decode exactly one MessagePack value.

    Args:
        data: the bytes of one value, nothing after it.

    Returns:
        None, bool, int, float, str, bytes, list, dict or ExtType.

    Raises:
        SerializationError: ``data`` is not one whole MessagePack value (ERR_SYNAPSE_SERIALIZATION).
    """
    try:
        value, end = _decode(data, 0, MAX_DEPTH)
    except (IndexError, struct.error):
        raise SerializationError(f"MessagePack data ends too early, after {len(data)} bytes") from None
    except UnicodeDecodeError as error:
        raise SerializationError(f"a MessagePack string is not UTF-8: {error}") from None
    if end != len(data):
        raise SerializationError(f"{len(data) - end} bytes follow the MessagePack value")
    return value


def _encode(out: bytearray, value: "Any", path: str, depth: int) -> None:
    if depth == 0:
        raise SerializationError(f"nested deeper than {MAX_DEPTH} levels, or contains itself", path)
    if value is None:
        out.append(0xC0)
    elif value is True or value is False:
        out.append(0xC3 if value else 0xC2)
    elif isinstance(value, int):
        _encode_int(out, value, path)
    elif isinstance(value, float):
        out += struct.pack(">Bd", 0xCB, value)
    elif isinstance(value, str):
        _encode_str(out, value, path)
    elif isinstance(value, (bytes, bytearray, memoryview)):
        data = bytes(value)
        _head(out, len(data), path, (0xC4, 0xC5, 0xC6))
        out += data
    elif isinstance(value, ExtType):
        _encode_ext(out, value, path)
    elif isinstance(value, (list, tuple)):
        _head(out, len(value), path, (None, 0xDC, 0xDD), fix=(0x90, 15))
        for index, item in enumerate(value):
            _encode(out, item, f"{path}[{index}]", depth - 1)
    elif isinstance(value, dict):
        _head(out, len(value), path, (None, 0xDE, 0xDF), fix=(0x80, 15))
        for key, item in value.items():
            _encode(out, key, f"{path}.key", depth - 1)
            _encode(out, item, f"{path}.{key}", depth - 1)
    else:
        raise SerializationError(f"{type(value).__name__} has no MessagePack form: convert it first", path)


def _encode_int(out: bytearray, value: int, path: str) -> None:
    if -32 <= value <= 127:
        out += struct.pack(">b" if value < 0 else ">B", value)
        return
    forms = ((0xCC, "B"), (0xCD, "H"), (0xCE, "I"), (0xCF, "Q")) if value >= 0 else ((0xD0, "b"), (0xD1, "h"), (0xD2, "i"), (0xD3, "q"))
    for marker, form in forms:
        try:
            out += struct.pack(f">B{form}", marker, value)
        except struct.error:
            continue
        return
    raise SerializationError("an int beyond 64 bits has no MessagePack form: send it as a string", path)


def _encode_str(out: bytearray, value: str, path: str) -> None:
    try:
        data = value.encode()
    except UnicodeEncodeError:
        raise SerializationError("a str with lone surrogates has no UTF-8 form", path) from None
    _head(out, len(data), path, (0xD9, 0xDA, 0xDB), fix=(0xA0, 31))
    out += data


def _encode_ext(out: bytearray, value: ExtType, path: str) -> None:
    fixed = {1: 0xD4, 2: 0xD5, 4: 0xD6, 8: 0xD7, 16: 0xD8}.get(len(value.data))
    if fixed is not None:
        out.append(fixed)
    else:
        _head(out, len(value.data), path, (0xC7, 0xC8, 0xC9))
    out += struct.pack(">b", value.type)
    out += value.data


def _head(
    out: bytearray,
    size: int,
    path: str,
    markers: "tuple[int | None, int, int]",
    fix: "tuple[int, int] | None" = None,
) -> None:
    """Write the marker and size of a str, bytes, array, map or ext in its shortest form."""
    if fix is not None and size <= fix[1]:
        out.append(fix[0] | size)
    elif markers[0] is not None and size <= 0xFF:
        out += struct.pack(">BB", markers[0], size)
    elif size <= 0xFFFF:
        out += struct.pack(">BH", markers[1], size)
    elif size <= 0xFFFFFFFF:
        out += struct.pack(">BI", markers[2], size)
    else:
        raise SerializationError(f"{size} elements or bytes are more than MessagePack can count", path)


_SCALARS: dict[int, str] = {
    0xCA: ">f", 0xCB: ">d",
    0xCC: ">B", 0xCD: ">H", 0xCE: ">I", 0xCF: ">Q",
    0xD0: ">b", 0xD1: ">h", 0xD2: ">i", 0xD3: ">q",
}  # fmt: skip
_SIZED: dict[int, tuple[str, str]] = {
    0xC4: (">B", "bin"), 0xC5: (">H", "bin"), 0xC6: (">I", "bin"),
    0xC7: (">B", "ext"), 0xC8: (">H", "ext"), 0xC9: (">I", "ext"),
    0xD9: (">B", "str"), 0xDA: (">H", "str"), 0xDB: (">I", "str"),
    0xDC: (">H", "array"), 0xDD: (">I", "array"),
    0xDE: (">H", "map"), 0xDF: (">I", "map"),
}  # fmt: skip
_CONSTANTS = {0xC0: None, 0xC2: False, 0xC3: True}


def _decode(data: bytes, at: int, depth: int) -> "tuple[Any, int]":
    """Decode the value at an offset; return it and the offset behind it."""
    if depth == 0:
        raise SerializationError(f"MessagePack data is nested deeper than {MAX_DEPTH} levels")
    marker = data[at]
    at += 1
    if marker <= 0x7F:
        return marker, at
    if marker >= 0xE0:
        return marker - 0x100, at
    if marker <= 0x8F:
        return _decode_map(data, at, marker & 0x0F, depth)
    if marker <= 0x9F:
        return _decode_array(data, at, marker & 0x0F, depth)
    if marker <= 0xBF:
        return _decode_str(data, at, marker & 0x1F, depth)
    if marker in _CONSTANTS:
        return _CONSTANTS[marker], at
    if marker in _SCALARS:
        form = _SCALARS[marker]
        return struct.unpack_from(form, data, at)[0], at + struct.calcsize(form)
    if 0xD4 <= marker <= 0xD8:
        return _decode_ext(data, at, 1 << (marker - 0xD4), depth)
    if marker not in _SIZED:
        raise SerializationError(f"0x{marker:02x} begins no MessagePack value")
    form, kind = _SIZED[marker]
    size = struct.unpack_from(form, data, at)[0]
    return _DECODERS[kind](data, at + struct.calcsize(form), size, depth)


def _slice(data: bytes, at: int, size: int) -> bytes:
    if at + size > len(data):
        raise IndexError
    return data[at : at + size]


def _decode_str(data: bytes, at: int, size: int, _depth: int) -> "tuple[Any, int]":
    return _slice(data, at, size).decode(), at + size


def _decode_bin(data: bytes, at: int, size: int, _depth: int) -> "tuple[Any, int]":
    return _slice(data, at, size), at + size


def _decode_ext(data: bytes, at: int, size: int, _depth: int) -> "tuple[Any, int]":
    (code,) = struct.unpack_from(">b", data, at)
    return ExtType(code, _slice(data, at + 1, size)), at + 1 + size


def _decode_array(data: bytes, at: int, size: int, depth: int) -> "tuple[Any, int]":
    items = []
    for _ in range(size):
        item, at = _decode(data, at, depth - 1)
        items.append(item)
    return items, at


def _decode_map(data: bytes, at: int, size: int, depth: int) -> "tuple[Any, int]":
    items = {}
    for _ in range(size):
        key, at = _decode(data, at, depth - 1)
        value, at = _decode(data, at, depth - 1)
        try:
            items[key] = value
        except TypeError:
            raise SerializationError(f"a {type(key).__name__} cannot be a key of a dict") from None
    return items, at


_DECODERS: "dict[str, Callable[[bytes, int, int, int], tuple[Any, int]]]" = {
    "str": _decode_str,
    "bin": _decode_bin,
    "ext": _decode_ext,
    "array": _decode_array,
    "map": _decode_map,
}
