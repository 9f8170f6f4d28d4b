"""Values of the rpc protocol: turns what functions give and take into payloads and buffers, and back. One instance serves one channel.

Bytes and arrays of at least 32 KiB go out of band: arrays wherever they are, bytes where a short search finds them. (The same search finds
memoryviews of numbers; deep inside a large value such a view goes as its bytes.)
"""

from . import message
from .accelerator import PureCodec, codec
from .decoding import BufferPlan, Decoding
from .encoding import SEARCHED, Encoding, holds_large
from .errors import FrameError, SerializationError, SynapseError
from .obstacle import MAX_DEPTH, cause_of, located
from .registry import has_native_bases, register_type, registered

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any, Callable, NoReturn

    Reference = tuple[Any, ...]
    Message = tuple[list[Any], Any, "SynapseError | None"]

__all__ = ["MISSING", "Values", "register_type"]

MISSING = object()
"""Stands where a message has no payload, or none that could be decoded."""
MAX_SMALL_BODY = 64 * 1024  # bytes that the reused unpacker takes
_HAS_PAYLOAD = {
    (kind, len(shape), shape[-1]): payload for kind, shapes in message.HEADERS.items() for shape, payload in shapes.items()
}  # a key is cheaper to make than the whole shape, and tells every header without a table that a host writes


