import subprocess
import sys
from collections import Counter, OrderedDict, deque
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path, PurePosixPath
from threading import Thread
from types import MappingProxyType

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from synapse_py import message
from synapse_py.errors import FrameError, SerializationError
from synapse_py.values import MISSING, Values

from . import vectors
from .conftest import resolved
from .samples import Colour, Level, Named, Pair, Point
from .value_vectors import VECTORS, buffers, make, same, with_arrays

BOTH = VECTORS["both_directions"]
LARGE = 32 * 1024


def named(rows):
    return pytest.mark.parametrize("row", rows, ids=lambda row: row["name"])


@named([row for row in BOTH if "typescript_only" not in row])
def test_writes_each_golden_value_as_its_golden_bytes(values, row):
    payload, attached = values.encode(with_arrays(make(row["value"])))
    assert payload == vectors.encoding(row)
    assert [bytes(buffer) for buffer in attached] == buffers(row)
    assert all(len(buffer) == memoryview(buffer).nbytes for buffer in attached)


@named([row for row in BOTH + VECTORS["decode_only"] if "$handle" not in str(row) or "typescript_only" in row])
def test_reads_each_golden_payload_as_its_golden_value(values, row, numpy_or_not):
    expected = make(row["value"])
    read = values.decode_payload(vectors.encoding(row), buffers(row))
    assert same(with_arrays(expected) if numpy_or_not else expected, read)


@named(VECTORS["invalid"])
def test_refuses_each_invalid_payload(values, row, numpy_or_not):
    with pytest.raises(SerializationError) as caught:
        values.decode_payload(vectors.encoding(row), buffers(row))
    assert caught.value.code == "ERR_SYNAPSE_SERIALIZATION"


@named([row for row in BOTH if "buffers" not in row and ("$handle" not in str(row) or "typescript_only" in row)])
def test_reads_each_golden_payload_within_a_message(values, row):
    body = message.head(message.RESULT, 300) + vectors.encoding(row)
    header, read, error = values.read_message(body)
    assert header == [message.RESULT, 300]
    assert error is None
    assert same(with_arrays(make(row["value"])), read)


scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(st.characters(exclude_categories=[]), max_size=40)
    | st.binary(max_size=40)
    | st.datetimes()
    | st.datetimes(timezones=st.just(timezone.utc))
    | st.dates()
    | st.times()
    | st.timedeltas()
    | st.decimals()
    | st.uuids()
    | st.complex_numbers()
)
keys = st.none() | st.booleans() | st.integers() | st.text(max_size=10) | st.binary(max_size=10) | st.dates() | st.uuids()
all_keys = keys | st.tuples(keys, keys) | st.frozensets(keys, max_size=3)
anything = st.recursive(
    scalars | st.sets(keys, max_size=4),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(all_keys, inner, max_size=5),
    max_leaves=20,
)
unhurried = settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture], deadline=None)


@unhurried
@given(anything)
def test_any_value_comes_back_as_itself(accelerated, value):
    values = Values(accelerated=accelerated)
    assert same(value, values.decode_payload(*values.encode(value)))


@unhurried
@given(anything)
def test_both_codecs_write_the_same_bytes(value):
    assert Values(accelerated=True).encode(value) == Values(accelerated=False).encode(value)


@unhurried
@given(st.binary(max_size=80))
def test_both_codecs_read_the_same_or_refuse_both(data):
    def read(accelerated):
        try:
            return Values(resolve=resolved, accelerated=accelerated).decode_payload(data)
        except SerializationError:
            return SerializationError

    assert same(read(False), read(True))


@unhurried
@given(st.binary(max_size=60))
def test_any_bytes_are_a_message_or_refused(accelerated, data):
    values = Values(resolve=resolved, accelerated=accelerated)
    try:
        header, payload, error = values.read_message(data)
    except FrameError:
        header = None
    if header is not None:
        assert (payload is MISSING) == (error is not None or not message.HAS_PAYLOAD[header[0]])
    assert values.read_message(b"\x92\x02\x02\x03") == ([2, 2], 3, None)


