"""Writes MessagePack in pure Python. Where in a value a part lies that has no form is told by obstacle.py, after the failure."""

import struct

from .arrays import is_plain
from .extension import TIMESTAMP, ExtType
from .obstacle import MAX_DEPTH, Obstacle
from .timestamp import is_instant, timestamp_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable

    Default = Callable[[Any], Any]

_pack_float = struct.Struct(">Bd").pack
_pack_uint8 = struct.Struct(">BB").pack
_pack_uint16 = struct.Struct(">BH").pack
_pack_uint32 = struct.Struct(">BI").pack
_pack_uint64 = struct.Struct(">BQ").pack
_pack_ext = struct.Struct(">b").pack
_FIXED_EXT = {1: 0xD4, 2: 0xD5, 4: 0xD6, 8: 0xD7, 16: 0xD8}


def pack(value: "Any", default: "Default", strict: bool = False) -> bytes:
    """Encode a value as MessagePack, each part in its shortest form.

    Args:
        value: None, bool, int (-2**63 to 2**64-1), float, str, bytes-like, list, tuple, dict, aware datetime or ExtType.
        default: gives one of these for any other part, or raises.
        strict: let ``default`` have tuples and subclasses of int, str, list and so on too.

    Returns:
        The bytes. A lone surrogate in a str is written in its three-byte form.

    Raises:
        Obstacle: a part has no MessagePack form.
        RecursionError: it is nested deeper than MAX_DEPTH levels, or contains itself.
        Exception: whatever ``default`` raises.
    """
    out = bytearray()
    _pack(out, value, MAX_DEPTH, default, strict)
    return bytes(out)


def refuse(value: "Any") -> "Any":
    """Raise the Obstacle for a value that has no MessagePack form."""
    kind = type(value).__name__
    if isinstance(value, int):
        raise Obstacle("an int beyond 64 bits has no MessagePack form: send it as a string", value)
    if hasattr(value, "tzinfo"):
        raise Obstacle(f"this {kind} has no MessagePack form: give a datetime a tzinfo, or send its text", value)
    raise Obstacle(f"{kind} has no MessagePack form: convert it first", value)


def _pack(out: bytearray, value: "Any", depth: int, default: "Default", strict: bool) -> None:
    kind = type(value)
    if kind is str:
        _pack_str(out, value)
    elif kind is int:
        _pack_int(out, value, depth, default, strict)
    elif kind is dict:
        _pack_map(out, value, depth, default, strict)
    elif kind is list:
        _pack_array(out, value, depth, default, strict)
    elif kind is float:
        out += _pack_float(0xCB, value)
    elif value is None:
        out.append(0xC0)
    elif kind is bool:
        out.append(0xC3 if value else 0xC2)
    elif kind is bytes:
        _pack_bytes(out, value)
    elif kind is ExtType:
        _pack_extension(out, value.type, value.data)
    else:
        _pack_rare(out, value, depth, default, strict)


def _pack_rare(out: bytearray, value: "Any", depth: int, default: "Default", strict: bool) -> None:
    """Write subclasses of the native types, timestamps, and what only ``default`` knows."""
    if isinstance(value, bytearray) or (isinstance(value, memoryview) and is_plain(value)):
        return _pack_bytes(out, bytes(value))
    if not strict:
        if isinstance(value, str):
            return _pack_str(out, value)
        if isinstance(value, int):
            return _pack_int(out, value, depth, default, strict)
        if isinstance(value, float):
            return _pack(out, float(value), depth, default, strict)
        if isinstance(value, dict):
            return _pack_map(out, value, depth, default, strict)
        if isinstance(value, (list, tuple)):
            return _pack_array(out, value, depth, default, strict)
        if isinstance(value, bytes):
            return _pack_bytes(out, value)
    if is_instant(value):
        return _pack_extension(out, TIMESTAMP, timestamp_of(value))
    return _pack(out, default(value), depth, default, strict)


def _pack_map(out: bytearray, value: "dict[Any, Any]", depth: int, default: "Default", strict: bool) -> None:
    if depth == 0:
        raise RecursionError
    _head(out, len(value), 0xDE, 0x80)
    for key, item in value.items():
        _pack(out, key, depth - 1, default, strict)
        _pack(out, item, depth - 1, default, strict)


def _pack_array(out: bytearray, value: "list[Any] | tuple[Any, ...]", depth: int, default: "Default", strict: bool) -> None:
    if depth == 0:
        raise RecursionError
    _head(out, len(value), 0xDC, 0x90)
    for item in value:
        _pack(out, item, depth - 1, default, strict)


def _pack_int(out: bytearray, value: int, depth: int, default: "Default", strict: bool) -> None:
    if -0x20 <= value <= 0x7F:
        out.append(value & 0xFF)
    elif 0 <= value <= 0xFF:
        out += _pack_uint8(0xCC, value)
    elif 0 <= value <= 0xFFFF:
        out += _pack_uint16(0xCD, value)
    elif 0 <= value <= 0xFFFFFFFF:
        out += _pack_uint32(0xCE, value)
    elif 0 <= value <= 0xFFFFFFFFFFFFFFFF:
        out += _pack_uint64(0xCF, value)
    elif value >= 0 or value < -0x8000000000000000:
        _pack(out, default(value), depth, default, strict)
    else:
        marker, size = (0xD0, 1) if value >= -0x80 else (0xD1, 2) if value >= -0x8000 else (0xD2, 4) if value >= -0x80000000 else (0xD3, 8)
        out.append(marker)
        out += value.to_bytes(size, "big", signed=True)


def _pack_str(out: bytearray, value: str) -> None:
    data = value.encode("utf-8", "surrogatepass")
    size = len(data)
    if size <= 31:
        out.append(0xA0 | size)
    elif size <= 0xFF:
        out += _pack_uint8(0xD9, size)
    else:
        _head(out, size, 0xDA)
    out += data


def _pack_bytes(out: bytearray, data: bytes) -> None:
    if len(data) <= 0xFF:
        out += _pack_uint8(0xC4, len(data))
    else:
        _head(out, len(data), 0xC5)
    out += data


def _pack_extension(out: bytearray, code: int, data: bytes) -> None:
    size = len(data)
    fixed = _FIXED_EXT.get(size)
    if fixed is not None:
        out.append(fixed)
    elif size <= 0xFF:
        out += _pack_uint8(0xC7, size)
    else:
        _head(out, size, 0xC8)
    out += _pack_ext(code)
    out += data


def _head(out: bytearray, size: int, marker16: int, fixed: "int | None" = None) -> None:
    """Write the marker and size of a container, or of 256 and more bytes; the marker for 32 bit sizes follows that for 16."""
    if fixed is not None and size <= 15:
        out.append(fixed | size)
    elif size <= 0xFFFF:
        out += _pack_uint16(marker16, size)
    elif size <= 0xFFFFFFFF:
        out += _pack_uint32(marker16 + 1, size)
    else:
        raise Obstacle(f"{size} elements or bytes are more than MessagePack can count", None)
