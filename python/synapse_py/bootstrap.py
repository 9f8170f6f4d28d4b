"""What a worker process starts with: brings the standard streams, the orphan guard and the entry together; each is its own file.

The host runs it by ``python -c``, since Python keeps the compiled form of an imported module but not of a script:
``import sys; sys.dont_write_bytecode = False; sys.path.insert(0, sys.argv[1]); from synapse_py.bootstrap import main; main()``
with the arguments ``PYTHON_DIRECTORY DIRECTORY ENTRY [ARGUMENT ...]``, and refuses a Python that is too old before. This package's
own compiled form is kept in any case: compiling it at each start would cost half of Python's own start-up.
"""

import sys

from .entry import run_entry
from .environment_hold import hold
from .message import encode_hello
from .orphan_guard import guard
from .stdio import move_protocol, protocol_owner

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import BinaryIO


def main() -> None:
    """Set the worker up and run the entry."""
    own_folder, directory, path, *arguments = sys.argv[1:]
    sys.dont_write_bytecode = bool(sys.flags.dont_write_bytecode)
    del sys.path[: 2 if sys.path[1] == "" else 1]  # this package's folder, and the empty entry that -c brings
    sys.path.append(own_folder)  # importable, after everything that is the module's own
    sys.argv = [path, *arguments]
    guard()
    move_protocol(_announce)
    hold(sys.prefix)  # not before: it would take the number of a log pipe that is not there
    run_entry(directory, path)
    if protocol_owner() == "nobody":
        from .serving import serve  # noqa: PLC0415 - a loop needs none of it

        serve()


def _announce(output: "BinaryIO") -> None:
    body = encode_hello("loop")
    output.write(len(body).to_bytes(4, "little") + body)
    output.flush()
