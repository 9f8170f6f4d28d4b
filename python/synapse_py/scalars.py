"""Single values that MessagePack has no form for: big ints, naive datetimes, Decimal, UUID and so on, as bytes of an extension and back.

The modules of their types are loaded with the first that arrives.
"""

import struct

from . import extension
from .errors import SerializationError
from .obstacle import Obstacle

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable

    Form = tuple[int, bytes]

_DURATION = struct.Struct(">iii")
_COMPLEX = struct.Struct(">dd")
_SECONDS_A_DAY = 86400
_MICROSECONDS = 1_000_000


def write_int(value: int) -> "Form":
    """Give the extension for an int beyond 64 bits."""
    size = (value if value >= 0 else ~value).bit_length() // 8 + 1
    return extension.INT, value.to_bytes(size, "big", signed=True)


def write_datetime(value: "Any") -> "Form":
    """Give the extension for a naive datetime.

    Raises:
        Obstacle: it is aware, but of a zone that does not tell its offset.
    """
    if value.tzinfo is not None:
        raise Obstacle("a datetime whose tzinfo tells no offset is no instant: use a zone that does, or none", value)
    return extension.DATETIME, bytes(value.isoformat(), "ascii")


def write_date(value: "Any") -> "Form":
    """Give the extension for a date."""
    return extension.DATE, bytes(value.isoformat(), "ascii")


def write_time(value: "Any") -> "Form":
    """Give the extension for a time of day without a zone.

    Raises:
        Obstacle: it has a zone.
    """
    if value.tzinfo is not None:
        raise Obstacle("a time with a zone has no faithful form: send a datetime, or its text by .isoformat()", value)
    return extension.TIME, bytes(value.isoformat(), "ascii")


def write_duration(value: "Any") -> "Form":
    """Give the extension for a timedelta."""
    return extension.DURATION, _DURATION.pack(value.days, value.seconds, value.microseconds)


def write_decimal(value: "Any") -> "Form":
    """Give the extension for a Decimal."""
    return extension.DECIMAL, bytes(str(value), "ascii")


def write_uuid(value: "Any") -> "Form":
    """Give the extension for a UUID."""
    return extension.UUID, value.bytes


def write_complex(value: complex) -> "Form":
    """Give the extension for a complex number."""
    return extension.COMPLEX, _COMPLEX.pack(value.real, value.imag)


def read_scalar(code: int, data: bytes) -> "Any":
    """Give the value of an extension that this file knows.

    Args:
        code: 1 to 8.
        data: its bytes.

    Raises:
        SerializationError: the bytes are none of such a value, or the number is none of this file's (ERR_SYNAPSE_SERIALIZATION).
    """
    reader = _READERS.get(code)
    if reader is None:
        raise SerializationError(f"extension {code} is unknown: install the same version of Synapse on both sides")
    try:
        return reader(data)
    except (ValueError, ArithmeticError, struct.error) as error:
        raise SerializationError(f"{data!r} is no value of extension {code}: {error}") from None


def _read_int(data: bytes) -> int:
    if not data:
        raise ValueError("an int has at least one byte")
    return int.from_bytes(data, "big", signed=True)


def _checked(text: str, form: str) -> str:
    """Refuse texts of another form: what ``fromisoformat`` takes differs between versions of Python."""
    if "".join("0" if letter in "0123456789" else letter for letter in text) != form:
        raise ValueError(f"not written as {form}")
    return text


def _form_of(text: str, form: str) -> str:
    return _checked(text, f"{form}.000000" if "." in text else form)


def _read_datetime(data: bytes) -> "Any":
    from datetime import datetime  # noqa: PLC0415

    return datetime.fromisoformat(_form_of(str(data, "ascii"), "0000-00-00T00:00:00"))


def _read_date(data: bytes) -> "Any":
    from datetime import date  # noqa: PLC0415

    return date.fromisoformat(_checked(str(data, "ascii"), "0000-00-00"))


def _read_time(data: bytes) -> "Any":
    from datetime import time  # noqa: PLC0415

    text = _form_of(str(data, "ascii"), "00:00:00")
    return time(int(text[:2]), int(text[3:5]), int(text[6:8]), int(text[9:] or 0))


def _read_duration(data: bytes) -> "Any":
    from datetime import timedelta  # noqa: PLC0415

    days, seconds, microseconds = _DURATION.unpack(data)
    if not (0 <= seconds < _SECONDS_A_DAY and 0 <= microseconds < _MICROSECONDS):
        raise ValueError("seconds or microseconds out of range")
    return timedelta(days, seconds, microseconds)


def _read_decimal(data: bytes) -> "Any":
    from decimal import Decimal  # noqa: PLC0415

    text = str(data, "ascii")
    if not text or text != text.strip() or "_" in text:
        raise ValueError("no decimal number")
    return Decimal(text)


def _read_uuid(data: bytes) -> "Any":
    from uuid import UUID  # noqa: PLC0415

    return UUID(bytes=data)


def _read_complex(data: bytes) -> complex:
    return complex(*_COMPLEX.unpack(data))


_READERS: "dict[int, Callable[[bytes], Any]]" = {
    extension.INT: _read_int,
    extension.DATETIME: _read_datetime,
    extension.DATE: _read_date,
    extension.TIME: _read_time,
    extension.DURATION: _read_duration,
    extension.DECIMAL: _read_decimal,
    extension.UUID: _read_uuid,
    extension.COMPLEX: _read_complex,
}
