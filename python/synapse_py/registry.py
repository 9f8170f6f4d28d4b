"""The types that a module has told how to send."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, TypeVar

    T = TypeVar("T")

_NATIVE = (bool, int, float, str, bytes, list, tuple, dict)

registered: "dict[type, Callable[[Any], Any]]" = {}
"""By class, what gives the value that is sent for an instance."""
on_change: "list[Callable[[], None]]" = []
"""Called after each registration: for what is remembered about classes."""


def register_type(cls: "type[T]", encode: "Callable[[T], Any]") -> None:
    """Tell how instances of a class are sent, those of its subclasses included; comes before every other rule.

    Args:
        cls: a class; None, bool, int, float, str, bytes, list, tuple and dict themselves cannot be told anew, subclasses of them can.
        encode: gives for an instance any value that can be sent; parts of it may be instances of registered types again.

    Raises:
        TypeError: ``cls`` is no class or one of those that cannot be told anew, or ``encode`` cannot be called.
    """
    if not isinstance(cls, type):
        raise TypeError(f"register_type takes a class first, not {cls!r}")
    if cls in _NATIVE or cls in (type(None), object):
        raise TypeError(f"{cls.__name__} cannot be registered: it has a form of its own; register a subclass of it")
    if not callable(encode):
        raise TypeError(f"register_type takes a function second, which gives the value to send for a {cls.__name__}")
    registered[cls] = encode
    for callback in on_change:
        callback()


def has_native_bases() -> bool:
    """Say whether an instance of a registered class would pass as a plain str, list and so on."""
    return any(issubclass(cls, _NATIVE) for cls in registered)
