import weakref

import pytest

from synapse_py import message
from synapse_py.errors import FrameError, SerializationError, SynapseError
from synapse_py.values import MISSING, Values

LARGE = 32 * 1024


def test_each_reference_is_resolved_once_though_decoding_begins_anew(accelerated):
    calls = []
    values = Values(resolve=lambda code, id: calls.append((code, id)) or print, accelerated=accelerated)
    payload = b"\x92\xd4\x0c\x04" + b"\x81\x91\x01\xd4\x0d\x06"  # a list as a key: only the own codec takes it
    assert values.decode_payload(payload) == [print, {(1,): print}]
    assert values.read_message(b"\x92\x02\x02" + payload) == ([2, 2], [print, {(1,): print}], None)
    assert calls == [(12, 4), (13, 6)] * 2


def test_what_was_resolved_is_not_kept(accelerated):
    class Function:
        pass

    values = Values(resolve=lambda code, id: Function(), accelerated=accelerated)
    _, payload, _ = values.read_message(b"\x92\x02\x02\xd4\x0c\x04")
    watched = weakref.ref(payload)
    del payload
    assert watched() is None


def test_an_error_of_resolving_is_that_of_the_payload(accelerated):
    class StaleError(SynapseError):
        pass

    def resolve(code, id):
        raise StaleError

    values = Values(resolve=resolve, accelerated=accelerated)
    header, payload, error = values.read_message(b"\x93\x01\x02\xa1f\x91\x91\xd4\x0c\x04")
    assert (header, payload, type(error)) == ([1, 2, "f"], MISSING, StaleError)


@pytest.mark.parametrize("size", [1, 60_000, 70_000, 2_000_000])
def test_messages_of_every_size_are_read(values, size):
    for _ in range(2):
        for body, expected in [
            (b"\x92\x02\x02" + values.encode("x" * size)[0], ([2, 2], "x" * size, None)),
            (message.head(message.PING, 2**20), ([message.PING, 2**20], MISSING, None)),
            (
                b"".join(map(bytes, message.join(message.head(4, 6), *values.encode([bytes(LARGE), "x"])))),
                ([4, 6], [bytes(LARGE), "x"], None),
            ),
        ]:
            assert values.read_message(body) == expected


@pytest.mark.parametrize(
    "body",
    ["", "c0", "92", "9102", "92a10202", "920e02", "92020202c0", "920a02c0", "93020191", "9302019107", "930201920107"],
    ids=str,
)
def test_a_body_that_is_no_message_is_refused_and_the_next_is_read(values, body):
    def read():
        header, _, error = values.read_message(bytes.fromhex(body))
        assert isinstance(error, SerializationError)
        return header

    if body == "92020202c0":
        assert read() == [2, 2]
    else:
        with pytest.raises(FrameError):
            values.read_message(bytes.fromhex(body))
    assert values.read_message(b"\x92\x02\x02\x03") == ([2, 2], 3, None)


def test_a_payload_that_does_not_decode_leaves_the_header(values):
    header, payload, error = values.read_message(b"\x93\x01\x02\xa1f\x91\xa1\xff")
    assert (header, payload) == ([1, 2, "f"], MISSING)
    assert isinstance(error, SerializationError)
    assert values.read_message(b"\x92\x02\x02\x03") == ([2, 2], 3, None)


def test_the_header_of_a_large_message_is_read_as_soon_as_it_is_there(values):
    body = b"".join(map(bytes, message.join(message.write_header(1, 2, "f" * 300), *values.encode([[bytes(LARGE)]]))))
    whole = values.read_header(body)
    header, end = whole
    assert header == [1, 2, "f" * 300, None, [5, LARGE]]
    assert all(values.read_header(body[:size]) is None for size in range(end))
    assert values.read_header(body[:end]) == whole
    assert message.take_table(header, end, len(body)) == (end + 5, [(len(body) - LARGE, LARGE)])
    assert header == [1, 2, "f" * 300, None]


def test_a_plan_for_a_payload_that_does_not_decode_reads_bytes(values):
    assert values.plan_buffers(b"\xc1", [1, 2]) == [None, None]
    assert values.plan_buffers(b"\xd4\x0f\x93", [1]) == [None]
