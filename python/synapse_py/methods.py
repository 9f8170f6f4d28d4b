"""What a module serves, by name. Owns the marks of ``expose`` and ``handler``, and how names are looked up."""

import builtins

from .errors import UnknownMethodError, UnsupportedCallError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType
    from typing import Any, Callable, TypeVar

    Function = TypeVar("Function", bound=Callable[..., Any])

RESPONSES = ("result", "stream", "ack", "none")
CO_GENERATOR, CO_COROUTINE, CO_ASYNC_GENERATOR = 0x20, 0x80, 0x200  # of code objects; inspect has them too, and takes long to load
_NOTHING = object()
NOT_SERVED = frozenset(
    [
        "eval",
        "exec",
        "compile",
        "open",
        "input",
        "breakpoint",
        "exit",
        "quit",
        "help",
        "copyright",
        "credits",
        "license",
        "globals",
        "locals",
        "vars",
    ]
)
"""Builtins that run code, end the process, wait for a keyboard or see only this package's own frames."""


class Exposure:
    """How ``expose`` wants a function to be served."""

    __slots__ = ("name", "response", "threads")

    def __init__(self, name: "str | None", response: "str | None", threads: "int | None") -> None:
        self.name = name
        self.response = response
        self.threads = threads


def expose(
    function: "Function | None" = None, *, name: "str | None" = None, response: "str | None" = None, threads: "int | None" = None
) -> "Any":
    """Say how a function is served. Without it, a public function is served under its own name.

    Args:
        function: the function, where it is used as a plain decorator (``@expose``).
        name: what the host calls it. Default: its own name.
        response: ``"result"``: its return value is the answer. ``"stream"``: it returns an iterable, whose items are sent one by one
            (generators are streams by themselves). ``"ack"``: the call is answered at once, and the function goes on.
            ``"none"``: the call is not answered.
        threads: number of threads that run it, at least 1, so that as many calls go on at once. Default: the main thread, where
            functions run one after another.

    Returns:
        The function itself, or a decorator.

    Raises:
        ValueError: an argument is none of these.
    """
    if response is not None and response not in RESPONSES:
        raise ValueError(f"response must be one of {', '.join(RESPONSES)}, not {response!r}")
    if threads is not None and not (isinstance(threads, int) and threads >= 1):
        raise ValueError(f"threads must be a whole number of at least 1, not {threads!r}")

    def mark(function: "Function") -> "Function":
        if threads is not None and _flags(function) & (CO_COROUTINE | CO_ASYNC_GENERATOR):
            raise ValueError(f"{function.__name__} is asynchronous and runs on the event loop: leave out threads")
        function.__synapse__ = Exposure(name, response, threads)  # type: ignore[attr-defined]
        return function

    return mark if function is None else mark(function)


def handler(function: "Function") -> "Function":
    """Mark the function that answers ``call(payload)``. Without it, that is the one named ``handle``.

    Args:
        function: takes the payload, returns the answer.

    Returns:
        The function itself.
    """
    function.__synapse_handler__ = True  # type: ignore[attr-defined]
    return function


class Method:
    """A function and how it is run.

    Attributes:
        where: ``"main"``, ``"loop"`` or ``"threads"``.
        slow: whether it may take so long that what was answered before must not wait for it.
    """

    __slots__ = ("function", "name", "response", "slow", "threads", "where")

    def __init__(self, name: str, function: "Callable[..., Any]", exposure: "Exposure | None" = None, flags: "int | None" = None) -> None:
        flags = _flags(function) if flags is None else flags
        streams = flags & (CO_GENERATOR | CO_ASYNC_GENERATOR)
        self.name = name
        self.function = function
        self.response = (exposure and exposure.response) or ("stream" if streams else "result")
        self.threads = (exposure and exposure.threads) or 0
        self.where = "loop" if flags & (CO_COROUTINE | CO_ASYNC_GENERATOR) else "threads" if self.threads else "main"
        self.slow = True
        if streams and self.response != "stream":
            raise UnsupportedCallError(f"{name} is a generator, so its response is a stream: expose it without response={self.response!r}")


