"""Which form objects of a class are sent in. Types of packages are told by name, so that none is loaded to ask."""

import sys

from . import arrays, scalars, tables
from .obstacle import Obstacle
from .registry import on_change, registered

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable

    from .encoding import Encoding

    Conversion = Callable[[Encoding, Any], Any]

_HEAP_TYPE = 1 << 9  # Py_TPFLAGS_HEAPTYPE: not a static type of C
_IMMUTABLE_TYPE = 1 << 8  # Py_TPFLAGS_IMMUTABLETYPE: made by C all the same
_MOST_REMEMBERED = 1000  # classes; modules that make classes without end must not fill memory
_remembered: "dict[type, Conversion]" = {}
on_change.append(_remembered.clear)


def conversion_of(cls: type) -> "Conversion":
    """Give the function that turns an object of a class into a form that MessagePack has, its parts not considered.

    Args:
        cls: the class of an object that has no form as it stands.

    Returns:
        A function of the encode that is under way and the object; it raises Obstacle if there is no faithful form.
    """
    conversion = _remembered.get(cls)
    if conversion is None:
        if len(_remembered) >= _MOST_REMEMBERED:
            _remembered.clear()
        conversion = _remembered[cls] = _find(cls)
    return conversion


def handle_kind(obj: "Any") -> "str | None":
    """Say as what an object stays in Python: ``"class"``, ``"instance"``, ``"function"``, or None if it cannot."""
    if isinstance(obj, type):
        return "class"
    if _is_own_class(type(obj)):
        return "instance"
    return "function" if callable(obj) else "instance" if _Policy.holds_anything else None


def hold_anything() -> None:
    """Let every object that has no form of its own stay in Python, also one that a module of functions refuses to send."""
    _Policy.holds_anything = True
    _remembered.clear()


class Kept:
    """An iterator that stays here if its class has no form of its own: what a method of an object returns."""

    __slots__ = ("value",)

    def __init__(self, value: "Any") -> None:
        self.value = value


class _Policy:
    holds_anything = False


def _is_own_class(cls: type) -> bool:
    return bool(cls.__flags__ & _HEAP_TYPE) and not cls.__flags__ & _IMMUTABLE_TYPE


def _names(cls: type) -> "list[tuple[str, str]]":
    """Give package and name of a class and its bases: modules within packages move from version to version."""
    return [(str(base.__module__).partition(".")[0], base.__qualname__) for base in cls.__mro__]


def _find(cls: type) -> "Conversion":
    for base in cls.__mro__:
        if base in registered:
            return _by_registration(registered[base])
    names = _names(cls)
    for name in names:
        if name in _CONVERSIONS:
            return _CONVERSIONS[name]
    if hasattr(cls, "__dataclass_fields__"):
        return _dataclass
    if callable(getattr(cls, "model_dump", None)):
        return lambda encoding, obj: encoding.native(obj.model_dump())
    if hasattr(cls, "__attrs_attrs__"):
        return lambda encoding, obj: encoding.native({field.name: getattr(obj, field.name) for field in type(obj).__attrs_attrs__})
    if _Policy.holds_anything:
        return _refer
    for name in names:
        if name in _WAYS_OUT:
            return _Refusal(_WAYS_OUT[name])
    if hasattr(cls, "__next__"):
        return _Refusal(_LIST)
    return _refer


def _by_registration(encode: "Callable[[Any], Any]") -> "Conversion":
    def convert(encoding: "Encoding", obj: "Any") -> "Any":
        value = encode(obj)
        if value is obj:
            raise Obstacle(f"the function registered for {type(obj).__name__} gave the object itself: let it give the value to send", obj)
        return encoding.native(value)

    return convert


class _Refusal:
    """The conversion of what has no form, with its way out."""

    def __init__(self, way_out: str) -> None:
        self._way_out = way_out

    def __call__(self, _encoding: "Encoding", obj: "Any") -> "Any":
        raise Obstacle(f"{_told(obj)} cannot be sent: {self._way_out}", obj)


def _keep(encoding: "Encoding", kept: Kept) -> "Any":
    conversion = conversion_of(type(kept.value))
    form = encoding.reference(kept.value) if isinstance(conversion, _Refusal) else None
    return conversion(encoding, kept.value) if form is None else form


def _told(obj: "Any") -> str:
    name = type(obj).__qualname__
    return f"{'an' if name[:1].lower() in 'aeiou' else 'a'} {name}"


def _refer(encoding: "Encoding", obj: "Any") -> "Any":
    kind = handle_kind(obj)
    if kind is not None:
        form = encoding.reference(obj)
        if form is not None:
            return form
        if kind != "instance":
            raise Obstacle(f"{_told(obj)} cannot be sent: there is nobody here who could keep it; send values only", obj)
    raise Obstacle(
        f"{_told(obj)} cannot be sent: convert it first, or tell how by synapse_py.register_type({type(obj).__qualname__}, function)", obj
    )


