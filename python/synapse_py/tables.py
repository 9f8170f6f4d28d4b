"""Tables: DataFrames as an Arrow stream where both sides read it, else as columns. Their packages were loaded by whoever made them."""

import sys

from .arrays import item_bytes
from .errors import SerializationError
from .extension import TABLE
from .obstacle import Obstacle

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .encoding import Encoding


def write_pandas(encoding: "Encoding", frame: "Any") -> "Any":
    """Give the form of a pandas DataFrame.

    Raises:
        Obstacle: two columns have one name.
    """
    pyarrow = _pyarrow() if encoding.arrow else None
    if pyarrow:
        return _table(encoding, pyarrow.Table.from_pandas(frame))
    if not frame.columns.is_unique:
        raise Obstacle("a DataFrame whose columns have names in common cannot be sent: rename them", frame)
    return {name: _column(series) for name, series in frame.items()}


def write_series(encoding: "Encoding", series: "Any") -> "Any":
    """Give the form of a pandas Series or Index: an array where its elements are numbers or times, else a list."""
    column = _column(series)
    return column if isinstance(column, list) else encoding.native(column)


def write_timestamp(encoding: "Encoding", stamp: "Any") -> "Any":
    """Give the form of a pandas Timestamp: that of a datetime.

    Raises:
        Obstacle: it has nanoseconds, which a datetime has not.
    """
    if stamp.nanosecond:
        raise Obstacle("a Timestamp with nanoseconds is no datetime: round it by .round('us'), or send it in an array", stamp)
    return encoding.native(stamp.to_pydatetime())


def write_timedelta(encoding: "Encoding", delta: "Any") -> "Any":
    """Give the form of a pandas Timedelta: that of a timedelta.

    Raises:
        Obstacle: it has nanoseconds, which a timedelta has not.
    """
    if delta.nanoseconds:
        raise Obstacle("a Timedelta with nanoseconds is no timedelta: round it by .round('us'), or send it in an array", delta)
    return encoding.native(delta.to_pytimedelta())


def write_polars(encoding: "Encoding", frame: "Any") -> "Any":
    """Give the form of a Polars DataFrame."""
    if not encoding.arrow:
        return frame.to_dict(as_series=False)
    from io import BytesIO  # noqa: PLC0415

    stream = BytesIO()
    frame.write_ipc_stream(stream)
    return encoding.extension(TABLE, encoding.pack([encoding.attached(stream.getbuffer())]))


def write_arrow(encoding: "Encoding", table: "Any") -> "Any":
    """Give the form of a table or record batch of PyArrow.

    Raises:
        Obstacle: the host reads no Arrow and two columns have one name.
    """
    if encoding.arrow:
        return _table(encoding, table)
    names = table.schema.names
    if len(set(names)) != len(names):
        raise Obstacle("a table whose columns have names in common cannot be sent: rename them", table)
    return table.to_pydict()


def read_table(data: "Any") -> "Any":
    """Give the table of an Arrow stream, of PyArrow.

    Args:
        data: the stream's bytes, which the table may keep.

    Raises:
        SerializationError: PyArrow is not installed, or cannot read it (ERR_SYNAPSE_SERIALIZATION).
    """
    if _pyarrow() is None:
        raise SerializationError("an Arrow table arrived, which takes pyarrow: add it to the module's requirements, or send columns")
    try:
        return sys.modules["pyarrow.ipc"].open_stream(data).read_all()
    except Exception as error:
        raise SerializationError(f"an Arrow table arrived that pyarrow cannot read: {error}") from error


def _pyarrow() -> "Any":
    try:
        import pyarrow  # type: ignore[import-untyped, import-not-found, unused-ignore] # noqa: PLC0415
        import pyarrow.ipc  # type: ignore[import-untyped, import-not-found, unused-ignore] # noqa: PLC0415
    except ImportError:
        return None
    return pyarrow


def _table(encoding: "Encoding", table: "Any") -> "Any":
    sink = sys.modules["pyarrow"].BufferOutputStream()
    with sys.modules["pyarrow.ipc"].new_stream(sink, table.schema) as writer:
        writer.write(table)
    return encoding.extension(TABLE, encoding.pack([encoding.attached(memoryview(sink.getvalue()).cast("B"))]))


def _column(series: "Any") -> "Any":
    """Give a NumPy array for elements of a plain dtype, or for nullable ones of which none is missing, else a list."""
    dtype = getattr(series.dtype, "numpy_dtype", series.dtype)
    if getattr(dtype, "tz", None) is not None or item_bytes(getattr(dtype, "name", "")) is None:
        return series.tolist()
    if dtype is not series.dtype and series.isna().any():
        return series.tolist()
    return series.to_numpy(dtype)
