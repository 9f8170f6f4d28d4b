"""An exception as the data of an error message. Owns what the host is told of it: bounded texts, frames without this package's own."""

import os

from .errors import CallbackError, SynapseError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import TracebackType
    from typing import Any

MAX_TEXT = 64 * 1024
"""Characters of a message or traceback."""
MAX_FRAMES = 100
"""Frames of one exception; of a deeper recursion the last ones are told."""
MAX_RELATED = 20
"""Exceptions told with one: causes, contexts and the members of groups."""

_OWN_FOLDER = os.path.dirname(__file__) + os.sep


def describe_error(error: BaseException) -> "dict[str, Any]":
    """Tell of an exception.

    Args:
        error: what a function raised.

    Returns:
        The error map of the protocol (docs/protocol.md).
    """
    related = [MAX_RELATED]
    details = _describe(error, related, set())
    details["traceback"] = format_traceback(error)
    return details


def format_traceback(error: BaseException) -> str:
    """Give what Python would print, without the frames of this package."""
    import traceback  # noqa: PLC0415 - loaded when the first function raises

    own = error.__traceback__
    try:
        error.__traceback__ = without_own(own)
        text = "".join(traceback.format_exception(type(error), error, error.__traceback__))
    except Exception:  # an exception whose own methods raise
        text = f"{type(error).__qualname__}: {_text(error)}\n"
    finally:
        error.__traceback__ = own
    return _cut(text)


def without_own(traceback: "TracebackType | None") -> "TracebackType | None":
    """Leave out the frames of this package with which a traceback begins."""
    while traceback is not None and traceback.tb_frame.f_code.co_filename.startswith(_OWN_FOLDER):
        traceback = traceback.tb_next
    return traceback


def _describe(error: BaseException, related: "list[int]", seen: "set[int]") -> "dict[str, Any]":
    seen.add(id(error))
    related[0] -= 1
    cause = error.__cause__
    context = None if cause is not None or error.__suppress_context__ else error.__context__
    members = getattr(error, "exceptions", None)

    def tell(other: "BaseException | None") -> "dict[str, Any] | None":
        return None if other is None or id(other) in seen or related[0] <= 0 else _describe(other, related, seen)

    return {
        "type": type(error).__qualname__,
        "module": type(error).__module__,
        "message": _text(error),
        "traceback": "",
        "frames": _frames(error),
        "cause": tell(cause),
        "context": tell(context),
        "notes": [_cut(str(note)) for note in getattr(error, "__notes__", ())][:MAX_RELATED],
        "exceptions": [told for told in map(tell, members) if told] if isinstance(members, tuple) else None,
        **_own_data(error),
        "rung": None,
    }


def _own_data(error: BaseException) -> "dict[str, Any]":
    """Give what the errors of this package carry besides; the host makes its own classes of them."""
    names = ("code", "path", "available", "size", "limit")
    is_own = isinstance(error, SynapseError) and not isinstance(error, CallbackError)
    return {name: getattr(error, name, None) if is_own else None for name in names}


def _frames(error: BaseException) -> "list[list[Any]]":
    import linecache  # noqa: PLC0415 - loaded when the first function raises

    frames: list[list[Any]] = []
    traceback = without_own(error.__traceback__)
    while traceback is not None:
        code = traceback.tb_frame.f_code
        line = linecache.getline(code.co_filename, traceback.tb_lineno, traceback.tb_frame.f_globals).strip()
        frames.append([code.co_filename, traceback.tb_lineno, getattr(code, "co_qualname", code.co_name), line or None])
        traceback = traceback.tb_next
    return frames[-MAX_FRAMES:]


def _text(error: BaseException) -> str:
    try:
        return _cut(str(error))
    except Exception:  # its __str__ raises
        return ""


def _cut(text: str) -> str:
    if len(text) <= MAX_TEXT:
        return text
    return f"{text[: MAX_TEXT // 2]}\n... {len(text) - MAX_TEXT} characters ...\n{text[-MAX_TEXT // 2 :]}"
