"""The messages of the protocol as values, before they become frames. Only the hello belongs to the bare protocol."""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

PROTOCOL_VERSION = 1
HELLO = 0


def hello(mode: str) -> list[Any]:
    """Make the first message of a worker, with which it says that it is ready.

    Args:
        mode: ``"loop"`` for an entry that reads frames itself (the bare protocol).

    Returns:
        ``[0, protocol version, {mode, python, pid}]``.
    """
    version = ".".join(str(part) for part in sys.version_info[:3])
    return [HELLO, PROTOCOL_VERSION, {"mode": mode, "python": version, "pid": os.getpid()}]
