"""One decode under way: makes values of extensions, from the message's buffers and from what this process keeps."""

from . import extension
from .accelerator import PureCodec
from .arrays import memory_for, read_array
from .codec import decode
from .errors import SerializationError
from .obstacle import MAX_DEPTH
from .scalars import read_scalar
from .unpacker import frozen

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any, Callable

    from .accelerator import Codec

    Resolve = Callable[[int, int], Any]

MAX_ACCELERATED_DEPTH = 4
"""Extensions within extensions that the C extension decodes: it takes tens of KiB of a thread's stack for each."""
_REFERENCES = frozenset((extension.HANDLE, extension.FUNCTION, extension.STREAM))


class Decoding:
    """Gives the values of the extensions in one payload. When decoding begins anew, references are not resolved a second time."""

    __slots__ = ("_buffers", "_depth", "_replayed", "_resolve", "codec", "resolved")

    def __init__(self, codec: "Codec", resolve: "Resolve | None", buffers: "Sequence[Any]" = ()) -> None:
        self.codec = codec
        self.resolved: list[Any] = []
        self._resolve = resolve
        self._buffers = buffers
        self._depth = 0
        self._replayed = 0

    def begin_anew(self, codec: "Codec") -> None:
        """Decode the same payload again, with another codec."""
        self.codec = codec
        self._depth = self._replayed = 0

    def reset(self) -> None:
        """Make ready for another payload."""
        self.resolved = []
        self._depth = self._replayed = 0

    def value_of(self, code: int, data: bytes) -> "Any":
        """Give the value of an extension.

        Raises:
            SerializationError: there is none (ERR_SYNAPSE_SERIALIZATION).
            Exception: whatever resolving a reference raises.
        """
        if code == extension.SET:
            return self._set(data)
        if code == extension.TUPLE:
            return tuple(self._list(data))
        if code in _REFERENCES:
            return self._reference(code, data)
        if code == extension.BUFFER:
            buffer = self._buffer(self._within(data))
            return buffer if type(buffer) is bytes else bytes(buffer)
        if code == extension.ARRAY:
            return read_array(*self._array(data))
        if code == extension.TABLE:
            from .tables import read_table  # noqa: PLC0415

            return read_table(self._contents(self._list(data, 1)[0]))
        return read_scalar(code, data)

    def _within(self, data: bytes) -> "Any":
        """Decode what lies within an extension."""
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise SerializationError(f"MessagePack data is nested deeper than {MAX_DEPTH} levels")
        value = (self.codec if self._depth <= MAX_ACCELERATED_DEPTH else PureCodec()).decode(data, self.value_of)
        self._depth -= 1
        return value

    def _list(self, data: bytes, size: "int | None" = None) -> "list[Any]":
        items = self._within(data)
        if type(items) is not list or (size is not None and len(items) != size):
            raise SerializationError(f"an extension holds a {type(items).__name__} instead of an array of its parts")
        return items

    def _set(self, data: bytes) -> "set[Any]":
        items = self._list(data)
        try:
            return set(items)
        except TypeError:
            return {frozen(item) for item in items}

    def _reference(self, code: int, data: bytes) -> "Any":
        number = self._list(data, 1)[0] if code == extension.HANDLE else self._within(data)
        if type(number) is not int or self._resolve is None:
            raise SerializationError(f"a reference ({code}) to {number!r} arrived that means nothing here")
        if self._replayed == len(self.resolved):
            self.resolved.append(self._resolve(code, number))
        self._replayed += 1
        return self.resolved[self._replayed - 1]

    def _buffer(self, number: "Any") -> "Any":
        if type(number) is not int or not 0 <= number < len(self._buffers):
            raise SerializationError(f"a value names buffer {number!r} of a message that has {len(self._buffers)}")
        return self._buffers[number]

    def _array(self, data: bytes) -> "tuple[Any, Any, Any]":
        dtype, shape, contents = self._list(data, 3)
        return dtype, shape, self._contents(contents)

    def _contents(self, contents: "Any") -> "Any":
        return contents if type(contents) is bytes else self._buffer(contents)


class BufferPlan:
    """Finds what the buffers of a message will be, before they are read: so each is read straight into the memory that its value keeps."""

    memory: "list[memoryview | None]"
    """For each buffer the writable memory to read it into, or None to read it as bytes."""

    def __init__(self, codec: "Codec", payload: bytes, lengths: "Sequence[int]") -> None:
        self._lengths = lengths
        self.memory = [None] * len(lengths)
        try:  # noqa: SIM105 - contextlib is not loaded otherwise
            codec.decode(payload, self._note)
        except Exception:  # the decoding proper tells what is wrong
            pass

    def _note(self, code: int, data: bytes) -> None:
        if code in (extension.SET, extension.TUPLE):
            decode(data, self._note)
        elif code in (extension.ARRAY, extension.TABLE):
            contents = decode(data, self._note)[-1]
            if type(contents) is int and self.memory[contents] is None:
                self.memory[contents] = memory_for(self._lengths[contents])
