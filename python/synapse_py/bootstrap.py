"""What a worker process starts with: ``python bootstrap.py DIRECTORY ENTRY [ARGUMENT ...]``.

Brings the standard streams, the orphan guard and the entry together; each is its own file.
"""

from __future__ import annotations

import os
import sys
from typing import BinaryIO


def _announce(output: BinaryIO) -> None:
    from synapse_py.codec import encode  # noqa: PLC0415 - the path is set by main()
    from synapse_py.frame import write_frame  # noqa: PLC0415
    from synapse_py.message import hello  # noqa: PLC0415

    write_frame(output, encode(hello("loop")))


def main() -> None:
    """Set the worker up and run the entry."""
    directory, path, *arguments = sys.argv[1:]
    own_folder = os.path.dirname(os.path.realpath(__file__))
    if os.path.realpath(sys.path[0]) == own_folder:
        del sys.path[0]  # its names must not shadow the module's own
    sys.path.append(os.path.dirname(own_folder))
    from synapse_py.entry import run_entry  # noqa: PLC0415
    from synapse_py.orphan_guard import guard  # noqa: PLC0415
    from synapse_py.stdio import move_protocol  # noqa: PLC0415

    guard()
    move_protocol(_announce)
    sys.argv = [path, *arguments]
    run_entry(directory, path)


if __name__ == "__main__":
    main()
