"""The memory that the system keeps for bytes on their way to the host. Owns how a larger one is asked for; is loaded only for that."""

import os
import socket
import stat
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Callable

SET_PIPE_SIZE = 1031  # fcntl(2): F_SETPIPE_SZ of Linux; the module fcntl names it since Python 3.10
LEAST_BYTES = 4096
MAX_BYTES = 2**30  # what an int of C holds, twice: Linux doubles it


def enlarge(fd: int, wanted: str) -> None:
    """Ask for a send buffer of so many bytes. What the system does not grant is halved until it does; never an error.

    Args:
        fd: descriptor of a socket or, on Linux, a pipe; of anything else nothing is asked.
        wanted: a whole number of bytes; any other text asks for nothing.
    """
    try:
        size = min(int(wanted), MAX_BYTES)
        kind = os.fstat(fd).st_mode
        if stat.S_ISSOCK(kind):
            _ask(size, lambda size: _enlarge_socket(fd, size))
        elif stat.S_ISFIFO(kind) and sys.platform == "linux":
            _ask(size, lambda size: _enlarge_pipe(fd, size))
    except (OSError, ValueError):
        return  # it goes as well without


def _ask(size: int, grant: "Callable[[int], None]") -> None:
    while size >= LEAST_BYTES:
        try:
            grant(size)
            return
        except OSError:  # more than this user may have: fs.pipe-max-size of Linux, kern.ipc.maxsockbuf of macOS
            size //= 2


def _enlarge_socket(fd: int, size: int) -> None:
    with socket.socket(fileno=os.dup(fd)) as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, size)


def _enlarge_pipe(fd: int, size: int) -> None:
    import fcntl  # noqa: PLC0415 - not on Windows

    fcntl.fcntl(fd, SET_PIPE_SIZE, size)