def _dataclass(encoding: "Encoding", obj: "Any") -> "Any":
    fields = sys.modules["dataclasses"].fields(obj)
    return encoding.native({field.name: getattr(obj, field.name) for field in fields})


def _nothing(_encoding: "Encoding", _obj: "Any") -> None:
    return None


def _set(encoding: "Encoding", obj: "Any") -> "Any":
    return encoding.set(obj)


def _scalar(write: "Callable[[Any], tuple[int, bytes]]") -> "Conversion":
    return lambda encoding, obj: encoding.extension(*write(obj))


def _datetime(encoding: "Encoding", obj: "Any") -> "Any":
    """Convert a subclass of datetime, or a naive one: aware ones of the class itself have a form."""
    if obj.utcoffset() is None:
        return encoding.extension(*scalars.write_datetime(obj))
    plain = sys.modules["datetime"].datetime
    return plain(obj.year, obj.month, obj.day, obj.hour, obj.minute, obj.second, obj.microsecond, obj.tzinfo, fold=obj.fold)


def _memoryview(encoding: "Encoding", obj: memoryview) -> "Any":
    return encoding.lifted(obj.tobytes()) if obj.format in ("B", "c") and obj.ndim == 1 else arrays.write_view(encoding, obj)


_LIST = "turn it into a list, or let a generator function yield its items as a stream"
_CONVERSIONS: "dict[tuple[str, str], Conversion]" = {
    ("builtins", "int"): lambda encoding, obj: encoding.integer(obj),
    ("builtins", "float"): lambda _, obj: float.__float__(obj),
    ("builtins", "str"): lambda _, obj: str.__str__(obj),
    ("builtins", "bytes"): lambda encoding, obj: encoding.lifted(bytes(obj)),
    ("builtins", "bytearray"): lambda encoding, obj: encoding.lifted(bytes(obj)),
    ("builtins", "memoryview"): _memoryview,
    ("builtins", "list"): lambda _, obj: list(obj),
    ("builtins", "tuple"): lambda _, obj: list(obj),
    ("builtins", "dict"): lambda _, obj: dict(obj),
    ("builtins", "mappingproxy"): lambda _, obj: dict(obj),
    ("builtins", "range"): lambda _, obj: list(obj),
    ("builtins", "dict_keys"): lambda _, obj: list(obj),
    ("builtins", "dict_values"): lambda _, obj: list(obj),
    ("builtins", "dict_items"): lambda _, obj: list(obj),
    ("builtins", "set"): _set,
    ("builtins", "frozenset"): _set,
    ("builtins", "complex"): _scalar(scalars.write_complex),
    ("array", "array"): arrays.write_stdlib_array,
    ("collections", "deque"): lambda _, obj: list(obj),
    ("datetime", "datetime"): _datetime,
    ("datetime", "date"): _scalar(scalars.write_date),
    ("datetime", "time"): _scalar(scalars.write_time),
    ("datetime", "timedelta"): _scalar(scalars.write_duration),
    ("decimal", "Decimal"): _scalar(scalars.write_decimal),
    ("uuid", "UUID"): _scalar(scalars.write_uuid),
    ("enum", "Enum"): lambda encoding, obj: encoding.native(obj.value),
    ("pathlib", "PurePath"): lambda _, obj: str(obj),
    ("synapse_py", "Kept"): _keep,
    ("numpy", "MaskedArray"): _Refusal("fill what is masked, by .filled(value), or send .data and .mask apart"),
    ("numpy", "ndarray"): arrays.write_array,
    ("numpy", "generic"): arrays.write_numpy_scalar,
    ("pandas", "DataFrame"): tables.write_pandas,
    ("pandas", "Series"): tables.write_series,
    ("pandas", "Index"): tables.write_series,
    ("pandas", "Timestamp"): tables.write_timestamp,
    ("pandas", "Timedelta"): tables.write_timedelta,
    ("pandas", "NaTType"): _Refusal("no datetime has this value: send None, or the column as an array"),
    ("pandas", "NAType"): _nothing,
    ("polars", "DataFrame"): tables.write_polars,
    ("polars", "Series"): lambda _, obj: obj.to_list(),
    ("pyarrow", "Table"): tables.write_arrow,
    ("pyarrow", "RecordBatch"): tables.write_arrow,
}
_WAYS_OUT = {
    ("builtins", "BaseException"): "raise it, or send its text by str()",
    ("builtins", "generator"): _LIST,
    ("builtins", "async_generator"): _LIST,
    ("builtins", "coroutine"): "await it first",
    ("builtins", "module"): "send what it holds",
    ("_io", "_IOBase"): "read it and send its bytes or text, or send its path",
    ("collections", "Mapping"): "turn it into a dict",
    ("collections", "Sequence"): _LIST,
    ("collections", "Set"): "turn it into a set",
    ("collections", "MappingView"): _LIST,
    ("collections", "Awaitable"): "await it first",
    ("_asyncio", "Future"): "await it first",
    ("asyncio", "Future"): "await it first",
}
