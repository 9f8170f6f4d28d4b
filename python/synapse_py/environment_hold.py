"""Holds the environment that a worker runs in, so that nobody makes it anew meanwhile. Owns the worker's side of the use file.

The use file is empty and lies in the root of each environment that Synapse makes. A holder locks the one byte whose offset is its own
process number: the kernel frees it when the process ends, however it ends, and nothing is written. ``provisioning/holders.py`` reads it.
"""

import os
import sys

USE_NAME = ".synapse.use"
STAMP_NAME = ".synapse.json"  # its absence says that the environment is not complete
REBUILDING_STATUS = 75  # "try again later"; os.EX_TEMPFAIL is POSIX only


def hold(prefix: str) -> "int | None":
    """Hold an environment until this process ends.

    The builder takes the stamp away and then looks for holders; this locks and then looks for the stamp. So one of the two sees the other.

    Args:
        prefix: root of the environment, ``sys.prefix``.

    Returns:
        The descriptor that holds it: closing it, or any other descriptor of the use file, ends the hold. None where there is nothing
        to hold: the environment is not of Synapse's making, or its disk cannot lock.

    Raises:
        SystemExit: the environment is being made anew (status 75; standard error says so).
    """
    try:
        fd = os.open(os.path.join(prefix, USE_NAME), os.O_RDONLY)
    except OSError:
        return None
    if not _lock(fd):
        os.close(fd)
        return None
    if not os.path.exists(os.path.join(prefix, STAMP_NAME)):
        sys.stderr.write(f"The environment {prefix} is being made anew at this moment: start this worker again when that is done.\n")
        raise SystemExit(REBUILDING_STATUS)
    return fd


def _lock(fd: int) -> bool:
    """Mark the file as used by this process."""
    try:
        import fcntl  # noqa: PLC0415 - POSIX only
    except ImportError:
        return True  # on Windows a file that is open can be neither moved nor deleted: that is the mark
    try:
        fcntl.lockf(fd, fcntl.LOCK_SH | fcntl.LOCK_NB, 1, os.getpid())
    except OSError:
        return False
    return True
