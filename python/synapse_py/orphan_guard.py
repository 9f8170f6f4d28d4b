"""Ends this process and its children when the host is gone. Owns the lifeline: a stream that the host only ever closes."""

import os
from stat import S_ISFIFO, S_ISSOCK

LIFELINE_FD = 4
SIGKILL = 9  # the number is fixed by POSIX; importing signal costs milliseconds


def guard(fd: int = LIFELINE_FD) -> bool:
    """Watch the lifeline until this process ends.

    On Linux the kernel itself sends SIGKILL to the process group, so code that holds the interpreter lock cannot delay it;
    elsewhere a thread waits for the stream's end.

    Args:
        fd: descriptor of the lifeline; it is not passed on to children.

    Returns:
        False if there is no such descriptor, or it is no stream: whoever started this process watches over it in another way.
    """
    try:
        kind = os.fstat(fd).st_mode
        if not (S_ISFIFO(kind) or S_ISSOCK(kind)):  # a file of the program's own
            return False
        os.set_inheritable(fd, False)
    except OSError:
        return False
    try:
        _guard_by_kernel(fd)
    except (ImportError, AttributeError, OSError):
        _guard_by_thread(fd)
    return True


def _guard_by_kernel(fd: int) -> None:
    """Let the kernel send SIGKILL when the other end closes (fcntl(2): F_SETOWN, F_SETSIG, O_ASYNC)."""
    import fcntl  # noqa: PLC0415 - POSIX only

    leads_group = os.getpgrp() == os.getpid()
    fcntl.fcntl(fd, fcntl.F_SETSIG, SIGKILL)
    fcntl.fcntl(fd, fcntl.F_SETOWN, -os.getpid() if leads_group else os.getpid())
    fcntl.fcntl(fd, fcntl.F_SETFL, fcntl.fcntl(fd, fcntl.F_GETFL) | os.O_ASYNC | os.O_NONBLOCK)
    try:
        os.read(fd, 1)
    except BlockingIOError:
        return
    _end()  # the host was gone before the kernel was asked


def _guard_by_thread(fd: int) -> None:
    import _thread  # noqa: PLC0415 - not needed where the kernel guards

    def wait() -> None:
        while os.read(fd, 1):
            pass
        _end()

    os.set_blocking(fd, True)
    _thread.start_new_thread(wait, ())


def _end() -> None:
    if hasattr(os, "killpg") and os.getpgrp() == os.getpid():
        os.killpg(os.getpid(), SIGKILL)
    os._exit(1)
