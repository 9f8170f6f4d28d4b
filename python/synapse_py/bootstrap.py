"""What a worker process starts with: ``python bootstrap.py DIRECTORY ENTRY [ARGUMENT ...]``.

Brings the standard streams, the orphan guard and the entry together; each is its own file.
"""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import BinaryIO


def main() -> None:
    """Set the worker up and run the entry."""
    directory, path, *arguments = sys.argv[1:]
    own_folder = os.path.dirname(os.path.realpath(__file__))
    if os.path.realpath(sys.path[0]) == own_folder:
        del sys.path[0]  # its names must not shadow the module's own
    sys.path.append(os.path.dirname(own_folder))
    # This package's compiled form is kept in any case: compiling it at each start costs half of Python's own start-up.
    writes_bytecode, sys.dont_write_bytecode = sys.dont_write_bytecode, False
    from synapse_py.codec import encode  # noqa: PLC0415 - the path had to be set first
    from synapse_py.entry import run_entry  # noqa: PLC0415
    from synapse_py.frame import write_frame  # noqa: PLC0415
    from synapse_py.message import hello  # noqa: PLC0415
    from synapse_py.orphan_guard import guard  # noqa: PLC0415
    from synapse_py.stdio import move_protocol  # noqa: PLC0415

    sys.dont_write_bytecode = writes_bytecode

    def announce(output: BinaryIO) -> None:
        write_frame(output, encode(hello("loop")))

    guard()
    move_protocol(announce)
    sys.argv = [path, *arguments]
    run_entry(directory, path)


if __name__ == "__main__":
    main()
