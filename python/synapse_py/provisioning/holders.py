"""Tells which processes hold an environment. Owns the builder's side of the use file; ``environment_hold.py`` is the worker's.

A base interpreter runs it as a script: ``python -I -S holders.py USE_FILE [wait]`` prints the numbers of the holders as one line of
JSON; with ``wait`` it prints them again whenever they change, and ends when there are none.
"""

import fcntl
import os
import struct
import sys
import time

POLL_SECONDS = 0.05  # the kernel tells nobody that a lock was freed
START_FIRST = ("darwin", "freebsd", "netbsd", "openbsd", "dragonfly")


def form_of(platform: str) -> "tuple[str, tuple[int, int, int]]":
    """Describe a system's ``struct flock``: its members, for ``struct``, and the places of kind, start and length among them.

    Native alignment gives 32-bit systems theirs. The last member is padding, or FreeBSD's ``l_sysid``.
    """
    return ("qqihhi", (3, 0, 1)) if platform.startswith(START_FIRST) else ("hhqqii", (0, 2, 3))


def holders_in(fd: int) -> "list[int]":
    """Find the offsets of a file that are locked, which are the process numbers of those who hold it.

    The process number that the system itself gives is of no use: it is 0 for a process of another container.

    Args:
        fd: descriptor of the use file, open for reading: nothing is locked here.

    Returns:
        The numbers in order. Empty where the disk cannot lock, since nobody can hold anything there.
    """
    found = set()
    ranges: list[tuple[int, int]] = [(0, 0)]
    while ranges:
        start, end = ranges.pop()
        try:
            lock = _lock_in(fd, start, end)
        except OSError:
            return []
        if lock is None:
            continue
        at, after = lock
        found.add(at)
        if start < at:
            ranges.append((start, at))  # the system tells of any one lock, not of the first
        if after and (after < end or not end):
            ranges.append((after, end))
    return sorted(found)


def _lock_in(fd: int, start: int, end: int) -> "tuple[int, int] | None":
    """Give the start and the end of one lock of another process inside a range; an end of 0 is none."""
    form, places = form_of(sys.platform)
    question = [0] * len(form)  # 0 is SEEK_SET, too
    for place, value in zip(places, (fcntl.F_WRLCK, start, end - start if end else 0)):
        question[place] = value
    answer = struct.unpack(form, fcntl.fcntl(fd, fcntl.F_GETLK, struct.pack(form, *question)))
    kind, at, length = (answer[place] for place in places)
    return None if kind == fcntl.F_UNLCK else (at, at + length if length else 0)


def main(path: str, wait: bool) -> None:
    """Print who holds the environment."""
    try:
        fd = os.open(path, os.O_RDONLY)
    except FileNotFoundError:
        print([])
        return
    told = None
    while told != []:
        holders = holders_in(fd)
        if holders != told:
            print(holders, flush=True)  # Python prints a list of integers as JSON does
        told = holders
        if not wait:
            return
        if told:
            time.sleep(POLL_SECONDS)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:] == ["wait"])
