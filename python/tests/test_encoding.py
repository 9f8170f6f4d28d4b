from array import array

import numpy as np
import pytest

from synapse_py.arrays import Views
from synapse_py.errors import SerializationError
from synapse_py.registry import register_type
from synapse_py.values import Values

from .samples import Pair
from .value_vectors import Kept, same

LARGE = 32 * 1024


def test_byte_strings_go_out_of_band_where_a_short_search_finds_them(values, monkeypatch):
    monkeypatch.setattr(Views, "given", False)
    large = bytes(LARGE)
    for value, count in [(large, 1), ([large, {"a": (large,)}], 2), ([[[[large]]]], 0), ([large] * 33, 0), ({"a": [1, large[1:]]}, 0)]:
        payload, attached = values.encode(value)
        assert len(attached) == count
        assert all(buffer is large for buffer in attached)
        assert same(listed(value), values.decode_payload(payload, attached))


def listed(value):
    if isinstance(value, dict):
        return {key: listed(item) for key, item in value.items()}
    return [listed(item) for item in value] if isinstance(value, (list, tuple)) else value


def test_at_most_1024_buffers_leave_in_a_message(values):
    numbers = array("d", bytes(LARGE))
    payload, attached = values.encode([numbers] * 1030)
    assert len(attached) == 1024
    assert all(memoryview(item).tobytes() == numbers.tobytes() for item in values.decode_payload(payload, attached))
    data = [[[bytes(LARGE)] * 32] * 32] * 2
    payload, attached = values.encode(data)
    assert len(attached) == 1024
    assert values.decode_payload(payload, attached) == data


class Handles:
    def __init__(self):
        self.kept = []
        self.forgotten = []

    def refer(self, obj):
        self.kept.append(obj)
        return len(self.kept), "instance", type(obj).__name__

    def values(self, accelerated):
        return Values(refer=self.refer, forget=self.forgotten.extend, accelerated=accelerated)


def test_objects_that_stay_are_referred_to_once_though_encoding_begins_anew(accelerated):
    handles = Handles()
    kept = Kept()
    payload, _ = handles.values(accelerated).encode([kept, print, Kept, "\ud800", kept])
    assert handles.kept == [kept, print, Kept, kept]
    read = Values(resolve=lambda code, id: (code, id)).decode_payload
    with pytest.raises(SerializationError):
        read(payload)


def test_references_of_a_value_that_could_not_be_sent_are_forgotten(accelerated):
    handles = Handles()
    values = handles.values(accelerated)
    with pytest.raises(SerializationError) as caught:
        values.encode([Kept(), Kept(), iter([])])
    assert caught.value.path == "result[2]"
    assert [id for id, _, _ in handles.forgotten] == [1, 2]
    values.encode(Kept())
    assert len(handles.kept) == 3


def test_what_an_encoder_of_its_own_raises_is_the_cause(accelerated, registered_types):
    class Odd:
        pass

    register_type(Odd, lambda odd: 1 // 0)
    with pytest.raises(SerializationError, match="ZeroDivisionError") as caught:
        Values(accelerated=accelerated).encode([Odd()])
    assert caught.value.path == "result[0]"
    assert isinstance(caught.value.__cause__, ZeroDivisionError)


def test_a_conversion_may_use_the_channel_itself(values, registered_types):
    register_type(Pair, lambda pair: values.decode_payload(*values.encode([pair.left, np.zeros(LARGE)]))[0])
    payload, attached = values.encode([np.ones(LARGE), Pair(5), np.ones(LARGE)])
    first, pair, last = values.decode_payload(payload, attached)
    assert (pair, len(attached), first[0], last[0]) == (5, 2, 1, 1)
