"""MessagePack in pure Python, for a worker that has nothing installed. What types mean beyond MessagePack is not decided here.

Format: https://github.com/msgpack/msgpack/blob/master/spec.md
"""

import struct

from .errors import SerializationError, SynapseError
from .extension import ExtType
from .obstacle import MAX_DEPTH, cause_of, located
from .packer import pack, refuse
from .unpacker import unpack_from

TYPE_CHECKING = False
if TYPE_CHECKING:  # importing typing costs as much as starting Python
    from typing import Any, Callable

    Default = Callable[[Any], Any]
    ExtHook = Callable[[int, bytes], Any]

__all__ = ["MAX_DEPTH", "ExtType", "decode", "decode_from", "encode"]


def encode(value: "Any", default: "Default | None" = None) -> bytes:
    """Encode a value as MessagePack, each part in its shortest form.

    Args:
        value: None, bool, int (-2**63 to 2**64-1), float, str, bytes-like, list, tuple, dict, aware datetime or ExtType.
        default: gives one of these for any other part, or raises.

    Returns:
        The bytes. A lone surrogate in a str is written in its three-byte form.

    Raises:
        SerializationError: a part has no MessagePack form; ``path`` says which, ``value`` being the whole (ERR_SYNAPSE_SERIALIZATION).
    """
    default = default or refuse
    try:
        return pack(value, default)
    except SynapseError:
        raise
    except Exception as error:
        raise located(value, "value", error, lambda part: pack(part, default)) from cause_of(error)


def decode(data: bytes, ext_hook: "ExtHook | None" = None) -> "Any":
    """Decode exactly one MessagePack value.

    Args:
        data: the bytes of one value, nothing after it.
        ext_hook: gives the value of an extension from its type number and bytes; timestamps do not come to it.

    Returns:
        None, bool, int, float, str, bytes, list, dict, aware datetime in UTC, or what ``ext_hook`` gives (without it an ExtType).
        Lists in a key of a dict are tuples.

    Raises:
        SerializationError: ``data`` is not one whole MessagePack value (ERR_SYNAPSE_SERIALIZATION).
    """
    value, end = decode_from(data, 0, ext_hook)
    if end != len(data):
        raise SerializationError(f"{len(data) - end} bytes follow the MessagePack value")
    return value


def decode_from(data: bytes, at: int, ext_hook: "ExtHook | None" = None) -> "tuple[Any, int]":
    """Decode the MessagePack value that begins at an offset.

    Args:
        data: bytes that hold the value, and perhaps more.
        at: where it begins.
        ext_hook: as for ``decode``.

    Returns:
        The value and the offset behind it.

    Raises:
        SerializationError: there is no whole MessagePack value (ERR_SYNAPSE_SERIALIZATION).
    """
    try:
        return unpack_from(data, at, ext_hook or ExtType)
    except SynapseError:
        raise
    except (IndexError, struct.error):
        raise SerializationError(f"MessagePack data ends too early, after {len(data)} bytes") from None
    except UnicodeDecodeError as error:
        raise SerializationError(f"a MessagePack string is not UTF-8: {error}") from None
    except RecursionError:
        raise SerializationError(f"MessagePack data is nested deeper than {MAX_DEPTH} levels") from None
    except Exception as error:
        raise SerializationError(f"a MessagePack value has no form in Python: {error}") from error
