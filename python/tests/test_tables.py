import sys
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

import numpy as np
import pytest

from synapse_py.errors import SerializationError
from synapse_py.values import Values

from . import vectors
from .value_vectors import VECTORS, same

pd = pytest.importorskip("pandas")


@pytest.fixture(params=[True, False], ids=["accelerated", "pure"])
def values(request):
    return Values(accelerated=request.param)


def sent(values, value):
    return values.decode_payload(*values.encode(value))


def test_a_frame_arrives_as_its_columns(values):
    frame = pd.DataFrame(
        {
            "i": np.arange(3, dtype="int32"),
            "f": [0.5, np.nan, 1.0],
            "b": [True, False, True],
            "t": ["a", None, "ä"],
            "when": pd.to_datetime(["2024-01-01", None, "2024-01-02"]).astype("datetime64[ns]"),
            "n": pd.array([1, None, 3], dtype="Int64"),
            "full": pd.array([1, 2, 3], dtype="Int16"),
            "zone": pd.to_datetime(["2024-01-01T00:00Z"] * 3),
            "kind": pd.Categorical(["x", "y", "x"]),
            "any": pd.Series([1, "a", [2]], dtype=object),
        }
    )
    read = sent(values, frame)
    assert list(read) == list(frame.columns)
    assert {name: column.dtype.name for name, column in read.items() if isinstance(column, np.ndarray)} == {
        "i": "int32",
        "f": "float64",
        "b": "bool",
        "when": "datetime64[ns]",
        "full": "int16",
    }
    assert same(frame["f"].to_numpy(), read["f"])
    assert np.isnat(read["when"][1])
    assert (read["t"][0], read["t"][2]) == ("a", "ä")
    assert read["t"][1] is None or read["t"][1] != read["t"][1]
    assert read["n"] == [1, None, 3]
    assert read["zone"] == [datetime(2024, 1, 1, tzinfo=timezone.utc)] * 3
    assert read["kind"] == ["x", "y", "x"]
    assert read["any"] == [1, "a", [2]]


def test_column_names_that_are_no_text_stay_what_they_are(values):
    read = sent(values, pd.DataFrame({1: [1], ("a", 2): [2]}))
    assert list(read) == [1, ("a", 2)] or list(map(str, read)) == ["1", "('a', 2)"]


def test_large_columns_go_out_of_band(values):
    payload, buffers = values.encode({"frame": [pd.DataFrame({"a": np.arange(10_000.0), "b": np.arange(10_000)})]})
    assert len(payload) < 200
    assert sorted(map(len, buffers)) == [80_000, 80_000]


def test_a_series_is_an_array_or_a_list(values):
    assert same(sent(values, pd.Series([1, 2])), np.array([1, 2]))
    assert same(sent(values, pd.Index([1, 2])), np.array([1, 2]))
    assert sent(values, pd.Series([1, "a"])) == [1, "a"]


def test_pandas_scalars_are_those_of_python_where_they_fit(values):
    assert sent(values, pd.Timestamp("2024-01-01T12:00:00.000001")) == datetime(2024, 1, 1, 12, 0, 0, 1)
    assert sent(values, pd.Timestamp("2024-01-01", tz="Europe/Berlin")) == datetime(2023, 12, 31, 23, tzinfo=timezone.utc)
    assert sent(values, pd.Timedelta("1 days 2us")) == timedelta(1, 0, 2)


UNFIT = {
    "nanoseconds": (pd.Timestamp(1, unit="ns"), "result", "round"),
    "nanoseconds of a duration": (pd.Timedelta(1, unit="ns"), "result", "round"),
    "no time": ({"a": [pd.NaT]}, "result.a[0]", "None"),
    "no time in a column": (pd.DataFrame({"a b": pd.Series([1, pd.NaT], dtype=object)}), 'result["a b"][1]', "None"),
    "two columns of one name": (pd.DataFrame([[1, 2]], columns=["a", "a"]), "result", "rename"),
}


@pytest.mark.parametrize(("value", "path", "way_out"), UNFIT.values(), ids=UNFIT)
def test_what_pandas_has_and_nobody_else_is_refused_with_its_path(values, value, path, way_out):
    with pytest.raises(SerializationError, match=way_out) as caught:
        values.encode(value)
    assert caught.value.path == path


def test_a_polars_frame_arrives_as_its_columns(values):
    pl = pytest.importorskip("polars")
    assert sent(values, pl.DataFrame({"a": [1, None], "t": ["x", "y"]})) == {"a": [1, None], "t": ["x", "y"]}
    assert sent(values, pl.Series([1, 2])) == [1, 2]


def test_tables_go_as_arrow_where_the_host_reads_it(values):
    pa = pytest.importorskip("pyarrow")
    pl = pytest.importorskip("polars")
    values.arrow = True
    numbers = list(range(10_000))
    for table in (pd.DataFrame({"a": numbers}), pl.DataFrame({"a": numbers}), pa.table({"a": numbers}), pa.record_batch({"a": numbers})):
        payload, buffers = values.encode([table])
        assert len(buffers) == 1
        read = values.decode_payload(payload, list(map(bytes, buffers)))[0]
        assert isinstance(read, pa.Table)
        assert read["a"].to_pylist() == numbers
        memory = values.plan_buffers(payload, list(map(len, buffers)))
        memory[0][:] = buffers[0]
        assert values.decode_payload(payload, memory)[0]["a"].to_pylist() == numbers
    values.arrow = False
    assert sent(values, pa.table({"a": [1]})) == {"a": [1]}
    with pytest.raises(SerializationError, match="rename"):
        values.encode(pa.table([[1], [2]], names=["a", "a"]))


TABLE = next(row for row in VECTORS["decode_only"] if row["name"] == "a table")


def test_an_arrived_table_keeps_the_memory_it_was_read_into(values):
    pa = pytest.importorskip("pyarrow")
    values.arrow = True
    payload, buffers = values.encode(pa.table({"a": np.arange(10_000)}))
    memory = values.plan_buffers(payload, list(map(len, buffers)))
    memory[0][:] = buffers[0]
    column = values.decode_payload(payload, memory)["a"].chunk(0)
    start = np.frombuffer(memory[0], np.uint8).__array_interface__["data"][0]
    assert start <= column.buffers()[1].address < start + len(memory[0])


def test_a_table_without_pyarrow_is_refused_by_what_to_install(values, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(SerializationError, match="takes pyarrow: add it to the module's requirements"):
        values.decode_payload(vectors.encoding(TABLE))
    assert values.decode_payload(b"\x01") == 1


def test_models_of_pydantic_and_attrs_are_objects_of_their_fields(values):
    pydantic = pytest.importorskip("pydantic")
    attrs = pytest.importorskip("attrs")

    class Inner(pydantic.BaseModel):
        when: datetime

    class Outer(pydantic.BaseModel):
        inner: Inner

    @attrs.define
    class Point:
        x: int
        y: object

    @dataclass
    class Both:
        point: Point

    when = datetime(2024, 1, 1)
    assert sent(values, Outer(inner=Inner(when=when))) == {"inner": {"when": when}}
    assert sent(values, Both(Point(1, {2}))) == {"point": {"x": 1, "y": {2}}}
