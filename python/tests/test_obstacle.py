import sys
from array import array
from collections import ChainMap
from datetime import time, timezone
from io import BytesIO
from threading import Lock

import numpy as np
import pytest

from synapse_py.errors import SerializationError
from synapse_py.obstacle import MAX_DEPTH
from synapse_py.values import Values

from .samples import Pair
from .value_vectors import nested


class Refuses:
    def __eq__(self, other):
        return self is other

    __hash__ = None


def generator():
    yield


async def coroutine():
    pass


def cyclic():
    value = {"a": []}
    value["a"].append(value)
    return value


CLOSED = coroutine()
CLOSED.close()
UNFIT = {
    "an object in a list in a dict": ({"items": [0, 1, 2, {"x": object()}]}, "result.items[3].x", "register_type"),
    "an object under a key with a blank": ({"a b": object()}, 'result["a b"]', "register_type"),
    "an object under a key with quotes": ({'a"\\': object()}, 'result["a\\"\\\\"]', "register_type"),
    "an object under a tuple": ({(1, 2): object()}, "result[(1, 2)]", "register_type"),
    "an object as a key": ({"m": {1: 2, object: 1}}, "result.m[<class 'object'>]", "values only"),
    "an object in a set in a tuple": (({1}, {generator}), "result[1][0]", "values only"),
    "a generator": ([generator()], "result[0]", "stream"),
    "a coroutine": (CLOSED, "result", "await"),
    "an iterator": (iter([]), "result", "list"),
    "a module": (sys, "result", "what it holds"),
    "a lock": (Lock(), "result", "register_type"),
    "an exception": (ValueError("x"), "result", "raise it"),
    "a file": (BytesIO(), "result", "read it"),
    "an instance": (Refuses(), "result", "register_type"),
    "a mapping of another kind": (ChainMap(), "result", "dict"),
    "a time with a zone": (time(1, tzinfo=timezone.utc), "result", "isoformat"),
    "a field of a dataclass": ([Pair(1, Pair([object()]))], "result[0].right.left[0]", "register_type"),
    "a list that contains itself": (cyclic(), "result.a[0]", "contains itself"),
    "lists nested too deep": (nested(MAX_DEPTH + 1), "result" + "[0]" * MAX_DEPTH, "nested deeper"),
    "dicts nested too deep, with more than that beside": ([nested(MAX_DEPTH)] + [[]] * 300, None, "nested deeper"),
    "an array of objects": ({"a": np.array([None])}, "result.a", ".tolist()"),
    "an array with a mask": (np.ma.array([1], mask=[True]), "result", ".filled("),
    "an array of texts": (np.array(["a"]), "result", ".tolist()"),
    "an array of records": (np.zeros(1, "i4,f4"), "result", ".tolist()"),
    "a scalar of nanoseconds": (np.datetime64(1, "ns"), "result", "us"),
    "a scalar that is no time": (np.datetime64("NaT"), "result", "array"),
    "a scalar of months": (np.timedelta64(1, "M"), "result", "array"),
    "a scalar without a unit": (np.timedelta64(1), "result", "array"),
    "an array of letters": (array("u", "ab"), "result", ".tounicode()"),
}


@pytest.mark.parametrize(("value", "path", "way_out"), UNFIT.values(), ids=UNFIT)
def test_what_has_no_faithful_form_is_refused_with_its_path_and_a_way_out(accelerated, value, path, way_out):
    with pytest.raises(SerializationError) as caught:
        Values(accelerated=accelerated).encode(value)
    assert caught.value.code == "ERR_SYNAPSE_SERIALIZATION"
    assert path is None or caught.value.path == path
    assert way_out in str(caught.value)
    assert str(caught.value).startswith(f"{caught.value.path}: ")


def test_the_path_begins_where_it_is_told(values):
    with pytest.raises(SerializationError) as caught:
        values.encode([[generator()]], "arguments")
    assert caught.value.path == "arguments[0][0]"


def test_the_greatest_depth_is_the_same_for_every_kind_of_container(accelerated):
    values = Values(accelerated=accelerated)
    for wrap in (lambda value: [value], lambda value: {"a": value}, lambda value: (value,)):
        value = 1
        for _ in range(MAX_DEPTH - 1):
            value = wrap(value)
        for beside in ([], [[]] * 300):
            values.encode([value, *beside])
            with pytest.raises(SerializationError, match="nested deeper than 256"):
                values.encode([wrap(value), *beside])


def test_sets_and_arrays_nested_without_end_are_refused_not_fatal(accelerated):
    values = Values(accelerated=accelerated)
    value = frozenset()
    for _ in range(5000):
        value = frozenset([value])
    with pytest.raises(SerializationError):
        values.encode({"a": value})
    data = b"\x90"
    for _ in range(2000):
        data = b"\xc9" + (len(data)).to_bytes(4, "big") + b"\x09" + b"\x91" + data[:]
        data = data[:1] + (len(data) - 6).to_bytes(4, "big") + data[5:]
    with pytest.raises(SerializationError):
        values.decode_payload(data)
