"""What stops a value from being encoded, and where in the value it is. Runs only after a failure: success pays nothing for paths."""

from .errors import SerializationError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any, Callable

MAX_DEPTH = 256
"""Containers within containers, both ways; the TypeScript side has the same limit."""
MAX_KEY_LETTERS = 40  # of a key that is no text, within a path
_PLAIN = frozenset({type(None), bool, int, float, str, bytes, bytearray})


class Obstacle(Exception):
    """A part of a value has no faithful form.

    Attributes:
        reason: what is wrong, and the way out.
        value: the part.
    """

    def __init__(self, reason: str, value: "Any") -> None:
        super().__init__(reason)
        self.reason = reason
        self.value = value


def located(value: "Any", root: str, cause: Exception, convert: "Callable[[Any], Any]") -> SerializationError:
    """Tell where in a value the part is that could not be encoded.

    Args:
        value: what was to be encoded.
        root: the path of ``value`` itself, such as ``result``.
        cause: what the encoder raised.
        convert: gives the form in which a part would be encoded, or raises; it must have no effects.

    Returns:
        The error to raise; ``path`` is ``root`` when no part can be blamed.
    """
    found = _Search(convert, cause).find(value, root)
    reason, path = found or (_reason(cause), root)
    return SerializationError(reason, path)


def cause_of(error: Exception) -> "Exception | None":
    """Give what tells more than the error that ``located`` made of it, if it does."""
    return None if isinstance(error, (Obstacle, RecursionError)) else error


def _reason(cause: Exception) -> str:
    if isinstance(cause, Obstacle):
        return cause.reason
    if isinstance(cause, RecursionError):
        return f"nested deeper than {MAX_DEPTH} levels, or contains itself"
    return f"it cannot be encoded ({type(cause).__name__}: {cause})"


class _Whole:
    """A set whose items are all well: what may still be wrong is that it is a set."""

    def __init__(self, value: "Any") -> None:
        self.value = value


class _Search:
    """Walks through a value in the order of encoding, with a stack of its own: the value may be nested without end."""

    def __init__(self, convert: "Callable[[Any], Any]", cause: Exception) -> None:
        self._convert = convert
        self._culprit = cause.value if isinstance(cause, Obstacle) else self
        self._cause = cause

    def find(self, value: "Any", root: str) -> "tuple[str, str] | None":
        """Give the reason and the path of the first part that cannot be encoded."""
        open_containers: list[tuple[int, Iterator[tuple[Any, str]]]] = [(0, iter([(value, root)]))]
        while open_containers:
            item = next(open_containers[-1][1], None)
            if item is None:
                open_containers.pop()
                continue
            part, path = item
            if type(part) in _PLAIN and part is not self._culprit and not isinstance(part, int):
                continue
            reason, parts = self._look_at(part, path)
            if reason is None and parts is not None:
                reason = _nesting(part, open_containers)
                open_containers.append((id(part), parts))
            if reason is not None:
                return reason, path
        return None

    def _look_at(self, part: "Any", path: str) -> "tuple[str | None, Iterator[tuple[Any, str]] | None]":
        """Say what is wrong with a part, or what parts it has."""
        if part is self._culprit:
            return _reason(self._cause), None
        if not isinstance(part, (dict, list, tuple, set, frozenset)):
            part = part.value if isinstance(part, _Whole) else part
            try:
                part = self._convert(part)
            except Exception as error:
                return _reason(error), None
        return None, parts_of(part, path)


def _nesting(part: "Any", open_containers: "list[tuple[int, Iterator[tuple[Any, str]]]]") -> "str | None":
    if any(id(part) == other for other, _ in open_containers):
        return "it contains itself"
    return f"nested deeper than {MAX_DEPTH} levels" if len(open_containers) > MAX_DEPTH else None


def parts_of(container: "Any", path: str) -> "Iterator[tuple[Any, str]] | None":
    """Give the parts of a container with their paths, or None if the value is no container."""
    if isinstance(container, dict):
        return _parts_of_map(container, path)
    if isinstance(container, (list, tuple)):
        return ((item, f"{path}[{index}]") for index, item in enumerate(container))
    return _parts_of_set(container, path) if isinstance(container, (set, frozenset)) else None


def _parts_of_set(container: "set[Any] | frozenset[Any]", path: str) -> "Iterator[tuple[Any, str]]":
    for index, item in enumerate(container):
        yield item, f"{path}[{index}]"
    yield _Whole(container), path


def _parts_of_map(container: "dict[Any, Any]", path: str) -> "Iterator[tuple[Any, str]]":
    for key, item in container.items():
        inner = path + path_of_key(key)
        if not isinstance(key, str):
            yield key, inner
        yield item, inner


def path_of_key(key: "Any") -> str:
    """Write a key as a step of a path: ``.name``, ``["a b"]``, ``[(1, 2)]``."""
    if isinstance(key, str):
        if key.isidentifier():
            return f".{key}"
        quoted = key.replace("\\", "\\\\").replace('"', '\\"')
        return f'["{quoted}"]'
    try:
        text = repr(key)
    except Exception:
        text = type(key).__name__
    return f"[{text if len(text) <= MAX_KEY_LETTERS else text[: MAX_KEY_LETTERS - 3] + '...'}]"
