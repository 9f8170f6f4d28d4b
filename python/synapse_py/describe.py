"""What a module serves, as its hello tells it. Owns how a function tells its parameters without ``inspect``, which takes long to load."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

_CO_VARARGS, _CO_VARKEYWORDS = 0x04, 0x08
_CO_GENERATOR, _CO_COROUTINE, _CO_ASYNC_GENERATOR = 0x20, 0x80, 0x200
_MAX_WRAPPERS = 100
_FUNCTIONS = frozenset(
    ("function", "builtin_function_or_method", "method", "partial", "_lru_cache_wrapper", "cython_function_or_method", "ufunc")
)
_MODULES_OF_HINTS = frozenset(("typing", "typing_extensions", "__future__"))
_HINTS = frozenset((("types", "GenericAlias"), ("types", "UnionType")))


def describe(namespace: "dict[str, Any]", handler: "Any") -> "dict[str, Any]":
    """Tell what a module serves.

    Args:
        namespace: the module's globals.
        handler: the function that answers ``call(payload)``, or None.

    Returns:
        ``methods`` (by name ``response``, ``concurrent``, ``parameters`` as [name, kind, required, annotation] and ``returns``),
        ``classes`` and ``constants`` (names), and whether there is a ``handler``.
    """
    methods: dict[str, Any] = {}
    classes: list[str] = []
    constants: list[str] = []
    for name, value in _served(namespace):
        if isinstance(value, type):
            classes.append(name)
        elif is_function(value):
            methods[name] = describe_method(value)
        else:
            constants.append(name)
    return {"methods": methods, "classes": classes, "constants": constants, "handler": handler is not None}


def served_names(namespace: "dict[str, Any]") -> "list[str]":
    """Give the names of what ``describe`` tells, in the module's order."""
    return [name for name, _ in _served(namespace)]


def describe_method(function: "Any") -> "dict[str, Any]":
    """Tell how a function is called and how it answers.

    Args:
        function: anything callable; of one that does not say what it takes, no parameters are told.
    """
    mark = getattr(function, "__synapse__", None)
    plain = _unwrapped(function)
    flags = _flags(function) or _flags(plain)
    parameters, returns = _signature(plain)
    streams = flags & (_CO_GENERATOR | _CO_ASYNC_GENERATOR)
    return {
        "response": getattr(mark, "response", None) or ("stream" if streams else "result"),
        "concurrent": bool(flags & (_CO_COROUTINE | _CO_ASYNC_GENERATOR)) or bool(getattr(mark, "threads", None)),
        "parameters": parameters,
        "returns": returns,
    }


def is_function(value: "Any") -> bool:
    """Say whether a value is a function in the wider sense: not a class, and not an object that can also be called."""
    return type(value).__name__ in _FUNCTIONS and callable(value)


def _served(namespace: "dict[str, Any]") -> "Iterator[tuple[str, Any]]":
    """Give names and values that are public and the module's own."""
    listed = namespace.get("__all__")
    names = list(namespace) if listed is None else [name for name in listed if name in namespace]
    seen = set()
    for name in names:
        value = namespace[name]
        mark = getattr(value, "__synapse__", None) if is_function(value) else None
        public = mark is not None or listed is not None or not name.startswith("_")
        if public and not _is_module(value) and (mark is not None or listed is not None or _is_own(value, namespace)):
            told = getattr(mark, "name", None) or name
            if told not in seen:
                seen.add(told)
                yield told, value
    if listed is not None:
        yield from _exposed_besides(namespace, set(names) | seen)


def _exposed_besides(namespace: "dict[str, Any]", seen: "set[str]") -> "Iterator[tuple[str, Any]]":
    """Give the functions that are marked though ``__all__`` does not list them."""
    for name, value in list(namespace.items()):
        mark = getattr(value, "__synapse__", None) if is_function(value) else None
        if mark is not None and (told := mark.name or name) not in seen and name not in seen:
            yield told, value


def _is_module(value: "Any") -> bool:
    return isinstance(value, type(__builtins__)) if not isinstance(__builtins__, dict) else type(value).__name__ == "module"


def _is_own(value: "Any", namespace: "dict[str, Any]") -> bool:
    """Say whether a value was made in the module; of constants only hints for types are taken for imported."""
    kind = type(value)
    if kind.__name__ == "partial":
        return True
    if isinstance(value, type) or is_function(value):
        return getattr(value, "__module__", None) == namespace.get("__name__")
    return kind.__module__ not in _MODULES_OF_HINTS and (kind.__module__, kind.__name__) not in _HINTS


def _unwrapped(function: "Any") -> "Any":
    """Follow decorators that keep what they wrap, and methods, to the function that was written."""
    for _ in range(_MAX_WRAPPERS):
        inner = getattr(function, "__wrapped__", None)
        if inner is None:
            break
        function = inner
    return function


def _flags(function: "Any") -> int:
    code = getattr(getattr(function, "__func__", function), "__code__", None)
    flags = getattr(code, "co_flags", 0)
    return flags if isinstance(flags, int) else 0


def _signature(function: "Any") -> "tuple[list[list[Any]], str | None]":
    """Give the parameters of a function and the text of what it returns; nothing for a callable that does not tell."""
    bound = getattr(function, "__self__", None) is not None and hasattr(function, "__func__")
    function = getattr(function, "__func__", function)
    try:
        code = function.__code__
        hints = getattr(function, "__annotations__", None) or {}
        parameters = _parameters(code, function.__defaults__ or (), function.__kwdefaults__ or {}, hints)
    except Exception:  # hints that are evaluated now may fail; odd callables may lack anything
        return [], None
    return parameters[1:] if bound else parameters, _text(hints["return"]) if "return" in hints else None


def _parameters(code: "Any", defaults: "tuple[Any, ...]", keyword_defaults: "dict[str, Any]", hints: "dict[str, Any]") -> "list[list[Any]]":
    names = code.co_varnames
    positional, keywords = code.co_argcount, code.co_kwonlyargcount
    told = []
    for at, name in enumerate(names[:positional]):
        kind = "positional_only" if at < code.co_posonlyargcount else "positional_or_keyword"
        told.append([name, kind, at < positional - len(defaults)])
    rest = positional + keywords
    if code.co_flags & _CO_VARARGS:
        told.append([names[rest], "var_positional", False])
        rest += 1
    for name in names[positional : positional + keywords]:
        told.append([name, "keyword_only", name not in keyword_defaults])
    if code.co_flags & _CO_VARKEYWORDS:
        told.append([names[rest], "var_keyword", False])
    return [[*parameter, _text(hints[parameter[0]]) if parameter[0] in hints else None] for parameter in told]


def _text(hint: "Any") -> "str | None":
    """Write a hint as it stands in the source, as far as that can be told."""
    if isinstance(hint, str):
        return hint
    if hint is None:
        return "None"
    if isinstance(hint, type) and not hasattr(hint, "__origin__"):
        return hint.__qualname__ if hint.__module__ in ("builtins", "__main__") else f"{hint.__module__}.{hint.__qualname__}"
    try:
        return repr(hint)
    except Exception:
        return None
