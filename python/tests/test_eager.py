"""Answers that leave before the next function begins, so that the host can tell which one was running when the worker died."""

import contextlib
import subprocess
import threading
from types import SimpleNamespace

import pytest

from synapse_py import message
from synapse_py.frame import read_frame
from synapse_py.methods import Exposure, Method
from synapse_py.runner import Runner

from .worker import PATIENCE, Worker, read_message

STEPS = """
import os, synapse_py as synapse
def step(n):
    if n == "die": os._exit(1)
    return n
def items(n):
    if n == "die": os._exit(1)
    yield n
def fail(n): raise ValueError(n)
@synapse.expose(threads=1)
def large(size): return bytes(size)
def hold():
    synapse.emit("begun")
    while not synapse.current_call().cancelled: str()
"""


class Unread(Worker):
    """A worker whose output the test reads by itself."""

    def _read(self):
        pass


@pytest.fixture
def worker(tmp_path):
    with Worker(tmp_path, STEPS) as worker:
        worker.greet(eager=True)
        for _ in range(2):
            worker.result("step", 0)  # known to be quick from now on: its answers may wait for company
        yield worker


def send(worker, *calls):
    """Send calls in one piece; gives their ids."""
    ids = [worker.next_id() for _ in calls]
    worker.write(b"".join(worker.call_frame(id, *call) for id, call in zip(ids, calls)))
    return ids


def test_the_answers_of_functions_that_ended_are_there_when_the_next_one_ends_the_worker(worker):
    first, second, _ = send(worker, ("step", 1), ("step", 2), ("step", "die"))
    assert [worker.answer(id).value for id in (first, second)] == [1, 2]
    assert worker.wait() == 1


def test_errors_are_there_too(worker):
    first, _ = send(worker, ("fail", "why"), ("step", "die"))
    assert worker.answer(first).value["message"] == "why"


def test_they_are_there_when_a_stream_ends_the_worker(worker):
    stream = worker.next_id()
    credit = message.frame(message.CREDIT, stream, 1000)
    first = worker.next_id()
    worker.write(worker.call_frame(first, "step", 1) + worker.call_frame(stream, "items", "die") + credit)
    assert worker.answer(first).value == 1
    assert worker.wait() == 1


def test_a_call_that_is_given_up_while_it_waits_for_another_is_answered_before_the_next_begins(worker):
    holding = worker.call("hold")
    worker.event("begun")
    given_up, _ = send(worker, ("step", 1), ("step", "die"))
    worker.cancel(given_up)
    worker.cancel(holding)
    assert [worker.answer(id).value["rung"] for id in (holding, given_up)] == ["cooperative", "queue"]
    assert worker.wait() == 1


def test_an_answer_that_another_thread_is_writing_comes_whole(tmp_path):
    with Unread(tmp_path, STEPS, hello=False) as worker:
        stream = worker.process.stdout
        read_frame(stream)
        worker.greet(eager=True)
        worker.call("large", 8 << 20)
        begin = stream.read(100)  # the rest does not fit into a pipe: the thread waits in the middle of its answer
        worker.call("step", "die")
        with contextlib.suppress(subprocess.TimeoutExpired):
            worker.process.wait(0.2)  # a function that does not wait for the answer ends the worker here
        size = int.from_bytes(begin[:4], "little")
        body = begin[4:] + stream.read(size - 96)
        assert len(body) == size > 8 << 20
        assert read_message(body).value == bytes(8 << 20)
        assert (stream.read(), worker.wait()) == (b"", 1)


@pytest.mark.parametrize("eager", [True, False])
def test_a_thread_too_begins_after_the_answers_that_wait(eager):
    done = []
    outbox = SimpleNamespace(flush=lambda: done.append("flushed"))
    runner = Runner(SimpleNamespace(eager=eager, outbox=outbox), None, None, None)
    over = threading.Event()
    runner.start_thread(Method("f", len, Exposure(None, None, 1)), lambda: (done.append("begun"), over.set()))
    assert over.wait(PATIENCE)
    assert done == (["flushed", "begun"] if eager else ["begun"])
