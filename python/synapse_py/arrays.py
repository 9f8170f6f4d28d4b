"""Arrays of numbers: NumPy's, memoryviews and array.array as one extension and back. NumPy is loaded only when an array arrives."""

import sys

from .errors import SerializationError
from .extension import ARRAY
from .obstacle import Obstacle

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable

    from .encoding import Encoding

_ITEM_BYTES = {
    "bool": 1, "int8": 1, "int16": 2, "int32": 4, "int64": 8,
    "uint8": 1, "uint16": 2, "uint32": 4, "uint64": 8,
    "float16": 2, "float32": 4, "float64": 8, "complex64": 8, "complex128": 16,
}  # fmt: skip
_UNITS = frozenset(("Y", "M", "W", "D", "h", "m", "s", "ms", "us", "ns", "ps", "fs", "as"))
_FORMATS = {
    "bool": "?", "int8": "b", "int16": "h", "int32": "i", "int64": "q",
    "uint8": "B", "uint16": "H", "uint32": "I", "uint64": "Q",
    "float16": "H", "float32": "f", "float64": "d", "complex64": "f", "complex128": "d",
}  # fmt: skip
_KINDS = {"?": "bool", "e": "float", "f": "float", "d": "float"}


def item_bytes(dtype: str) -> "int | None":
    """Give the bytes of one element of a dtype, or None if the protocol has no such dtype."""
    size = _ITEM_BYTES.get(dtype)
    if size is not None or not dtype.startswith(("datetime64[", "timedelta64[")) or not dtype.endswith("]"):
        return size
    unit = dtype[dtype.index("[") + 1 : -1].lstrip("0123456789")
    return 8 if unit in _UNITS else None


def write_array(encoding: "Encoding", array: "Any") -> "Any":
    """Give the form of a NumPy array: its elements little-endian and in C order, copied only if they are not so already.

    Raises:
        Obstacle: its dtype has no form.
    """
    dtype = array.dtype.name
    if item_bytes(dtype) is None:
        raise Obstacle(f"a NumPy array of dtype {array.dtype} cannot be sent: convert it by .tolist() or .astype(dtype)", array)
    if array.dtype.byteorder == (">" if sys.byteorder == "little" else "=") and array.dtype.itemsize > 1:
        array = array.astype(array.dtype.newbyteorder("<"))
    array = sys.modules["numpy"].asarray(array)  # a matrix stays two-dimensional whatever its shape is set to
    shape = list(array.shape)
    flat = sys.modules["numpy"].ascontiguousarray(array).reshape(-1)
    return _form(encoding, dtype, shape, memoryview(flat.view("u1")))


def write_view(encoding: "Encoding", view: memoryview) -> "Any":
    """Give the form of a memoryview of numbers.

    Raises:
        Obstacle: its format is no number of the machine's own.
    """
    dtype = _dtype_of(view.format, view.itemsize)
    if dtype is None:
        raise Obstacle(f"a memoryview of format {view.format!r} cannot be sent: cast it, or send .tobytes() or .tolist()", view)
    shape = list(view.shape or ())
    flat = view if view.c_contiguous and 0 not in shape else memoryview(view.tobytes())
    return _form(encoding, dtype, shape, _little_endian(flat.cast("B"), view.itemsize))


def write_stdlib_array(encoding: "Encoding", array: "Any") -> "Any":
    """Give the form of an array.array.

    Raises:
        Obstacle: its elements are letters.
    """
    if array.typecode in "uw":
        raise Obstacle("an array of letters cannot be sent: send .tounicode()", array)
    return write_view(encoding, memoryview(array))


def write_numpy_scalar(encoding: "Encoding", scalar: "Any") -> "Any":
    """Give the form of a NumPy scalar: that of the Python scalar of the same value.

    Raises:
        Obstacle: there is none of exactly the same value.
    """
    if scalar.dtype.kind in "mM":
        return _time_scalar(encoding, scalar)
    value = scalar.item()
    if type(value).__module__ == "numpy" and scalar.dtype.kind in "fc":  # a long double
        value = float(scalar) if scalar.dtype.kind == "f" else complex(scalar)
        if value != scalar and scalar == scalar:  # noqa: PLR0124 - NaN differs from itself
            raise Obstacle(f"a {scalar.dtype} loses digits as a float: convert it by float()", scalar)
    if type(value).__module__ == "numpy" or scalar.dtype.kind not in "biufcSU":
        raise Obstacle(f"a NumPy scalar of dtype {scalar.dtype} cannot be sent: convert it by .item() or .tolist()", scalar)
    return encoding.native(value)