ONE_WAY = [
    ((1, (2,)), [1, [2]]),
    (Point(1, 2), [1, 2]),
    (PurePosixPath("/a/b"), "/a/b"),
    (Colour.RED, "red"),
    (Colour.DEEP, Decimal("1.5")),
    (Level.LOW, 1),
    (Pair(1, Pair(Colour.RED)), {"left": 1, "right": {"left": "red", "right": None}}),
    (Named("text"), "text"),
    (OrderedDict(b=1, a=2), {"b": 1, "a": 2}),
    (Counter("aab"), {"a": 2, "b": 1}),
    (deque([1, {2}]), [1, {2}]),
    (range(3), [0, 1, 2]),
    ({"a": 1}.keys(), ["a"]),
    ({"a": 1}.values(), [1]),
    ({"a": 1}.items(), [["a", 1]]),
    (MappingProxyType({"a": 1}), {"a": 1}),
    (frozenset([1]), {1}),
    (bytearray(b"ab"), b"ab"),
    (memoryview(b"abc")[::2], b"ac"),
    (datetime(2024, 1, 1, 1, tzinfo=timezone(timedelta(hours=1))), datetime(2024, 1, 1, tzinfo=timezone.utc)),
    ({Colour.RED: 1, Level.LOW: 2}, {"red": 1, 1: 2}),
    ([bytes(LARGE - 1), bytearray(LARGE), memoryview(bytes(2 * LARGE))[::2]], [bytes(LARGE - 1), bytes(LARGE), bytes(LARGE)]),
    ({"deep": [[{"data": bytes(LARGE)}]]}, {"deep": [[{"data": bytes(LARGE)}]]}),
    (Pair(bytes(LARGE)), {"left": bytes(LARGE), "right": None}),
]


@pytest.mark.parametrize(("value", "arrives"), ONE_WAY, ids=lambda value: type(value).__name__)
def test_what_has_no_twin_arrives_as_the_nearest_value(values, value, arrives):
    assert same(arrives, values.decode_payload(*values.encode(value)))


def test_threads_encode_at_the_same_time(values):
    done = []

    def work(number):
        for at in range(200):
            value = [number, {at, (at, number)}, Decimal(at), Pair(at)]
            assert values.decode_payload(*values.encode(value))[:2] == value[:2]
        done.append(number)

    threads = [Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(done) == [0, 1, 2, 3]


def test_the_first_codec_that_there_is_does_the_work(monkeypatch):
    assert Values().accelerated
    monkeypatch.delattr("msgpack._cmsgpack")
    monkeypatch.setitem(sys.modules, "msgpack._cmsgpack", None)
    assert not Values().accelerated
    with pytest.raises(ImportError):
        Values(accelerated=True)
    monkeypatch.undo()
    monkeypatch.setattr("msgpack.version", (0, 6, 2))
    assert not Values().accelerated
    monkeypatch.undo()
    monkeypatch.setitem(sys.modules, "msgpack", object())  # a module of the user's own
    assert not Values().accelerated


def test_nothing_but_what_a_worker_needs_is_loaded_with_it():
    code = "import sys; from synapse_py.values import Values; Values(accelerated=False).encode({'a': [1, 2**70, {3}]}); print(*sys.modules)"
    told = subprocess.run([sys.executable, "-S", "-c", code], capture_output=True, text=True, check=True, cwd=Path(__file__).parents[1])
    loaded = set(told.stdout.split())
    heavy = {
        "typing",
        "inspect",
        "asyncio",
        "threading",
        "dataclasses",
        "logging",
        "datetime",
        "decimal",
        "uuid",
        "enum",
        "pathlib",
        "re",
        "json",
    }
    assert not loaded & (heavy | {"numpy", "pandas", "msgpack", "contextlib", "collections"})
