"""Serving a module. Owns the way from a namespace to a running dispatcher and back, and the events, which any code may emit at any time."""

import os
import sys
from _thread import RLock

from . import stdio
from .call import get_call
from .cancel import prepare
from .describe import describe
from .dispatcher import Dispatcher
from .errors import FrameError
from .log import tag_prints
from .methods import Methods, find_handler
from .references import Handles

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .early_events import EarlyEvents
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
    details.update(_tell_events())
    if not any(details.values()):
        sys.stderr.write(
            "The entry has come to its end and has nothing to serve: it defines no public function, class or constant, "
            "and did not read frames from sys.stdin.buffer either.\n"
        )
        raise SystemExit(1)
    prepare()
    dispatcher = Dispatcher(*stdio.take_protocol(), Methods(namespace), _Conversation.handles)
    outbox = dispatcher.host.outbox
    tag_prints(sys.stdout, "stdout", outbox)
    tag_prints(sys.stderr, "stderr", outbox)
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(after_in_child=dispatcher.forsake)
    try:
        dispatcher.host.hello(details)
        _begin(dispatcher.host)
        dispatcher.run()
    except FrameError as error:
        sys.stderr.write(f"The conversation with the host was broken: {error}\n")
        raise SystemExit(1) from None
    except OSError:
        raise SystemExit(1) from None  # the host is gone
    finally:
        _Conversation.host = None
        _Conversation.is_over = True


def event(name: str) -> None:
    """Declare an event of the module, before it is served. The host is told its name, and may compare it with what it listens to.

    A module that declares none may emit any event. Declaring one again changes nothing.

    Args:
        name: what ``emit`` and ``onEvent`` call it.

    Raises:
        TypeError: the name is no text.
        ValueError: the name is empty.
        RuntimeError: the host has been told the module's events already.
    """
    if not isinstance(name, str):
        raise TypeError(f"the name of an event is a text, not {name!r}")
    if not name:
        raise ValueError("the name of an event must not be empty")
    if _Conversation.is_told and name not in _declared:
        raise RuntimeError(f"the host has been told the module's events already: declare {name!r} while the module loads")
    _declared[name] = None


def emit(event: str, data: "Any" = None) -> None:
    """Send an event to the host, where ``onEvent`` listens. Outside of a worker, as in a test without a host, nothing happens.

    What a module emits while it loads is sent when it is ready: the last 1,000 events, together at most 1 MiB.

    Args:
        event: its name; if the module declares events, one of those.
        data: any value that a function may return, sent as it is now; see docs/types.md.

    Raises:
        ValueError: the module declares events, and not this one.
        SerializationError: the data has no faithful form (ERR_SYNAPSE_SERIALIZATION).
    """
    if _declared and event not in _declared:
        raise ValueError(f"the module declares the events {', '.join(_declared)}, and not {event!r}: declare it by synapse_py.event()")
    host = _Conversation.host
    if host is not None:
        host.event(get_call().id, event, data)
    elif stdio.is_moved() and not _Conversation.is_over:
        _keep(event, data)


def _keep(name: str, data: "Any") -> None:
    """Keep an event until there is a host; an entry that reads frames itself never gets one."""
    if stdio.protocol_owner() == "entry":
        _Conversation.early = None
        return
    from .early_events import EarlyEvents  # noqa: PLC0415 - most modules emit nothing while they load

    with _Conversation.lock:
        early = _Conversation.early = _Conversation.early or EarlyEvents(_Conversation.handles)
    event = early.encode(name, data)  # code of the module's own may run for that, so without the lock
    with _Conversation.lock:
        host = _Conversation.host
        if host is None:
            early.keep(event)
        else:
            host.outbox.send(event[0])


def _tell_events() -> "dict[str, list[str]]":
    """Give what the hello says of events: nothing if none is declared, so that the host expects none in particular."""
    _Conversation.is_told = True
    return {"events": list(_declared)} if _declared else {}


def _begin(host: "Host") -> None:
    """Send what was emitted so far, and from now on every event at once."""
    with _Conversation.lock:
        if _Conversation.early is not None:
            host.outbox.send(*_Conversation.early.take())
        _Conversation.host = host


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


_declared: "dict[str, None]" = {}
"""The names of the events that the module declares, in order."""


class _Conversation:
    """The conversation of this process with its host, if there is one."""

    host: "Host | None" = None  # while it serves
    is_told = False  # the hello, and with it the events, is made
    is_over = False
    early: "EarlyEvents | None" = None  # until there is a host
    handles = Handles()
    lock = RLock()  # of what becomes of early events; a finalizer may emit too
