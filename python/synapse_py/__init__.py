"""The Python side of Synapse: what a worker process runs, and what a module's author may import.

Works on the standard library alone. A file of plain functions needs none of it; what follows is for more than that:

``handler``, ``expose``  say how functions are served.
``event``                declares an event, so that the host can compare what it expects.
``emit``                 sends an event to the host.
``current_call``         tells of the call that the code works for.
``register_type``        says how instances of a class leave Python.
``serve``                serves from a program that is started without the bootstrap.

Importing does nothing, but for one case: a program that a host started without the bootstrap (it sets ``SYNAPSE_HOST``) gets its
standard streams moved, so that what it prints from then on is log output, and ends when the host does.
"""

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .call import current_call
    from .methods import expose, handler
    from .serving import emit, event, serve
    from .values import register_type

__version__ = "0.1.0"
__all__ = ["current_call", "emit", "event", "expose", "handler", "register_type", "serve"]

_PLACES = {
    "current_call": "call",
    "emit": "serving",
    "event": "serving",
    "expose": "methods",
    "handler": "methods",
    "register_type": "values",
    "serve": "serving",
}


def __getattr__(name: str) -> "Any":
    """Load a public name when it is first used: a hand-written loop needs none, and starts faster without."""
    place = _PLACES.get(name)
    if place is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module = __import__(f"{__name__}.{place}", fromlist=[name])
    value = globals()[name] = getattr(module, name)
    return value


if os.environ.pop("SYNAPSE_HOST", None) is not None:  # not for the children of this process
    from .orphan_guard import guard
    from .stdio import take_streams

    guard()
    take_streams()
