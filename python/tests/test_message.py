import os
import sys

import pytest

from synapse_py import message
from synapse_py.codec import decode, encode
from synapse_py.errors import FrameError
from synapse_py.values import MISSING, Values

from . import vectors

VECTORS = vectors.load("messages.json")
LARGE = 32 * 1024


def named(rows):
    return pytest.mark.parametrize("row", rows, ids=lambda row: row["name"])


def test_the_hello_has_the_golden_form():
    row = next(row for row in VECTORS["hello"] if row["value"][2]["mode"] == "loop")
    kind, version, details = decode(message.encode_hello("loop"))
    assert [kind, version] == row["value"][:2]
    assert details == {"mode": "loop", "python": ".".join(map(str, sys.version_info[:3])), "pid": os.getpid()}
    assert list(details) == list(row["value"][2])


@pytest.mark.parametrize("pid", [1, 127, 128, 255, 256, 42_000, 65_536, 4_194_304])
def test_the_hello_is_what_the_codec_would_write(monkeypatch, pid):
    monkeypatch.setattr(os, "getpid", lambda: pid)
    hello = message.encode_hello("loop")
    assert hello == encode(decode(hello))


def test_the_hello_of_a_worker_of_functions_tells_more():
    kind, version, details = decode(message.encode_hello("rpc", {"methods": {}, "handler": False}))
    assert [kind, version, list(details)] == [0, 1, ["mode", "python", "pid", "methods", "handler"]]


@pytest.mark.parametrize("id", [0, 1, 127, 128, 255, 256, 65_535, 65_536, 2**32, 2**53])
@pytest.mark.parametrize("rest", [(), (None,), ("name",), (300, "ä" * 40, {"on": 3}), ("critical", None)], ids=repr)
def test_headers_are_what_the_codec_would_write(id, rest):
    for kind in range(14):
        expected = encode([kind, id, *rest])
        assert message.write_header(kind, id, *rest) == expected
        assert message.frame(kind, id, *rest) == len(expected).to_bytes(4, "little") + expected
        if not rest:
            assert message.head(kind, id) == expected


def test_a_message_without_buffers_is_one_piece():
    (frame,) = message.frame_parts(message.RESULT, (300,), b"\xa1a")
    assert frame == b"\x07\0\0\0" + encode([2, 300]) + b"\xa1a"
    assert message.join(message.head(2, 300), b"\xa1a") == [frame[4:]]


@pytest.mark.parametrize("length", range(LARGE, LARGE + 9))
def test_buffers_are_parts_of_their_own_that_begin_at_multiples_of_eight(length):
    buffers = [bytes([1]) * length, bytearray([2]) * 3, memoryview(b"\3" * 8), b"", b"\4"]
    parts = message.frame_parts(message.EVENT, (0, "name"), b"\xa1a", buffers)
    assert [part for part in parts if part is buffers[0] or part is buffers[1] or part is buffers[2]] == buffers[:3]
    body = b"".join(parts)
    assert int.from_bytes(body[:4], "little") == len(body) - 4
    body = body[4:]
    header, start = message.read_header(body)
    assert header == [7, 0, "name", [2, length, 3, 8, 0, 1]]
    end, spans = message.take_table(header, start, len(body))
    assert header == [7, 0, "name"]
    assert body[start:end] == b"\xa1a"
    assert [body[at : at + size] for at, size in spans] == buffers
    assert all(at % 8 == 0 for at, _ in spans)
    assert all(byte == 0 for byte in body[end : spans[0][0]])


def test_a_call_without_options_has_a_nil_before_its_table():
    parts = message.join(message.write_header(message.CALL, 2, "f"), b"\x90", [b"a"])
    assert message.read_header(parts[0])[0] == [1, 2, "f", None, [1, 1]]
    parts = message.join(message.write_header(message.CALL, 2, "f", {"get": True}), b"\x90", [b"a"])
    assert message.read_header(parts[0])[0] == [1, 2, "f", {"get": True}, [1, 1]]


def test_a_table_of_many_buffers_is_read():
    body = b"".join(message.join(message.head(2, 1), b"\x90", [b"a"] * 1024))
    header, start = message.read_header(body)
    assert len(message.take_table(header, start, len(body))[1]) == 1024


@pytest.mark.parametrize("table", [[], [-1], [1, "a"], [1, 100], [9, 1], [1], [1, 1, 1]], ids=repr)
def test_a_table_that_does_not_fit_the_body_is_refused(table):
    body = b"".join(message.join(message.head(2, 1), b"\x90", [b"a"]))
    header, start = message.read_header(body)
    with pytest.raises(FrameError):
        message.take_table([*header[:2], table], start, len(body))


@named(VECTORS.get("messages", []))
def test_golden_messages_are_written_and_read(row):
    header, body = row["header"], bytes.fromhex(row["body"])
    buffers = [bytes.fromhex(buffer) for buffer in row.get("buffers", [])]
    payload = bytes.fromhex(row.get("payload") or "")
    kind, id, *rest = header
    assert b"".join(message.join(message.write_header(kind, id, *rest), payload, buffers)) == body
    read, value, error = Values(accelerated=False).read_message(body)
    assert read[: len(header)] == header
    assert error is None
    assert (value is MISSING) == (not message.HAS_PAYLOAD[kind])


@named(VECTORS["refused_messages"])
@pytest.mark.parametrize("accelerated", [True, False], ids=["accelerated", "pure"])
def test_what_is_no_message_is_refused(row, accelerated):
    with pytest.raises(FrameError):
        Values(accelerated=accelerated).read_message(bytes.fromhex(row["body"]))
