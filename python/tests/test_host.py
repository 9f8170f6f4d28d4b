"""What the worker says: within the limits that the host has told."""

import itertools
import os

import pytest

from synapse_py import message
from synapse_py.errors import FrameTooLargeError
from synapse_py.frame import read_frame
from synapse_py.host import Host
from synapse_py.outbox import Outbox
from synapse_py.values import Values

from .worker import Worker, read_message


@pytest.fixture
def host():
    read_end, write_end = os.pipe()
    host = Host(Outbox(write_end), Values(accelerated=False))
    stream = os.fdopen(read_end, "rb")

    def sent():
        host.outbox.flush()
        os.close(write_end)
        return [read_message(body) for body in iter(lambda: read_frame(stream), None)]

    host.sent = sent
    yield host
    stream.close()


def test_ids_of_the_worker_are_odd(host):
    assert [host.make_id() for _ in range(3)] == [1, 3, 5]


@pytest.mark.parametrize("limit", [None, "many", 0, -1, 1.5], ids=repr)
def test_a_limit_that_is_none_is_passed_over(host, limit):
    host.learn({"maxFrameBytes": limit})
    host.result(2, "x" * 5000)
    assert host.sent()[0].value == "x" * 5000


def test_a_result_beyond_the_limit_is_not_sent(host):
    host.learn({"maxFrameBytes": 1000})
    with pytest.raises(FrameTooLargeError):
        host.result(2, "x" * 2000)
    with pytest.raises(FrameTooLargeError):
        host.event(2, "name", bytes(2000))
    host.result(2, "x" * 900)
    assert [found.value for found in host.sent()] == ["x" * 900]


def test_an_error_beyond_the_limit_is_told_in_short(host):
    host.learn({"maxFrameBytes": 1000})
    host.error(2, ValueError("x" * 5000))
    (error,) = host.sent()
    assert (error.kind, error.value["type"]) == ("error", "ValueError")
    assert error.value["message"].startswith("xxx")


def test_log_text_goes_in_pieces_that_the_host_takes(host):
    host.learn({"maxFrameBytes": 1000})
    text = "".join(itertools.islice(itertools.cycle("äxyz\U0001f600"), 5000))
    host.log(2, "stdout", None, text)
    logs = host.sent()
    assert "".join(log.value for log in logs) == text
    assert max(log.size for log in logs) <= 1000


def test_a_chunk_tells_what_it_costs(host):
    cost = host.chunk(2, "item")
    (chunk,) = host.sent()
    assert cost == chunk.size + 256


def test_in_a_worker_a_result_that_is_too_large_is_an_error_of_its_call_alone(tmp_path):
    source = "def large(n): return 'x' * n\ndef items(n):\n yield 1\n yield 'x' * n\ndef prints(n): print('x' * n)\n"
    with Worker(tmp_path, source, hello=False) as worker:
        worker.take("hello")
        worker.tell(message.HELLO, 1, {"maxFrameBytes": 2000, "arrow": False})
        answer = worker.answer(worker.call("large", 5000))
        assert answer.value["code"] == "ERR_SYNAPSE_FRAME_TOO_LARGE"
        assert (answer.value["limit"], answer.size <= 2000) == (2000, True)
        id = worker.call("items", 5000)
        worker.credit(id)
        assert [worker.answer(id).kind for _ in range(2)] == ["chunk", "error"]
        id = worker.call("prints", 5000)
        assert worker.answer(id).kind == "result"
        assert worker.logged(id) == "x" * 5000 + "\n"