class Values:
    """Encodes values and decodes messages. Several threads may encode and decode payloads at once; messages are read by one at a time."""

    def __init__(
        self,
        refer: "Callable[[Any], Reference | None] | None" = None,
        resolve: "Callable[[int, int], Any] | None" = None,
        forget: "Callable[[list[Reference]], None] | None" = None,
        accelerated: "bool | None" = None,
    ) -> None:
        """Make what converts the values of one channel.

        Args:
            refer: gives (id, kind, type name) of a class, callable or instance that is to stay here, or None if it may not.
            resolve: gives what extension 11 (handle), 12 (function) or 13 (stream) of an id stands for.
            forget: called with what ``refer`` gave for a value that could not be encoded in the end, if there is any.
            accelerated: True for msgpack's C extension, False for this package's own codec, None for the first that there is.

        Raises:
            ImportError: the C extension is asked for and is not there.
        """
        self._refer = refer
        self._resolve = resolve
        self._forget = forget
        self._codec = codec(accelerated)
        self._arrow = False
        self._registered = 0
        self._idle: list[Encoding] = []
        self._renew_unpacker()

    @property
    def accelerated(self) -> bool:
        """Say whether msgpack's C extension does the work."""
        return self._codec.accelerated

    @property
    def arrow(self) -> bool:
        """Say whether the host reads Arrow: tables go as that then."""
        return self._arrow

    @arrow.setter
    def arrow(self, reads: bool) -> None:
        self._arrow = reads
        self._idle = []

    def encode(self, value: "Any", root: str = "result") -> "tuple[bytes, list[Any]]":
        """Encode a value.

        Args:
            value: anything that has a form.
            root: where a path in an error begins.

        Returns:
            The payload, and the buffers that go out of band in order: bytes-like, not copied, to be written before the value changes.

        Raises:
            SerializationError: a part has no form; ``path`` says which, such as ``result.items[3].x`` (ERR_SYNAPSE_SERIALIZATION).
        """
        if len(registered) != self._registered:
            self._registered = len(registered)
            self._idle = []
        try:
            encoding = self._idle.pop()
        except IndexError:
            encoding = self._encoding()
        try:
            payload = encoding.run(encoding.lifted(value) if type(value) in SEARCHED and holds_large(value) else value)
            if len(payload) > MAX_DEPTH and self._codec.is_too_deep(payload):
                raise RecursionError
        except UnicodeEncodeError:
            payload = self._encode_anew(encoding, value, root)
        except Exception as error:
            self._fail(encoding, value, root, error)
        buffers = encoding.buffers
        if buffers or encoding.referred or encoding.surrogates:
            encoding.reset()
        self._idle.append(encoding)
        return payload, buffers

    def decode_payload(self, payload: "Any", buffers: "Sequence[Any]" = ()) -> "Any":
        """Decode a payload.

        Args:
            payload: exactly one value, bytes-like.
            buffers: the message's buffers; memory that ``plan_buffers`` gave is kept by the arrays.

        Raises:
            SerializationError: it is none, or of no form that Python has (ERR_SYNAPSE_SERIALIZATION).
            SynapseError: what ``resolve`` raised.
        """
        return self._decode(payload, Decoding(self._codec, self._resolve, buffers))

    def read_payload(self, header: "list[Any]", payload: "Any", buffers: "Sequence[Any]" = ()) -> "Message":
        """Decode the payload of a message that came in parts; arguments as for ``decode_payload``, the answer as of ``read_message``.

        Args:
            header: of the message, without its table.
            payload: as for ``decode_payload``.
            buffers: likewise.
        """
        return self._message(header, payload, Decoding(self._codec, self._resolve, buffers))

    def plan_buffers(self, payload: "Any", lengths: "Sequence[int]") -> "list[memoryview | None]":
        """Say into what the buffers of a message are to be read; the payload comes before them.

        Args:
            payload: the message's payload, bytes-like.
            lengths: bytes of each buffer.

        Returns:
            For each buffer fresh memory to fill, or None to read it as ``bytes``; give both to ``decode_payload``.
        """
        return BufferPlan(self._codec, payload, lengths).memory

    def read_message(self, data: bytes) -> "Message":
        """Decode the whole body of a message.

        Args:
            data: the body; meant for small ones, as the buffers in it are copied.

        Returns:
            The header without its table, the payload or MISSING, and the error or None. With an error the header is whole still.

        Raises:
            FrameError: the header is none, or of an unknown kind, or the body has more or less than it says (ERR_SYNAPSE_FRAME).
        """
        if len(data) <= MAX_SMALL_BODY:
            self._fed += len(data)
            try:
                self._feed(data)
                header = self._unpack()
                payload = self._unpack() if _HAS_PAYLOAD[header[0], len(header), type(header[-1])] else MISSING
                if self._tell() == self._fed and 0 <= header[1] <= message.MAX_ID:
                    if self._decoding.resolved:
                        self._decoding.reset()
                    return header, payload, None
            except Exception:  # what it is, is told below
                pass
        return self._read_message_again(data)

    def read_header(self, prefix: bytes) -> "tuple[list[Any], int] | None":
        """Decode the header of a message of which more is to come.

        Args:
            prefix: the first bytes of the body.

        Returns:
            The header, its table included, and the offset of the payload; None if more bytes are needed.

        Raises:
            FrameError: it is none (ERR_SYNAPSE_FRAME).
        """
        return message.read_header(prefix)

    def _encoding(self) -> Encoding:
        encoding = Encoding(self._codec, self._refer, has_native_bases())
        encoding.arrow = self._arrow
        return encoding

    def _encode_anew(self, encoding: Encoding, value: "Any", root: str) -> bytes:
        try:
            return encoding.run_with_surrogates(value)
        except Exception as error:
            self._fail(encoding, value, root, error)

    def _fail(self, encoding: Encoding, value: "Any", root: str, error: Exception) -> "NoReturn":
        referred = encoding.reset()
        if referred and self._forget:
            self._forget(referred)
        if isinstance(error, SynapseError):
            raise error
        dry = Encoding(self._codec, lambda _: (0, "", ""), has_native_bases()) if self._refer else self._encoding()
        raise located(value, root, error, dry.native) from cause_of(error)

    def _renew_unpacker(self) -> None:
        self._decoding = Decoding(self._codec, self._resolve)
        unpacker = self._codec.unpacker(self._decoding.value_of)
        self._feed, self._unpack, self._tell = unpacker.feed, unpacker.unpack, unpacker.tell
        self._fed = 0

    def _read_message_again(self, data: bytes) -> "Message":
        """Decode a body that is large, has buffers, or is not as it should be."""
        decoding = self._decoding
        self._renew_unpacker()
        found = message.read_header(data)
        if found is None:
            raise FrameError(f"a frame of {len(data)} bytes ends within its header")
        header, start = found
        end, spans = message.take_table(header, start, len(data))
        if not message.HAS_PAYLOAD[header[0]]:
            if end != start:
                raise FrameError(f"a message of kind {header[0]} has {end - start} bytes after its header")
            return header, MISSING, None
        view = memoryview(data)
        again = Decoding(self._codec, self._resolve, [view[at : at + length] for at, length in spans])
        again.resolved = decoding.resolved
        return self._message(header, view[start:end], again)

    def _message(self, header: "list[Any]", payload: "Any", decoding: Decoding) -> "Message":
        try:
            return header, self._decode(payload, decoding), None
        except SynapseError as error:
            return header, MISSING, error

    def _decode(self, payload: "Any", decoding: Decoding) -> "Any":
        try:
            return self._codec.decode(payload, decoding.value_of)
        except SynapseError:
            raise
        except RecursionError:
            raise SerializationError(f"MessagePack data is nested deeper than {MAX_DEPTH} levels") from None
        except Exception as error:
            if not self._codec.accelerated:
                raise SerializationError(f"a value has no form in Python: {error}") from error
        pure = PureCodec()  # takes lists as keys, and tells what is wrong
        decoding.begin_anew(pure)
        return pure.decode(payload, decoding.value_of)