class Methods:
    """The methods of one module."""

    def __init__(self, namespace: "dict[str, Any]") -> None:
        self._namespace = namespace
        self._found: dict[str, Method] = {}
        self._exposed = {mark.name: value for value in list(namespace.values()) if (mark := _exposure(value)) and mark.name}

    def find(self, name: str, streams: bool = False) -> Method:
        """Give the method of a name; an empty name is the handler. Of objects, ``streams`` says what a generator gives: items, or itself.

        Raises:
            UnknownMethodError: nothing public is called that (ERR_SYNAPSE_UNKNOWN_METHOD).
            UnsupportedCallError: it is no function (ERR_SYNAPSE_UNSUPPORTED_CALL).
        """
        method = self._found.get(name)
        if method is None:
            first, _, rest = name.partition(".")
            if rest:
                from .attribute import attribute_method  # noqa: PLC0415 - it builds on this file

                return attribute_method(self._global(first, name), rest, name, streams)
            function = self.value(name) if name else find_handler(self._namespace)
            if function is None and not name:
                raise self._no_handler()
            if not callable(function):
                raise UnsupportedCallError(f"{name} is {article(type(function).__name__)}, not a function: read it with `await py.{name}`.")
            method = self._found[name] = Method(name, function, _exposure(function))
        return method

    def value(self, name: str) -> "Any":
        """Give what a public name stands for; dots lead to attributes.

        Raises:
            UnknownMethodError: there is no such name (ERR_SYNAPSE_UNKNOWN_METHOD).
        """
        first, _, rest = name.partition(".")
        value = self._global(first, name)
        return attribute_at(value, rest, name) if rest else value

    def _global(self, first: str, name: str) -> "Any":
        if first in self._exposed:
            return self._exposed[first]
        listed = self._namespace.get("__all__")
        if not first.startswith("_") and first in self._namespace and (listed is None or first in listed):
            value = self._namespace[first]
            if not isinstance(value, type(builtins)):  # what a module imports is its own business
                return value
        if not first.startswith("_") and first not in NOT_SERVED and hasattr(builtins, first):
            return getattr(builtins, first)
        raise self._unknown(name)

    def _unknown(self, name: str) -> UnknownMethodError:
        import difflib  # noqa: PLC0415 - only for the message

        from .describe import served_names  # noqa: PLC0415 - only for the message

        available = served_names(self._namespace)
        near = difflib.get_close_matches(name, available, 1)
        hint = f" Did you mean {near[0]}?" if near else ""
        served = ", ".join(available) or "nothing"
        reason = "names with an underscore in front are private" if name.startswith("_") else f"it serves {served}"
        return UnknownMethodError(f"The module serves nothing called {name}: {reason}.{hint}", name, available)

    def _no_handler(self) -> UnknownMethodError:
        return UnknownMethodError(
            "call() needs a handler: mark a function with @synapse_py.handler, or name it handle; or call functions by name, with send().",
            "handle",
            [],
        )


def find_handler(namespace: "dict[str, Any]") -> "Callable[..., Any] | None":
    """Give the module's handler: the function that is marked, else the one named ``handle``."""
    for value in list(namespace.values()):
        if callable(value) and _mark(value, "__synapse_handler__") is True:
            marked: Callable[..., Any] = value
            return marked
    named = namespace.get("handle")
    return named if callable(named) else None


def attribute_at(value: "Any", path: str, name: "str | None" = None) -> "Any":
    """Give what a path of attributes leads to. Raises as ``public_attribute`` does.

    Args:
        value: where it begins.
        path: names with dots between.
        name: what errors call it; by default the path.
    """
    for part in path.split("."):
        value = public_attribute(value, part, name or path)
    return value


def public_attribute(value: "Any", name: str, path: str) -> "Any":
    """Give an attribute of an object.

    Raises:
        UnknownMethodError: it is private, or not there (ERR_SYNAPSE_UNKNOWN_METHOD).
    """
    found = _NOTHING if name.startswith("_") else getattr(value, name, _NOTHING)
    if found is _NOTHING and isinstance(value, type(builtins)) and not name.startswith("_"):
        found = _submodule(value, name)
    if found is _NOTHING:
        raise UnknownMethodError(f"{path}: {article(type(value).__name__)} has no public attribute {name}.", path, [])
    return found


def _submodule(package: "ModuleType", name: str) -> "Any":
    """Give a module within a package that nobody has imported yet."""
    from importlib import import_module  # noqa: PLC0415 - seldom needed
    from importlib.util import find_spec  # noqa: PLC0415 - seldom needed

    full = f"{package.__name__}.{name}"
    return import_module(full) if hasattr(package, "__path__") and find_spec(full) else _NOTHING


def article(noun: str) -> str:
    """Put the article in front of a noun."""
    return f"an {noun}" if noun[:1].lower() in "aeiou" else f"a {noun}"


def _exposure(value: "Any") -> "Exposure | None":
    mark = _mark(value, "__synapse__") if callable(value) else None
    return mark if isinstance(mark, Exposure) else None


def _mark(value: "Any", name: str) -> "Any":
    try:
        return getattr(value, name, None)
    except Exception:  # an object that stands for another one which is not there
        return None


def _flags(function: "Any") -> int:
    code = _mark(_mark(function, "__func__") or function, "__code__")
    if code is None and not isinstance(function, type):
        code = getattr(getattr(type(function), "__call__", None), "__code__", None)  # noqa: B004 - its code is wanted
    flags = getattr(code, "co_flags", 0)
    return flags if isinstance(flags, int) else 0
