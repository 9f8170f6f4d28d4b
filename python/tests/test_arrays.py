from array import array
from datetime import datetime, timedelta

import numpy as np
import pytest

from .value_vectors import same

LARGE = 32 * 1024


def test_arrays_keep_the_memory_that_their_buffers_were_read_into(values, numpy_or_not):
    numbers = array("d", range(LARGE))
    payload, attached = values.encode({"a": numbers, "b": bytes(LARGE), "c": [array("h", range(LARGE))]})
    memory = values.plan_buffers(payload, list(map(len, attached)))
    assert [into is None for into in memory] == [bytes(buffer) == bytes(LARGE) for buffer in attached]
    filled = []
    for into, buffer in zip(memory, attached):
        if into is None:
            filled.append(bytes(buffer))
        else:
            into[:] = buffer
            filled.append(into)
    value = values.decode_payload(payload, filled)
    assert value["b"] is next(buffer for buffer in filled if type(buffer) is bytes)
    for into in memory:
        if into is not None and len(into) == 8 * LARGE:
            into[:8] = array("d", [7]).tobytes()
    assert value["a"][0] == 7
    value["a"][1] = 8
    assert memoryview(value["a"]).tobytes()[8:16] == array("d", [8]).tobytes()


@pytest.mark.parametrize("form", [">i4", ">f8", ">M8[s]", ">c16"])
def test_arrays_of_another_byte_order_are_turned(values, form):
    numbers = np.arange(6).astype(form).reshape(2, 3)
    read = values.decode_payload(*values.encode(numbers))
    assert read.dtype == numbers.dtype.newbyteorder("<")
    assert (read == numbers).all()


@pytest.mark.filterwarnings("ignore:the matrix subclass")
def test_arrays_that_are_not_in_c_order_are_copied_into_it(values):
    numbers = np.arange(24).reshape(2, 3, 4)
    for view in (numbers.T, numbers[:, ::2], numbers[::-1], np.asmatrix(numbers[0]), np.broadcast_to(numbers, (2, 2, 3, 4))):
        read = values.decode_payload(*values.encode(view))
        assert type(read) is np.ndarray
        assert read.flags.c_contiguous
        assert (read == view).all()


NUMPY_SCALARS = [
    (np.int8(-3), -3),
    (np.uint64(2**64 - 1), 2**64 - 1),
    (np.float32(0.5), 0.5),
    (np.float64(-0.0), -0.0),
    (np.float16("nan"), float("nan")),
    (np.bool_(True), True),
    (np.complex64(1 + 2j), 1 + 2j),
    (np.str_("a"), "a"),
    (np.bytes_(b"a"), b"a"),
    (np.longdouble(0.5), 0.5),
    (np.datetime64("2024-02-29T12:00", "m"), datetime(2024, 2, 29, 12)),
    (np.datetime64("2024-02-29", "D"), datetime(2024, 2, 29)),
    (np.datetime64(1_000, "ns"), datetime(1970, 1, 1, microsecond=1)),
    (np.timedelta64(90, "m"), timedelta(minutes=90)),
]


@pytest.mark.parametrize(("scalar", "expected"), NUMPY_SCALARS, ids=lambda value: f"{type(value).__name__} {value}")
def test_numpy_scalars_arrive_as_those_of_python(values, scalar, expected):
    assert same([expected], values.decode_payload(*values.encode([scalar])))


@pytest.mark.parametrize("code", "bBhHiIlLqQfd")
def test_arrays_of_the_standard_library_arrive_as_arrays(values, code):
    read = values.decode_payload(*values.encode([array(code, [1, 2])]))
    assert read[0].tolist() == [1, 2]
    assert read[0].dtype == np.dtype(code)


def test_memoryviews_of_numbers_arrive_as_arrays(values):
    view = memoryview(array("i", range(6)))
    for sent in (view, view[::2], view.cast("B").cast("i", [2, 3]), memoryview(b"abcd").cast("B", [2, 2])):
        read = values.decode_payload(*values.encode({"v": sent}))["v"]
        assert read.tolist() == sent.tolist()
    assert values.decode_payload(*values.encode(memoryview(b"ab").cast("c"))) == b"ab"
