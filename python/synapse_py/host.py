"""The other end of the conversation, as the worker sees it. Owns how answers, events and log lines become frames."""

from itertools import count

from . import message
from .cancel import Shield
from .errors import FrameTooLargeError
from .failure import describe_error, outline_error
from .frame import DEFAULT_MAX_FRAME_BYTES, HEADER_BYTES, encode_frame

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .outbox import Outbox
    from .values import Values

MAX_LOG_TEXT = 64 * 1024
"""Characters of one log message; a longer text goes in several."""
LEAST_LOG_TEXT = 16
CHUNK_OVERHEAD = 256
"""Bytes that a chunk costs of its stream's credit besides its body, for the memory that small values take."""


class Host:
    """Sends messages to the host. May be used from any thread.

    Attributes:
        eager: whether answers are to leave before the next function begins, and the end of calls that are not answered with one is told:
            the host wants to know which functions run, also when the worker dies.
    """

    def __init__(self, outbox: "Outbox", values: "Values") -> None:
        self.outbox = outbox
        self.make_id = count(1, 2).__next__  # the ids of the worker are odd
        self.eager = False
        self._values = values
        self._limit = DEFAULT_MAX_FRAME_BYTES

    def learn(self, details: "dict[str, Any]") -> None:
        """Take what the host told of itself in its hello."""
        limit = details.get("maxFrameBytes")
        self._values.arrow = bool(details.get("arrow"))
        self.eager = bool(details.get("eager"))
        if isinstance(limit, int) and limit > 0:
            self._limit = limit

    def hello(self, details: "dict[str, Any]") -> None:
        """Say that the worker is ready, and what it serves."""
        self.outbox.send(encode_frame(message.encode_hello("rpc", details)))

    def result(self, id: int, value: "Any") -> None:
        """Answer a call; the frame leaves with the next flush."""
        payload, buffers = self._values.encode(value, "result")
        size = len(payload) + message.MAX_HEAD_BYTES
        if buffers or size > message.MAX_COPIED_BYTES or size > self._limit:
            self._post_encoded(message.RESULT, (id,), payload, buffers)
        else:
            self.outbox.post(message.small_frame(message.RESULT, id, payload))

    def chunk(self, id: int, value: "Any") -> int:
        """Send one item of a stream, with the next flush; give what it costs of the stream's credit."""
        return self._post(message.CHUNK, value, "result", id) + CHUNK_OVERHEAD

    def error(self, id: int, error: BaseException) -> None:
        """Answer a call, or end a stream, with an exception."""
        try:
            self._post(message.ERROR, describe_error(error), "error", id)
        except FrameTooLargeError:
            self._post(message.ERROR, outline_error(error), "error", id)

    def cancelled(self, id: int, rung: str) -> None:
        """Answer a call that was given up with how it was stopped: ``queue``, ``cooperative`` or ``injected``."""
        details = {"type": "CallCancelled", "message": "the call was given up", "code": "ERR_SYNAPSE_CANCELLED", "rung": rung}
        self._post(message.ERROR, details, "error", id)

    def ack(self, id: int) -> None:
        """Tell that the work on a call begins, or that functions behind it need not wait for it."""
        self._send(message.ACK, None, "acknowledgement", id)

    def event(self, call_id: int, name: str, data: "Any") -> None:
        """Send an event.

        Raises:
            SerializationError: the data has no faithful form (ERR_SYNAPSE_SERIALIZATION).
            FrameTooLargeError: it is larger than the host takes (ERR_SYNAPSE_FRAME_TOO_LARGE).
        """
        self._send(message.EVENT, data, "data", call_id, name)

    def log(self, call_id: int, level: str, logger: "str | None", text: str) -> None:
        """Send log output, in pieces that the host takes."""
        most = max(LEAST_LOG_TEXT, min(MAX_LOG_TEXT, self._limit // 8))
        for at in range(0, len(text), most):
            self._send(message.LOG, text[at : at + most], "text", call_id, level, logger)

    def call(self, id: int, function: int, args: "tuple[Any, ...]", kwargs: "dict[str, Any]") -> None:
        """Call a function of the host."""
        payload = [args, kwargs] if kwargs else [args]
        self._send(message.CALL, payload, "arguments", id, "", {"on": function})

    def tell(self, kind: int, id: int, *rest: "Any") -> None:
        """Send a message without a payload."""
        with Shield():
            self.outbox.send(message.frame(kind, id, *rest))

    def end(self, id: int) -> None:
        """Tell the end of a stream, or of a function whose answer does not, with the next flush."""
        self.outbox.post(message.frame(message.END, id))

    def _send(self, kind: int, value: "Any", root: str, *fields: "Any") -> None:
        with Shield():
            self._post(kind, value, root, *fields)
            self.outbox.flush()

    def _post(self, kind: int, value: "Any", root: str, *fields: "Any") -> int:
        """Let a message leave with the next flush, or at once if it is large; give the bytes of its body."""
        payload, buffers = self._values.encode(value, root)
        return self._post_encoded(kind, fields, payload, buffers)

    def _post_encoded(self, kind: int, fields: "tuple[Any, ...]", payload: bytes, buffers: "list[Any]") -> int:
        parts = message.frame_parts(kind, fields, payload, buffers)
        size = sum(map(len, parts)) - HEADER_BYTES if len(parts) > 1 else len(parts[0]) - HEADER_BYTES
        if size > self._limit:
            raise FrameTooLargeError(size, self._limit)
        if len(parts) == 1:
            self.outbox.post(parts[0])
        else:
            self.outbox.send(*parts)  # at once: buffers are the memory of values that may change
        return size
