import contextlib
import math
from datetime import datetime, timezone

import msgpack
import pytest
from hypothesis import given
from hypothesis import strategies as st

from synapse_py.codec import MAX_DEPTH, ExtType, decode, decode_from, encode
from synapse_py.errors import SerializationError

from . import vectors

VECTORS = vectors.load("codec.json")
BOTH = VECTORS["both_directions"]
NAMED = [row["name"] for row in BOTH]

scalars = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(allow_nan=False)
    | st.text(st.characters(exclude_categories=["Cs"]))
    | st.binary()
)
values = st.recursive(scalars, lambda inner: st.lists(inner) | st.dictionaries(st.text(max_size=40), inner), max_leaves=50)


@pytest.mark.parametrize("row", BOTH, ids=NAMED)
def test_encodes_each_golden_value_to_its_golden_bytes(row):
    assert encode(vectors.value(row["value"])) == vectors.encoding(row)


@pytest.mark.parametrize("row", BOTH, ids=NAMED)
def test_decodes_each_golden_encoding_to_its_golden_value(row):
    assert decode(vectors.encoding(row)) == vectors.value(row["value"])


@pytest.mark.parametrize("row", VECTORS["decode_only"], ids=lambda row: row["name"])
def test_decodes_forms_that_others_write(row):
    expected = vectors.value(row["value"])
    decoded = decode(vectors.encoding(row))
    assert type(decoded) is type(expected)
    assert decoded == expected or (math.isnan(decoded) and math.isnan(expected))


@pytest.mark.parametrize("row", VECTORS["invalid"], ids=lambda row: row["name"])
def test_refuses_what_is_not_one_value(row):
    with pytest.raises(SerializationError) as caught:
        decode(vectors.encoding(row))
    assert caught.value.code == "ERR_SYNAPSE_SERIALIZATION"


@given(values)
def test_agrees_with_the_c_implementation_in_both_directions(value):
    assert encode(value) == msgpack.packb(value)
    assert decode(msgpack.packb(value)) == msgpack.unpackb(msgpack.packb(value))


@given(st.binary(max_size=60))
def test_any_bytes_decode_or_are_refused(data):
    with contextlib.suppress(SerializationError):
        decode(data)


@pytest.mark.parametrize("size", [0, 1, 2, 3, 4, 8, 16, 17, 255, 256, 65536])
def test_ext_values_keep_type_and_bytes(size):
    data = bytes(size)
    assert encode(ExtType(-5, data)) == msgpack.packb(msgpack.ExtType(-5 & 0x7F, data)).replace(b"\x7b", b"\xfb", 1)
    assert decode(encode(ExtType(5, data))) == ExtType(5, data)


def test_names_the_path_of_what_has_no_form():
    with pytest.raises(SerializationError) as caught:
        encode({"items": [1, {"x": object()}]})
    assert caught.value.path == "value.items[1].x"


@pytest.mark.parametrize("value", [2**64, -(2**63) - 1, {1, 2}, 1j, datetime(2024, 1, 1)], ids=repr)
def test_refuses_values_that_would_be_changed(value):
    with pytest.raises(SerializationError):
        encode([value])


def test_limits_nesting_both_ways():
    nested = []
    for _ in range(MAX_DEPTH - 1):
        nested = [nested]
    assert decode(encode(nested)) == nested
    with pytest.raises(SerializationError, match="nested"):
        encode([nested])
    with pytest.raises(SerializationError, match="nested"):
        decode(b"\x91" + encode(nested))


def test_a_value_that_contains_itself_is_refused():
    cyclic = []
    cyclic.append(cyclic)
    with pytest.raises(SerializationError, match="contains itself"):
        encode(cyclic)


def test_lone_surrogates_keep_their_three_byte_form():
    assert encode("a\ud800") == b"\xa4a\xed\xa0\x80"
    assert decode(b"\xa4a\xed\xa0\x80") == "a\ud800"


@given(st.datetimes(timezones=st.just(timezone.utc)))
def test_aware_datetimes_are_timestamps_as_the_c_implementation_writes_them(instant):
    assert encode(instant) == msgpack.packb(instant, datetime=True)
    assert decode(encode(instant)) == instant


def test_a_default_gives_the_form_of_what_has_none():
    assert encode([{1}, {"a": 2j}], default=lambda value: str(type(value).__name__)) == encode(["set", {"a": "complex"}])


def test_what_a_default_raises_is_told_with_its_path():
    def default(value):
        raise ValueError("no")

    with pytest.raises(SerializationError, match="ValueError: no") as caught:
        encode({"a": [1, {2}]}, default=default)
    assert caught.value.path == "value.a[1]"
    assert isinstance(caught.value.__cause__, ValueError)


def test_a_hook_gives_the_value_of_an_extension():
    assert decode(encode([ExtType(-5, b"a"), ExtType(5, b"")]), ext_hook=lambda code, data: (code, data)) == [(-5, b"a"), (5, b"")]


def test_lists_as_keys_are_tuples():
    assert decode(b"\x81\x92\x01\x91\x02\x03") == {(1, (2,)): 3}
    with pytest.raises(SerializationError, match="key"):
        decode(b"\x81\x80\x01")


def test_a_value_is_read_at_an_offset():
    assert decode_from(b"\x01\xa1a\x02", 1) == ("a", 3)
