"""One encode under way: what conversions work with, and what they put out of band."""

from . import extension
from .arrays import Views, is_plain
from .conversion import conversion_of
from .obstacle import MAX_DEPTH
from .scalars import write_int
from .timestamp import is_instant

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable

    from .accelerator import Codec, Pack
    from .values import Reference

    Refer = Callable[[Any], "Reference | None"]

OUT_OF_BAND_BYTES = 32 * 1024
"""Byte strings and arrays of at least this length travel out of band: below, a copy costs less than a part of its own."""
MAX_BUFFERS = 1024
MAX_SEARCHED_ITEMS = 32
MAX_SEARCHED_LEVELS = 3
NO_LIMIT = 2**31
_NATIVE = frozenset((type(None), bool, float, str))
_BYTES = frozenset((bytes, bytearray, memoryview))
SEARCHED = frozenset((dict, list, tuple)) | _BYTES
"""Types of values that may hold byte strings to put out of band."""


class Encoding:
    """Encodes one value after the other, but each to its end before the next; a channel has as many as it needs at a time."""

    __slots__ = ("_codec", "_refer", "_replayed", "_spare", "_strict", "arrow", "buffers", "referred", "run", "surrogates")

    def __init__(self, codec: "Codec", refer: "Refer | None", strict: bool) -> None:
        self._codec = codec
        self._refer = refer
        self._strict = strict
        self.surrogates = False
        # Encodes a value; raises whatever goes wrong, and ``reset`` is due then.
        self.run = codec.packer(self.default, strict, False)
        self._spare: list[Pack] = []
        self.referred: list[Reference] = []
        self._replayed = 0
        self.arrow = False
        self.buffers: list[Any] = []

    def run_with_surrogates(self, value: "Any") -> bytes:
        """Encode a value anew when a text of it had lone surrogates: with a packer that would slow down every text.

        Returns:
            The payload; ``buffers`` has what goes out of band.

        Raises:
            Exception: whatever went wrong; ``reset`` is due then.
        """
        self.buffers = []
        self._replayed = 0
        self.surrogates = True
        self._spare = []
        pack = self._codec.packer(self.default, self._strict, True)
        return pack(self.lifted(value) if type(value) in SEARCHED else value)

    def reset(self) -> "list[Reference]":
        """Make ready for the next value; give the references that were made for this one."""
        referred = self.referred
        self.buffers, self.referred, self._replayed = [], [], 0
        if self.surrogates:
            self.surrogates = False
            self._spare = []
        return referred

    def default(self, obj: "Any") -> "Any":
        """Convert an object that MessagePack has no form for, its parts not considered."""
        return conversion_of(type(obj))(self, obj)

    def native(self, value: "Any") -> "Any":
        """Convert the value that stands for an object, until it has a form; its parts not considered."""
        kind = type(value)
        if kind in SEARCHED:
            return self.lifted(list(value) if kind is tuple else value)
        if kind is int:
            return self.integer(value)
        return value if kind in _NATIVE or is_instant(value) else self.default(value)

    def integer(self, value: int) -> "Any":
        """Give the form of an int that is of a subclass or beyond 64 bits."""
        return int(value) if -(2**63) <= value < 2**64 else self.extension(*write_int(value))

    def extension(self, code: int, data: bytes) -> "Any":
        """Give an extension."""
        return self._codec.extension(code, data)

    def pack(self, items: "list[Any]") -> bytes:
        """Encode what lies within an extension."""
        pack = self._spare.pop() if self._spare else self._codec.packer(self.default, self._strict, self.surrogates)
        data = pack(items)
        self._spare.append(pack)
        return data

    def set(self, items: "Any") -> "Any":
        """Give the form of a set."""
        return self.extension(extension.SET, self.pack(list(items)))

    def reference(self, obj: "Any") -> "Any":
        """Give the form of an object that stays here, or None if nobody keeps it."""
        if self._refer is None:
            return None
        if self._replayed < len(self.referred):
            told = self.referred[self._replayed]
        else:
            found = self._refer(obj)
            if found is None:
                return None
            told = found
            self.referred.append(told)
        self._replayed += 1
        return self.extension(extension.HANDLE, self.pack(list(told)))

    def attached(self, data: memoryview) -> "int | bytes":
        """Give what stands for bytes within an extension: their index out of band, or themselves."""
        if data.nbytes >= OUT_OF_BAND_BYTES and len(self.buffers) < MAX_BUFFERS:
            self.buffers.append(data)
            return len(self.buffers) - 1
        return data.tobytes()

    def lifted(self, value: "Any") -> "Any":
        """Give a byte string or small container with its large byte strings out of band; containers that change are copied."""
        kind = type(value)
        if kind is memoryview and not is_plain(value):
            return self.default(value)
        if kind in _BYTES:
            return self._lifted_bytes(value)
        if not holds_large(value):
            return value
        if kind is dict:
            return {key: self.lifted(item) if type(item) in SEARCHED else item for key, item in value.items()}
        return [self.lifted(item) if type(item) in SEARCHED else item for item in value]

    def _lifted_bytes(self, data: "Any") -> "Any":
        if len(data) < OUT_OF_BAND_BYTES or len(self.buffers) >= MAX_BUFFERS:
            return data
        self.buffers.append(data)
        return self.extension(extension.BUFFER, index(len(self.buffers) - 1))


def index(number: int) -> bytes:
    """Encode the index of a buffer in its shortest form."""
    if number <= 0x7F:
        return bytes((number,))
    return b"\xcc" + bytes((number,)) if number <= 0xFF else b"\xcd" + number.to_bytes(2, "big")


def holds_large(value: "Any") -> bool:
    """Say whether a byte string or container has something for ``lifted``.

    The search costs little, and so finds little; but once arrays were given out as memoryviews it is thorough, since the compiled codec
    takes a memoryview for bytes before anybody is asked.

    Args:
        value: of one of the types in ``SEARCHED``.
    """
    if Views.given:
        return _holds_large(value, MAX_DEPTH, NO_LIMIT)
    return _holds_large(value, MAX_SEARCHED_LEVELS, MAX_SEARCHED_ITEMS)


def _holds_large(value: "Any", levels: int, items: int) -> bool:
    kind = type(value)
    if kind in _BYTES:
        return len(value) >= OUT_OF_BAND_BYTES or (kind is memoryview and not is_plain(value))
    if levels and len(value) <= items:
        for item in value.values() if kind is dict else value:  # a generator would cost twice as much
            if type(item) in SEARCHED and _holds_large(item, levels - 1, items):
                return True
    return False
