"""MessagePack by msgpack's C extension where it is installed, else by this package's own codec; both behind one face."""

from .codec import ExtType, decode, decode_from
from .obstacle import MAX_DEPTH
from .packer import pack

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, Protocol

    Default = Callable[[Any], Any]
    ExtHook = Callable[[int, bytes], Any]
    Pack = Callable[[Any], bytes]

    class Codec(Protocol):
        """What encodes and decodes for values.py."""

        accelerated: bool

        def extension(self, code: int, data: bytes) -> Any:
            """Give an extension as ``packer`` takes it."""

        def packer(self, default: Default, strict: bool, surrogates: bool) -> Pack:
            """Give a function that encodes a value; one call at a time."""

        def is_too_deep(self, payload: bytes) -> bool:
            """Say whether what was encoded is nested deeper than MAX_DEPTH."""

        def decode(self, payload: bytes, ext_hook: ExtHook) -> Any:
            """Decode exactly one value."""

        def unpacker(self, ext_hook: ExtHook) -> Any:
            """Give an object of ``feed(bytes)``, ``unpack()`` and ``tell()``, the bytes read so far."""


MAX_FED_BYTES = 1 << 20
_SHALLOW = bytes(byte for byte in range(256) if not (0x80 <= byte <= 0x9F or 0xDC <= byte <= 0xDF))  # what begins no container


class PureCodec:
    """The codec that this package brings."""

    accelerated = False
    extension = ExtType

    def packer(self, default: "Default", strict: bool, surrogates: bool) -> "Pack":
        """Give a function that encodes a value."""
        return lambda value: pack(value, default, strict)

    def is_too_deep(self, _payload: bytes) -> bool:
        """Say that nothing is: the packer itself sees to it."""
        return False

    def decode(self, payload: bytes, ext_hook: "ExtHook") -> "Any":
        """Decode exactly one value."""
        return decode(payload, ext_hook)

    def unpacker(self, ext_hook: "ExtHook") -> "PureUnpacker":
        """Give what reads several values that follow one another."""
        return PureUnpacker(ext_hook)


class PureUnpacker:
    """Reads the values within a piece of bytes, one after the other."""

    def __init__(self, ext_hook: "ExtHook") -> None:
        self._ext_hook = ext_hook
        self._data = b""
        self._at = 0
        self._before = 0

    def feed(self, data: bytes) -> None:
        """Take the next piece, once the one before was read to its end."""
        self._before += self._at
        self._data, self._at = data, 0

    def unpack(self) -> "Any":
        """Give the next value."""
        value, self._at = decode_from(self._data, self._at, self._ext_hook)
        return value

    def tell(self) -> int:
        """Give the bytes read so far."""
        return self._before + self._at


class AcceleratedCodec:
    """msgpack's C extension."""

    accelerated = True

    def __init__(self, msgpack: "Any", extension_module: "Any") -> None:
        self._packer = extension_module.Packer
        self._unpacker = extension_module.Unpacker
        self._decode = extension_module.unpackb
        self.extension = msgpack.ExtType
        self._prefix = self._prefix_that_leaves(MAX_DEPTH)

    def packer(self, default: "Default", strict: bool, surrogates: bool) -> "Pack":
        """Give a function that encodes a value; with ``surrogates`` a slower one that takes them."""
        errors = "surrogatepass" if surrogates else None
        packed: Pack = self._packer(default=default, strict_types=strict, datetime=True, unicode_errors=errors).pack
        return packed

    def is_too_deep(self, payload: bytes) -> bool:
        """Say whether a payload is nested deeper than MAX_DEPTH; its own limit is another."""
        if len(payload.translate(None, _SHALLOW)) <= MAX_DEPTH:
            return False
        return not self._skips(self._prefix + payload)

    def decode(self, payload: bytes, ext_hook: "ExtHook") -> "Any":
        """Decode exactly one value."""
        return self._decode(payload, ext_hook=ext_hook, raw=False, strict_map_key=False, timestamp=3, unicode_errors="surrogatepass")

    def unpacker(self, ext_hook: "ExtHook") -> "Any":
        """Give what reads several values that follow one another, of at most MAX_FED_BYTES together."""
        return self._unpacker(
            ext_hook=ext_hook,
            raw=False,
            strict_map_key=False,
            timestamp=3,
            unicode_errors="surrogatepass",
            max_buffer_size=MAX_FED_BYTES,
        )

    def _skips(self, data: bytes) -> bool:
        unpacker = self._unpacker(max_buffer_size=0)
        unpacker.feed(data)
        try:
            unpacker.skip()
        except Exception:
            return False
        return True

    def _prefix_that_leaves(self, depth: int) -> bytes:
        """Give the openings of so many arrays that the extension's own limit is met ``depth`` containers later."""
        low, high = depth, 1 << 14
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if self._skips(b"\x91" * (middle - 1) + b"\x90") else (low, middle)
        return b"\x91" * (low - depth)


def codec(accelerated: "bool | None" = None) -> "Codec":
    """Give the codec to work with.

    Args:
        accelerated: True for msgpack's C extension, False for this package's own; None for the first that there is.

    Raises:
        ImportError: the C extension is asked for and is not there, or is older than 1.0.
    """
    if accelerated is False:
        return PureCodec()
    try:
        import msgpack  # type: ignore[import-untyped, import-not-found, unused-ignore] # noqa: PLC0415
        from msgpack import _cmsgpack  # noqa: PLC0415

        if msgpack.version < (1, 0, 0):
            raise ImportError("msgpack is older than 1.0")
        return AcceleratedCodec(msgpack, _cmsgpack)
    except Exception:  # a module of the user's that has this name may fail in any way
        if accelerated:
            raise
        return PureCodec()
