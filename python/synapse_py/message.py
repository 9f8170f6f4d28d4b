"""The messages of the protocol as bytes of a body. Only the hello, a worker's first frame, belongs to the bare protocol."""

import os
import sys

PROTOCOL_VERSION = 1
HELLO = 0


def encode_hello(mode: str) -> bytes:
    """Make the first message of a worker, with which it says that it is ready.

    Written out here because loading a codec for it would cost every start a millisecond.

    Args:
        mode: ``"loop"`` for an entry that reads frames itself (the bare protocol).

    Returns:
        ``[0, protocol version, {mode, python, pid}]`` in MessagePack.
    """
    version = ".".join(str(part) for part in sys.version_info[:3])
    details = [_text("mode"), _text(mode), _text("python"), _text(version), _text("pid"), _unsigned(os.getpid())]
    return bytes([0x93, HELLO, PROTOCOL_VERSION, 0x83]) + b"".join(details)


def _text(text: str) -> bytes:
    """Encode at most 31 ASCII characters (fixstr)."""
    return bytes([0xA0 | len(text)]) + text.encode("ascii")


def _unsigned(number: int) -> bytes:
    """Encode a whole number of at most 32 bits in its shortest form."""
    if number <= 0x7F:
        return bytes([number])
    marker, size = (0xCC, 1) if number <= 0xFF else (0xCD, 2) if number <= 0xFFFF else (0xCE, 4)
    return bytes([marker]) + number.to_bytes(size, "big")