def _time_scalar(encoding: "Encoding", scalar: "Any") -> "Any":
    name = "datetime" if scalar.dtype.kind == "M" else "timedelta"
    value = None
    if item_bytes(scalar.dtype.name) and (name == "datetime" or scalar.dtype.name[-2] not in "YM"):  # no year and no month has a length
        in_microseconds = scalar.astype(f"{name}64[us]")
        value = in_microseconds.item() if in_microseconds.astype(scalar.dtype) == scalar else None
    if value is None or isinstance(value, int):
        raise Obstacle(f"{scalar!r} is no {name} exactly: send it in an array, or round it by .astype('{name}64[us]')", scalar)
    return encoding.native(value)


def _form(encoding: "Encoding", dtype: str, shape: "list[int]", data: memoryview) -> "Any":
    return encoding.extension(ARRAY, encoding.pack([dtype, shape, encoding.attached(data)]))


def _dtype_of(form: str, size: int) -> "str | None":
    form = form.lstrip("@") if len(form) > 1 else form
    if form in _KINDS:
        return _KINDS[form] if form == "?" else f"{_KINDS[form]}{size * 8}"
    if len(form) != 1 or form not in "bBhHiIlLqQnNc":
        return None
    return f"{'int' if form.islower() and form != 'c' else 'uint'}{size * 8}"


def _little_endian(data: memoryview, size: int) -> memoryview:
    if sys.byteorder == "little" or size == 1:
        return data
    swapped = bytearray(len(data))
    for index in range(size):
        swapped[index::size] = data[size - 1 - index :: size]
    return memoryview(swapped)


class Views:
    """Whether arrays were given out as memoryviews, for lack of NumPy: they may come back anywhere in a value."""

    given = False


def is_plain(view: memoryview) -> bool:
    """Say whether a memoryview is one of bytes."""
    return view.format == "B" and view.ndim == 1 and view.c_contiguous


class _Library:
    """NumPy, once an array has come and asked for it."""

    asked = False
    numpy: "Any" = None


def numpy_if_installed() -> "Any":
    """Give NumPy, loading it if need be, or None where it is not installed."""
    if not _Library.asked:
        try:
            import numpy  # type: ignore[import-not-found, unused-ignore] # noqa: PLC0415 - a tenth of a second at start

            _Library.numpy = numpy
        except ImportError:
            pass
        _Library.asked = True
    return _Library.numpy


def memory_for(size: int) -> memoryview:
    """Give fresh writable memory, aligned for elements of any dtype.

    Args:
        size: bytes.
    """
    numpy = numpy_if_installed()
    return memoryview(numpy.empty(size, "u1") if numpy else bytearray(size))


def read_array(dtype: "Any", shape: "Any", data: "Any") -> "Any":
    """Give an array over memory, which it keeps; an array over bytes is a copy of them, so that it can be written.

    Args:
        dtype: its name.
        shape: elements in each dimension.
        data: the elements, little-endian and in C order.

    Returns:
        An ndarray where NumPy is installed, else a memoryview of that format and shape (complex numbers as pairs in one more
        dimension, float16 and times as integers; without elements it has one dimension).

    Raises:
        SerializationError: the three do not fit together (ERR_SYNAPSE_SERIALIZATION).
    """
    size = item_bytes(dtype) if isinstance(dtype, str) else None
    if size is None:
        raise SerializationError(f"an array of the unknown dtype {dtype!r} arrived")
    if not isinstance(shape, list) or not all(type(length) is int and length >= 0 for length in shape):
        raise SerializationError(f"an array of the shape {shape!r} arrived")
    count = 1
    for length in shape:
        count *= length
    if count * size != len(data):
        raise SerializationError(f"an array of {dtype} of the shape {shape} arrived with {len(data)} bytes instead of {count * size}")
    if memoryview(data).readonly:
        data = bytearray(data)
    numpy = numpy_if_installed()
    if numpy:
        return numpy.ndarray(shape, numpy.dtype(dtype).newbyteorder("<"), data)
    Views.given = True
    return _view(dtype, shape, memoryview(data).cast("B"), size)


def _view(dtype: str, shape: "list[int]", data: memoryview, size: int) -> memoryview:
    form = _FORMATS.get(dtype, "q")
    pairs = [2] if dtype.startswith("complex") else []
    data = _little_endian(data, size // 2 if pairs else size)
    cast: Callable[..., memoryview] = data.cast
    return cast(form, [*shape, *pairs]) if len(data) else cast(form)
