"""MessagePack's timestamps: aware datetimes as bytes and back. Loads ``datetime`` with the first that arrives."""

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from datetime import datetime
    from typing import Any

_SECONDS_OF_64 = 1 << 34  # seconds have 34 bits where nanoseconds share their 64
_DAY = 86400


def is_instant(value: "Any") -> bool:
    """Say whether a value is an aware datetime; one of a subclass, which may know more, is not."""
    module = sys.modules.get("datetime")
    return module is not None and type(value) is module.datetime and value.utcoffset() is not None


def timestamp_of(value: "datetime") -> bytes:
    """Give the bytes of an aware datetime in their shortest form."""
    module = sys.modules["datetime"]
    delta = value - module.datetime(1970, 1, 1, tzinfo=module.timezone.utc)
    seconds, nanoseconds = delta.days * _DAY + delta.seconds, delta.microseconds * 1000
    if not 0 <= seconds < _SECONDS_OF_64:
        data: bytes = nanoseconds.to_bytes(4, "big") + seconds.to_bytes(8, "big", signed=True)
        return data
    both = nanoseconds << 34 | seconds
    return bytes(both.to_bytes(4 if both < 1 << 32 else 8, "big"))


def datetime_of(data: bytes) -> "datetime":
    """Give the aware datetime in UTC that the bytes of a timestamp tell, cut to microseconds.

    Raises:
        ValueError: the bytes are no timestamp.
        OverflowError: the instant is outside the years 1 to 9999.
    """
    from datetime import datetime, timedelta, timezone  # noqa: PLC0415 - costs a millisecond at start

    number = int.from_bytes(data[:8], "big")
    if len(data) == 4:
        seconds, nanoseconds = number, 0
    elif len(data) == 8:
        seconds, nanoseconds = number & (_SECONDS_OF_64 - 1), number >> 34
    elif len(data) == 12:
        seconds, nanoseconds = int.from_bytes(data[4:], "big", signed=True), number >> 32
    else:
        raise ValueError(f"a timestamp of {len(data)} bytes")
    if nanoseconds >= 1_000_000_000:
        raise ValueError(f"a timestamp with {nanoseconds} nanoseconds")
    return datetime(1970, 1, 1, tzinfo=timezone.utc) + timedelta(0, seconds, nanoseconds // 1000)
