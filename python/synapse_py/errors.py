"""The errors of this package; each carries the same stable code as its TypeScript twin.

SynapseError
  FrameError                 ERR_SYNAPSE_FRAME
    FrameTooLargeError       ERR_SYNAPSE_FRAME_TOO_LARGE
  SerializationError         ERR_SYNAPSE_SERIALIZATION
  UnknownMethodError         ERR_SYNAPSE_UNKNOWN_METHOD
  UnsupportedCallError       ERR_SYNAPSE_UNSUPPORTED_CALL
  StaleHandleError           ERR_SYNAPSE_STALE_HANDLE
  CallbackError              ERR_SYNAPSE_CALLBACK
  DisconnectedError          ERR_SYNAPSE_DISCONNECTED
CallCancelled                ERR_SYNAPSE_CANCELLED, a BaseException: ``except Exception`` lets it pass
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


class UnknownMethodError(SynapseError):
    """The module serves nothing of this name.

    Attributes:
        method: the name.
        available: the names of its methods.
    """

    code = "ERR_SYNAPSE_UNKNOWN_METHOD"

    def __init__(self, message: str, method: str, available: "list[str]") -> None:
        super().__init__(message)
        self.method = method
        self.available = available


class UnsupportedCallError(SynapseError):
    """A function was called in a way that does not fit its response kind."""

    code = "ERR_SYNAPSE_UNSUPPORTED_CALL"


class StaleHandleError(SynapseError):
    """A handle stands for an object that has been released."""

    code = "ERR_SYNAPSE_STALE_HANDLE"


class CallbackError(SynapseError):
    """A function of the host threw.

    Attributes:
        type: the name of what it threw, such as ``TypeError``.
        stack: where, as the host tells it.
    """

    code = "ERR_SYNAPSE_CALLBACK"

    def __init__(self, message: str, type: str = "Error", stack: str = "") -> None:
        super().__init__(f"{type}: {message}")
        self.type = type
        self.stack = stack


class DisconnectedError(SynapseError):
    """The host is gone, or closed the conversation, while something was expected of it."""

    code = "ERR_SYNAPSE_DISCONNECTED"


class CallCancelled(BaseException):
    """The caller has given up the call that this code works for. Let it pass: it ends the function, and its ``finally`` blocks run."""

    code = "ERR_SYNAPSE_CANCELLED"
