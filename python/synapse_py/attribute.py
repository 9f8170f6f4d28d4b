"""Attributes of the module's objects as methods. Owns how one is looked up when its turn has come, and what can be told of it before."""

from functools import partial
from types import FunctionType, MethodType

from .errors import UnsupportedCallError
from .methods import Method, article, public_attribute

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_WRAPPERS = (staticmethod, classmethod, MethodType)


def attribute_method(owner: "Any", path: str, name: str) -> Method:
    """Give the method that an attribute is, or the object itself if the path is empty.

    It is looked up when it is called: what an object does to give an attribute may be code of the module, which runs in its turn.
    """
    own = _own_function(owner, path)
    if own is not None:
        return Method(name, own, flags=own.__code__.co_flags)
    value = owner
    for part in path.split(".") if path else ():
        value = _static_attribute(value, part)
    if not path and type(value) not in (FunctionType, *_WRAPPERS) and not isinstance(value, type):
        value = _static_attribute(type(value), "__call__")
    plain = value.__func__ if type(value) in _WRAPPERS else value
    return Method(name, partial(_call_attribute, owner, path, name), flags=plain.__code__.co_flags if type(plain) is FunctionType else 0)


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
