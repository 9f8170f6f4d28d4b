"""Serving the functions of a module. Owns the way from a namespace to a running dispatcher, and back at the end of the conversation."""

import os
import sys

from . import stdio
from .call import get_call
from .cancel import prepare
from .describe import describe
from .dispatcher import Dispatcher
from .errors import FrameError
from .log import tag_prints
from .methods import Methods, find_handler

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .host import Host


def serve() -> None:
    """Serve the public functions, classes and constants of the program until the host closes the conversation.

    A module under the host's bootstrap need not call it: reaching its end does the same.

    Raises:
        RuntimeError: the program has read frames itself, or serves already.
        SystemExit: nobody is there to serve (status 2; standard error says so), or what came is not the protocol (status 1).
    """
    if not stdio.is_moved():
        _move_protocol()
    namespace = sys.modules["__main__"].__dict__
    details = describe(namespace, find_handler(namespace))
    if not any(details.values()):
        sys.stderr.write(
            "The entry has come to its end and has nothing to serve: it defines no public function, class or constant, "
            "and did not read frames from sys.stdin.buffer either.\n"
        )
        raise SystemExit(1)
    prepare()
    dispatcher = Dispatcher(*stdio.take_protocol(), Methods(namespace))
    outbox = dispatcher.host.outbox
    tag_prints(sys.stdout, "stdout", outbox)
    tag_prints(sys.stderr, "stderr", outbox)
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(after_in_child=dispatcher.forsake)
    try:
        dispatcher.host.hello(details)
        _Serving.host = dispatcher.host
        dispatcher.run()
    except FrameError as error:
        sys.stderr.write(f"The conversation with the host was broken: {error}\n")
        raise SystemExit(1) from None
    except OSError:
        raise SystemExit(1) from None  # the host is gone
    finally:
        _Serving.host = None


def emit(event: str, data: "Any" = None) -> None:
    """Send an event to the host, where ``onEvent`` listens. Outside of a worker, as in a test without a host, nothing happens.

    Args:
        event: its name.
        data: any value that a function may return; see docs/types.md.

    Raises:
        SerializationError: the data has no faithful form (ERR_SYNAPSE_SERIALIZATION).
    """
    host = _Serving.host
    if host is not None:
        host.event(get_call().id, event, data)


def _move_protocol() -> None:
    """Take the standard streams of a program that nobody has told to expect a host."""
    for descriptor, name in ((0, "input"), (1, "output")):
        if _is_open(descriptor) and not os.isatty(descriptor):
            continue
        sys.stderr.write(
            "serve() waits for a program that starts this one with pipes as its standard streams; "
            f"its standard {name} is {'a terminal' if _is_open(descriptor) else 'closed'}.\n"
        )
        raise SystemExit(2)
    stdio.move_protocol(lambda _: None, 2)  # descriptor 3 may be a file of the program's own


def _is_open(descriptor: int) -> bool:
    try:
        os.fstat(descriptor)
    except OSError:
        return False
    return True


class _Serving:
    """The conversation of this process, if it serves."""

    host: "Host | None" = None
