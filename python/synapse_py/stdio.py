"""The standard streams of a worker: moves the protocol away from descriptors 0 and 1, so that only logs go there.

Afterwards ``sys.stdin.buffer`` and ``sys.stdout.buffer`` are the protocol; everything else that writes to standard output
(``print``, C code, child processes) is log output. Once functions are served, the two are the null device and the log as well.
"""

import io
import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, BinaryIO, Callable

LOG_FD = 3
FRAMES_FD = 5
"""Where a host takes frames too, from programs in other languages."""
BUFFER_SIZE_VARIABLE = "SYNAPSE_SOCKET_BUFFER_SIZE"
RAW_READS = ("readinto", "read", "readall", "fileno")
BUFFER_BYTES = 64 * 1024  # as much as a pipe gives at once: many frames in one read


class _LogText(io.TextIOWrapper):
    """Standard output or input as text; its ``buffer`` is the protocol instead of what lies below the text."""

    buffer: "Any" = None

    def detach(self) -> "BinaryIO":
        """Give the protocol stream, as detaching plain standard streams does."""
        stream: BinaryIO = self.buffer
        return stream


class _LogInput(_LogText):
    """Standard input: nothing as text."""


class _LogOutput(_LogText):
    """Standard output: the log as text."""


class _Protocol:
    """Where the protocol is: its raw streams, and who has it."""

    input: "io.FileIO | None" = None
    output: "io.FileIO | None" = None
    owner = "nobody"  # then "entry", which reads frames itself, or "functions", which are served


def is_moved() -> bool:
    """Tell whether the protocol is on private descriptors."""
    return _Protocol.input is not None


def protocol_owner() -> str:
    """Tell who has the protocol: ``nobody``, the ``entry``, which reads frames itself, or ``functions``, which are served."""
    return _Protocol.owner


def take_protocol() -> "tuple[int, int]":
    """Take the protocol for serving functions.

    Returns:
        The descriptors to read from and to write to.

    Raises:
        RuntimeError: somebody has it already.
    """
    if _Protocol.owner != "nobody" or _Protocol.input is None or _Protocol.output is None:
        raise RuntimeError("the protocol is taken: an entry either reads sys.stdin.buffer itself or calls serve(), once")
    _Protocol.owner = "functions"
    for name in RAW_READS:
        _Protocol.input.__dict__.pop(name, None)
    _LogInput.buffer.detach()  # else it would close the descriptor that it reads
    _LogOutput.buffer.detach()
    _LogInput.buffer = io.BufferedReader(io.FileIO(0, "rb", closefd=False))
    _LogOutput.buffer = _log_buffer(1)
    return _Protocol.input.fileno(), _Protocol.output.fileno()


def move_protocol(on_first_read: "Callable[[BinaryIO], None]", log_fd: "int | None" = None) -> None:
    """Put the protocol on private descriptors and replace the standard streams.

    Args:
        on_first_read: called once, with the output stream of the protocol, just before the entry first reads the input.
        log_fd: where output goes; by default the log pipe of the host, or standard error if there is none.

    Raises:
        OSError: standard input or output is closed.
    """
    if log_fd is None:
        log_fd = LOG_FD if _is_open(LOG_FD) else 2
    protocol_in = _Protocol.input = io.FileIO(os.dup(0), "rb")
    raw_out = _Protocol.output = io.FileIO(os.dup(1), "wb")
    protocol_out = io.BufferedWriter(raw_out, BUFFER_BYTES)
    buffer_size = os.environ.pop(BUFFER_SIZE_VARIABLE, None)  # not for the children of this process
    if buffer_size is not None:
        from .socket_buffer import enlarge  # noqa: PLC0415 - sockets take long to load

        enlarge(raw_out.fileno(), buffer_size)
    _point_descriptors_at_logs(log_fd)
    _LogInput.buffer = io.BufferedReader(protocol_in, BUFFER_BYTES)
    _LogOutput.buffer = protocol_out

    def begin() -> None:
        _Protocol.owner = "entry"
        on_first_read(protocol_out)

    _on_first_read(protocol_in, begin)
    sys.stdin = sys.__stdin__ = _LogInput(io.FileIO(0, "rb", closefd=False), encoding="utf-8")  # type: ignore[misc]
    sys.stdout = sys.__stdout__ = _LogOutput(  # type: ignore[misc]
        _log_buffer(1),
        encoding="utf-8",
        errors="backslashreplace",
        line_buffering=True,
    )
    if isinstance(sys.stderr, io.TextIOWrapper):
        sys.stderr.reconfigure(encoding="utf-8", errors="backslashreplace")


def take_streams() -> None:
    """Put the protocol of a program that a host started without the bootstrap on private descriptors; children get none of the host's."""
    if _is_open(FRAMES_FD):
        os.set_inheritable(FRAMES_FD, False)
    move_protocol(lambda _: None)


def _log_buffer(fd: int) -> io.BufferedWriter:
    return io.BufferedWriter(io.FileIO(fd, "wb", closefd=False))


def _is_open(fd: int) -> bool:
    try:
        os.fstat(fd)
    except OSError:
        return False
    return True


def _point_descriptors_at_logs(log_fd: int) -> None:
    """Descriptor 0 becomes the null device, 1 the log pipe, or standard error where there is no such pipe."""
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.close(null)
    os.dup2(log_fd, 1)
    if log_fd == LOG_FD:
        os.close(log_fd)


def _on_first_read(raw: io.FileIO, callback: "Callable[[], None]") -> None:
    """Call back before the first read of a raw stream.

    Every way to read a buffered stream comes down to one of these four methods of its raw stream. Each is shadowed on the instance
    until the first use removes all shadows, so that later reads cost what they cost without this.
    """

    def first(name: str) -> "Callable[..., Any]":
        def method(*args: "Any") -> "Any":
            for shadow in RAW_READS:
                raw.__dict__.pop(shadow, None)
            callback()
            return getattr(raw, name)(*args)

        return method

    for name in RAW_READS:
        setattr(raw, name, first(name))
