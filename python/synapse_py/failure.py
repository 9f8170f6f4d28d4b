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
MAX_CODE = 500
"""Characters of a line of code."""
MAX_OUTLINE = 200
"""Characters of a message that is told because the whole is more than the host takes."""
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
    try:
        details = _describe(error, [MAX_RELATED], set())
    except Exception:  # an exception whose own attributes raise, or are not what they should be
        details = outline_error(error)
    details["traceback"] = format_traceback(error)
    return details


def outline_error(error: BaseException) -> "dict[str, Any]":
    """Tell the least of an exception, where more cannot be told or is too much; arguments and answer as for ``describe_error``."""
    text = _text(error)
    return {
        "type": type(error).__name__[:MAX_OUTLINE],
        "module": str(type(error).__module__)[:MAX_OUTLINE],
        "message": text if len(text) <= MAX_OUTLINE else text[:MAX_OUTLINE] + "...",
        "traceback": "",
        "frames": [],
        "notes": [],
        **dict.fromkeys(("cause", "context", "exceptions", "rung")),
        **_own_data(error),
        "available": None,
    }


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
    members = _members(error)

    def tell(other: "BaseException | None") -> "dict[str, Any] | None":
        return None if other is None or id(other) in seen or related[0] <= 0 else _describe(other, related, seen)

    return {
        "type": type(error).__qualname__,
        "module": str(type(error).__module__),
        "message": _text(error),
        "traceback": "",
        "frames": _frames(error),
        "cause": tell(cause),
        "context": tell(context),
        "notes": [_cut(str(note)) for note in list(getattr(error, "__notes__", ()))[:MAX_RELATED]],
        "exceptions": None if members is None else [told for told in map(tell, members) if told],
        **_own_data(error),
        "rung": None,
    }


def _own_data(error: BaseException) -> "dict[str, Any]":
    """Give what the errors of this package carry besides; the host makes its own classes of them."""
    names = ("code", "path", "available", "size", "limit")
    is_own = isinstance(error, SynapseError) and not isinstance(error, CallbackError)
    return {name: getattr(error, name, None) if is_own else None for name in names}


def _members(error: BaseException) -> "tuple[BaseException, ...] | None":
    """Give the exceptions of a group, of the built-in kind or of the package that brings it to older Pythons."""
    members = getattr(error, "exceptions", None)
    is_group = isinstance(members, tuple) and bool(members) and all(isinstance(member, BaseException) for member in members)
    return members if is_group else None


def _frames(error: BaseException) -> "list[list[Any]]":
    import linecache  # noqa: PLC0415 - loaded when the first function raises

    frames: list[list[Any]] = []
    traceback = without_own(error.__traceback__)
    while traceback is not None:
        code = traceback.tb_frame.f_code
        line = linecache.getline(code.co_filename, traceback.tb_lineno, traceback.tb_frame.f_globals).strip()
        frames.append([code.co_filename, traceback.tb_lineno, getattr(code, "co_qualname", code.co_name), line[:MAX_CODE] or None])
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
