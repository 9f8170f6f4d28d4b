import os
import threading

import pytest

from synapse_py import message
from synapse_py.codec import encode
from synapse_py.errors import FrameError, FrameTooLargeError
from synapse_py.reader import READ_BYTES, Reader
from synapse_py.values import MISSING, Values


@pytest.fixture
def pipe():
    read_end, write_end = os.pipe()
    stream = os.fdopen(write_end, "wb", buffering=0)
    yield read_end, stream
    stream.close()
    os.close(read_end)


@pytest.fixture
def reader(pipe, accelerated):
    return Reader(pipe[0], Values(accelerated=accelerated), limit=10_000_000)


def result(id, value, buffers=()):
    return b"".join(message.frame_parts(message.RESULT, (id,), encode(value), buffers))


def write_all(stream, data, step=None):
    """Write in a thread, in pieces: a pipe takes only so much."""
    step = step or len(data)
    thread = threading.Thread(target=lambda: [stream.write(data[at : at + step]) for at in range(0, len(data), step)])
    thread.start()
    return thread


def next_message(reader):
    while (found := reader.next_read()) is None:
        assert reader.read_more()
    return found


def test_messages_that_came_at_once_are_given_one_by_one(pipe, reader):
    pipe[1].write(result(2, "a") + result(4, "b") + result(6, "c")[:5])
    assert reader.is_readable()
    assert not reader.has_whole()
    assert next_message(reader)[:2] == ([2, 2], "a")
    assert reader.has_whole()
    assert next_message(reader)[:2] == ([2, 4], "b")
    assert not reader.has_whole()
    assert reader.next_read() is None
    pipe[1].write(result(6, "c")[5:])
    assert next_message(reader)[:2] == ([2, 6], "c")


@pytest.mark.parametrize("step", [1000, READ_BYTES, READ_BYTES + 1, None])
def test_large_messages_come_whole_in_whatever_pieces(pipe, reader, step):
    sizes = [READ_BYTES - 20, READ_BYTES - 8, READ_BYTES, READ_BYTES + 1, 1_000_000, 3]
    data = b"".join(result(id * 2, bytes([id]) * size) for id, size in enumerate(sizes))
    writing = write_all(pipe[1], data, step)
    for id, size in enumerate(sizes):
        header, value, error = next_message(reader)
        assert (header, value, error) == ([2, id * 2], bytes([id]) * size, None)
        assert reader.size >= size
    writing.join()


def test_a_large_message_is_not_waited_for_if_that_is_not_wanted(pipe, reader):
    data = result(2, bytes(200_000))
    pipe[1].write(data[:1000])
    assert reader.read_more()
    assert reader.next_read(False) is None
    writing = write_all(pipe[1], data[1000:])
    assert len(reader.next_read()[1]) == 200_000
    writing.join()


def test_a_large_value_that_does_not_decode_leaves_the_next_message_alone(pipe, reader):
    payload = b"\xc1" + bytes(100_000)
    broken = (len(payload) + 3).to_bytes(4, "little") + message.head(message.RESULT, 2) + payload
    writing = write_all(pipe[1], broken + result(4, "next"))
    header, value, error = next_message(reader)
    assert (header, value) == ([2, 2], MISSING)
    assert error.code == "ERR_SYNAPSE_SERIALIZATION"
    assert next_message(reader)[1] == "next"
    writing.join()


def test_the_end_of_the_input_is_told(pipe, reader):
    pipe[1].write(result(2, "a"))
    pipe[1].close()
    assert next_message(reader)[1] == "a"
    assert reader.read_more() is False
    assert reader.ended


@pytest.mark.parametrize("cut", [1, 4, 5, 70_000, 199_999])
def test_an_end_inside_a_frame_is_an_error(pipe, reader, cut):
    writing = write_all(pipe[1], result(2, bytes(200_000))[:cut])
    writing.join() if cut < 60_000 else None
    threading.Thread(target=lambda: (writing.join(), pipe[1].close())).start()
    with pytest.raises(FrameError, match="end"):
        next_message(reader)


def test_a_frame_beyond_the_limit_is_refused_before_it_is_read(pipe, reader):
    pipe[1].write((10_000_001).to_bytes(4, "little"))
    with pytest.raises(FrameTooLargeError):
        next_message(reader)


def test_waiting_ends_when_there_is_something_to_read_and_when_the_time_is_over(pipe, reader):
    assert reader.wait_readable(0) is False
    pipe[1].write(b"\0")
    assert reader.wait_readable(60) is True
