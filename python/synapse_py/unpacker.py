"""Reads MessagePack in pure Python."""

import struct

from .errors import SerializationError
from .extension import TIMESTAMP
from .obstacle import MAX_DEPTH
from .timestamp import datetime_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable

    ExtHook = Callable[[int, bytes], Any]

_CONSTANTS = {0xC0: None, 0xC2: False, 0xC3: True}
_SCALARS = {
    marker: struct.Struct(form)
    for marker, form in {
        0xCA: ">f", 0xCB: ">d",
        0xCC: ">B", 0xCD: ">H", 0xCE: ">I", 0xCF: ">Q",
        0xD0: ">b", 0xD1: ">h", 0xD2: ">i", 0xD3: ">q",
    }.items()
}  # fmt: skip
_SIZED = {
    0xC4: (1, "bin"), 0xC5: (2, "bin"), 0xC6: (4, "bin"),
    0xC7: (1, "ext"), 0xC8: (2, "ext"), 0xC9: (4, "ext"),
    0xD9: (1, "str"), 0xDA: (2, "str"), 0xDB: (4, "str"),
    0xDC: (2, "array"), 0xDD: (4, "array"),
    0xDE: (2, "map"), 0xDF: (4, "map"),
}  # fmt: skip


def unpack_from(data: bytes, at: int, ext_hook: "ExtHook") -> "tuple[Any, int]":
    """Decode the MessagePack value that begins at an offset.

    Args:
        data: bytes that hold the value, and perhaps more.
        at: where it begins.
        ext_hook: gives the value of an extension from its type number and bytes; timestamps do not come to it.

    Returns:
        The value and the offset behind it. Lists and sets in a key of a dict are tuples and frozensets.

    Raises:
        SerializationError: the bytes are no MessagePack (ERR_SYNAPSE_SERIALIZATION).
        IndexError, struct.error: the data ends within the value.
        Exception: whatever ``ext_hook`` raises; ValueError and its kin for text and timestamps that are none.
    """
    return _Reader(data, ext_hook).value(at, MAX_DEPTH)


def frozen(value: "Any") -> "Any":
    """Give a form of a value that can be a key of a dict or an item of a set: tuples for lists, frozensets for sets.

    Raises:
        SerializationError: a part of it can be neither (ERR_SYNAPSE_SERIALIZATION).
    """
    if isinstance(value, (list, tuple)):
        return tuple(frozen(item) for item in value)
    if isinstance(value, (set, frozenset)):
        return frozenset(value)
    try:
        hash(value)
    except TypeError:
        raise SerializationError(f"a {type(value).__name__} can be neither a key of a dict nor an item of a set") from None
    return value


class _Reader:
    """The bytes that are read, and what makes values of extensions."""

    __slots__ = ("data", "ext_hook")

    def __init__(self, data: bytes, ext_hook: "ExtHook") -> None:
        self.data = data
        self.ext_hook = ext_hook

    def value(self, at: int, depth: int) -> "tuple[Any, int]":
        """Read the value at an offset; give it and the offset behind it."""
        marker = self.data[at]
        at += 1
        if marker <= 0x7F:
            return marker, at
        if marker >= 0xE0:
            return marker - 0x100, at
        if marker >= 0xC0:
            return self._marked(marker, at, depth)
        if marker >= 0xA0:
            return self._str(at, marker & 0x1F)
        if marker >= 0x90:
            return self._array(at, marker & 0x0F, depth)
        return self._map(at, marker & 0x0F, depth)

    def _marked(self, marker: int, at: int, depth: int) -> "tuple[Any, int]":
        scalar = _SCALARS.get(marker)
        if scalar is not None:
            return scalar.unpack_from(self.data, at)[0], at + scalar.size
        if marker in _CONSTANTS:
            return _CONSTANTS[marker], at
        if 0xD4 <= marker <= 0xD8:
            return self._ext(at, 1 << (marker - 0xD4))
        if marker not in _SIZED:
            raise SerializationError(f"0x{marker:02x} begins no MessagePack value")
        width, kind = _SIZED[marker]
        size = int.from_bytes(self._slice(at, width), "big")
        at += width
        if kind == "str":
            return self._str(at, size)
        if kind == "bin":
            return bytes(self._slice(at, size)), at + size
        if kind == "ext":
            return self._ext(at, size)
        return self._array(at, size, depth) if kind == "array" else self._map(at, size, depth)

    def _slice(self, at: int, size: int) -> bytes:
        if at + size > len(self.data):
            raise IndexError
        return self.data[at : at + size]

    def _str(self, at: int, size: int) -> "tuple[str, int]":
        return str(self._slice(at, size), "utf-8", "surrogatepass"), at + size

    def _ext(self, at: int, size: int) -> "tuple[Any, int]":
        code = self.data[at]
        data = bytes(self._slice(at + 1, size))
        code -= 0x100 if code > 0x7F else 0
        return datetime_of(data) if code == TIMESTAMP else self.ext_hook(code, data), at + 1 + size

    def _array(self, at: int, size: int, depth: int) -> "tuple[list[Any], int]":
        depth = _deeper(depth)
        items = []
        for _ in range(size):
            item, at = self.value(at, depth)
            items.append(item)
        return items, at

    def _map(self, at: int, size: int, depth: int) -> "tuple[dict[Any, Any], int]":
        depth = _deeper(depth)
        items = {}
        for _ in range(size):
            key, at = self.value(at, depth)
            value, at = self.value(at, depth)
            try:
                items[key] = value
            except TypeError:
                items[frozen(key)] = value
        return items, at


def _deeper(depth: int) -> int:
    if depth == 0:
        raise SerializationError(f"MessagePack data is nested deeper than {MAX_DEPTH} levels")
    return depth - 1
