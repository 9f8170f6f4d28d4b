"""The errors of this package; each carries the same stable code as its TypeScript twin.

SynapseError
  FrameError                 ERR_SYNAPSE_FRAME
    FrameTooLargeError       ERR_SYNAPSE_FRAME_TOO_LARGE
  SerializationError         ERR_SYNAPSE_SERIALIZATION
"""


class SynapseError(Exception):
    """Base of every error that this package raises on its own account."""

    code = "ERR_SYNAPSE"


class FrameError(SynapseError):
    """The bytes on the stream are not a frame: the position in the stream is lost."""

    code = "ERR_SYNAPSE_FRAME"


class FrameTooLargeError(FrameError):
    """A frame's body has more bytes than the limit allows.

    Attributes:
        size: bytes that the body has.
        limit: bytes that it may have.
    """

    code = "ERR_SYNAPSE_FRAME_TOO_LARGE"

    def __init__(self, size: int, limit: int) -> None:
        super().__init__(f"a frame of {size} bytes is larger than the limit of {limit}: raise maxFrameBytes or send less")
        self.size = size
        self.limit = limit


class SerializationError(SynapseError):
    """A value has no faithful MessagePack form, or bytes are not MessagePack.

    Attributes:
        path: where in the value it is, such as ``value.items[3].x``; empty when bytes were decoded.
    """

    code = "ERR_SYNAPSE_SERIALIZATION"

    def __init__(self, message: str, path: str = "") -> None:
        super().__init__(f"{path}: {message}" if path else message)
        self.path = path
