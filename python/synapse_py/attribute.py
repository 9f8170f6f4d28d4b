"""Methods and items of the module's objects. Owns how one is looked up when its turn has come, and what can be told of it before."""

from functools import partial
from itertools import chain
from types import FunctionType, MethodType

from .errors import UnsupportedCallError
from .methods import CO_ASYNC_GENERATOR, CO_GENERATOR, Exposure, Method, article, public_attribute

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable
    from typing import Any

_WRAPPERS = (staticmethod, classmethod, MethodType)


class ObjectMethod(Method):
    """A method of an object: an iterator that it returns stays here, for the host to iterate."""

    __slots__ = ()


def attribute_method(owner: "Any", path: str, name: str, streams: bool = False) -> Method:
    """Give the method that an attribute is, or the object itself if the path is empty.

    Args:
        owner: the object.
        path: names with dots between.
        name: what errors call it.
        streams: whether the host wants the items of a generator; else it gets the generator itself.

    It is looked up when it is called: what an object does to give an attribute may be code of the module, which runs in its turn.
    """
    own = _own_function(owner, path)
    if own is not None:
        return ObjectMethod(name, own, flags=_wanted(own.__code__.co_flags, streams))
    value = owner
    for part in path.split(".") if path else ():
        value = _static_attribute(value, part)
    if not path and type(value) not in (FunctionType, *_WRAPPERS) and not isinstance(value, type):
        value = _static_attribute(type(value), "__call__")
    plain = value.__func__ if type(value) in _WRAPPERS else value
    flags = plain.__code__.co_flags if type(plain) is FunctionType else 0
    return ObjectMethod(name, partial(_call_attribute, owner, path, name), flags=_wanted(flags, streams))


def iteration(owner: "Any") -> Method:
    """Give the method that an object's iteration is: a stream of its items.

    Raises:
        UnsupportedCallError: it is not iterable (ERR_SYNAPSE_UNSUPPORTED_CALL).
    """
    kind = type(owner)
    stream = Exposure(None, "stream", None)
    if getattr(kind, "__iter__", None) is not None or hasattr(kind, "__getitem__"):
        return Method(kind.__name__, partial(_items, owner), stream, 0)
    if getattr(kind, "__aiter__", None) is not None:
        return Method(kind.__name__, partial(_async_items, owner), stream, CO_ASYNC_GENERATOR)
    raise UnsupportedCallError(f"{article(kind.__name__)} is not iterable, here as in Python: call a method of it that gives its items.")


def _items(owner: "Any") -> "Iterable[Any]":
    """Give what iterates an object. A stream closes what it leaves: a generator, but not a file or cursor, which may be gone on with."""
    if hasattr(type(owner), "__next__") and not hasattr(owner, "throw"):
        return chain(owner)
    iterable: Iterable[Any] = owner if hasattr(type(owner), "__iter__") else iter(owner)
    return iterable


def _async_items(owner: "Any") -> "AsyncIterator[Any]":
    """Do the same for an asynchronous one."""
    items: AsyncIterator[Any] = type(owner).__aiter__(owner)
    return items if items is not owner or hasattr(items, "athrow") else _each(items)


async def _each(items: "AsyncIterator[Any]") -> "AsyncIterator[Any]":
    async for item in items:
        yield item


def _wanted(flags: int, streams: bool) -> int:
    return flags if streams else flags & ~(CO_GENERATOR | CO_ASYNC_GENERATOR)


def _own_function(owner: "Any", name: str) -> "FunctionType | None":
    """Give a plain function that an object, such as a module, has for itself: nothing of the module runs when it is looked up."""
    if not name or name[0] == "_":
        return None
    try:
        found = object.__getattribute__(owner, "__dict__").get(name)
    except AttributeError:
        return None
    if type(found) is not FunctionType or any(name in cls.__dict__ for cls in type(owner).__mro__):
        return None
    return found


def _call_attribute(owner: "Any", path: str, called: str, /, *args: "Any", **kwargs: "Any") -> "Any":
    function = owner
    for part in path.split(".") if path else ():
        function = public_attribute(function, part, called)
    if not callable(function):
        raise UnsupportedCallError(f"{called} is {article(type(function).__name__)}, not a function: read it without the parentheses.")
    return function(*args, **kwargs)


def _static_attribute(owner: "Any", name: str) -> "Any":
    """Give an attribute as far as that can be told without running code of the module; else None."""
    if issubclass(type(owner), type):
        spaces = [cls.__dict__ for cls in owner.__mro__]
    else:
        try:
            own = object.__getattribute__(owner, "__dict__")
        except AttributeError:
            own = {}
        spaces = [own, *(cls.__dict__ for cls in type(owner).__mro__)]
    return next((space[name] for space in spaces if name in space), None)
