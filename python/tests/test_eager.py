"""What the host is told under ``eager``: answers before the next function begins, functions that leave the main line, and ends."""

import contextlib
import subprocess
import threading
from types import SimpleNamespace

import pytest

from synapse_py import message
from synapse_py.frame import read_frame
from synapse_py.methods import Exposure, Method
from synapse_py.runner import Runner

from .worker import PATIENCE, Handle, Worker, handle, read_message

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
        assert read_message(read_frame(stream)).kind == "ack"
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


LINES = """
import os, threading, synapse_py as synapse
gate = threading.Event()
def step(n):
    if n == "die": os._exit(1)
    return n
def fail(n): raise ValueError(n)
@synapse.expose(threads=1)
def open_gate(): gate.set()
async def later(n): return n
def gives_a_coroutine(n): return later(n)
@synapse.expose(threads=1)
def in_thread(n): return n
@synapse.expose(threads=1)
def gives_a_coroutine_in_thread(n): return later(n)
@synapse.handler
async def answer(n): return n
class Box:
    async def later(self, n): return n
box = Box()
def hold():
    synapse.emit("begun")
    while not synapse.current_call().cancelled: str()
@synapse.expose(response="ack")
def job(n):
    synapse.emit("job")
    gate.wait()
    print("worked", end="")
    return step(n)
@synapse.expose(response="ack")
def failing_job(n): fail(n)
@synapse.expose(response="ack")
def held_job(): hold()
@synapse.expose(response="ack")
async def async_job(n): return n
@synapse.expose(response="none")
def note(n): print(n, end="")
@synapse.expose(response="none")
def failing_note(n): fail(n)
@synapse.expose(response="none", threads=1)
def note_in_thread(n): print(n, end="")
@synapse.expose(response="none")
def note_later(n): return later(n)
"""


@pytest.fixture
def eager(tmp_path):
    with Worker(tmp_path, LINES) as worker:
        worker.greet(eager=True)
        yield worker


def kinds_of_all(worker):
    """End the conversation; gives by id the kinds of the answers that nobody has taken."""
    worker.ping()
    worker.close()
    return {
        key[1]: [message.kind for message in waiting.queue]
        for key, waiting in worker._waiting.items()
        if waiting.queue and key[0] == "answer"
    }


@pytest.mark.parametrize("name", ["later", "gives_a_coroutine", "in_thread", "gives_a_coroutine_in_thread", ""])
def test_a_call_that_leaves_the_main_line_is_acknowledged_once_before_its_result(eager, name):
    id = eager.call(name, 5)
    answers = [eager.answer(id), eager.answer(id)]
    assert [(answer.kind, answer.value) for answer in answers] == [("ack", None), ("result", 5)]
    assert kinds_of_all(eager) == {}


def test_so_is_a_method_of_an_object(eager):
    box = eager.answer(eager.call("box", options={"get": True})).value
    assert isinstance(box, Handle)
    id = eager.call("later", 5, options={"on": box.number})
    assert [eager.answer(id).kind, eager.answer(id).kind] == ["ack", "result"]


@pytest.mark.parametrize("name", ["later", "gives_a_coroutine", "in_thread"])
def test_the_acknowledgement_is_there_when_the_next_function_ends_the_worker(eager, name):
    first, _ = send(eager, (name, 5), ("step", "die"))
    assert eager.answer(first).kind == "ack"
    assert eager.wait() == 1


def test_a_call_on_the_main_line_is_not_acknowledged(eager):
    id = eager.call("step", 5)
    assert eager.answer(id).kind == "result"
    assert kinds_of_all(eager) == {}


def test_an_acknowledged_call_is_closed_when_its_function_has_ended(eager):
    id = eager.call("job", 5)
    assert eager.answer(id).kind == "ack"
    eager.event("job")
    eager.ping()
    assert eager._queue(("answer", id)).empty()
    eager.call("open_gate")
    assert (eager.answer(id).kind, eager.logged(id)) == ("end", "worked")
    assert kinds_of_all(eager).get(id) is None


@pytest.mark.parametrize(("name", "kinds"), [
    ("failing_job", ["ack", "end"]), ("async_job", ["ack", "end"]), ("note", ["end"]), ("failing_note", ["end"]),
    ("note_in_thread", ["end"]), ("note_later", ["end"]),
])  # fmt: skip
def test_it_is_closed_once_however_the_function_ends(eager, name, kinds):
    id = eager.call(name, 5)
    assert [eager.answer(id).kind for _ in kinds] == kinds
    assert eager.logged(id).endswith({"failing_job": "ValueError: 5\n", "failing_note": "ValueError: 5\n", "note": "5"}.get(name, ""))
    assert kinds_of_all(eager) == {}


def test_its_end_is_there_when_the_next_function_ends_the_worker(eager):
    first, _ = send(eager, ("note", 5), ("step", "die"))
    assert eager.answer(first).kind == "end"
    assert eager.wait() == 1


@pytest.mark.parametrize("name", ["job", "note"])
def test_one_that_cannot_begin_is_closed_by_its_error(eager, name):
    id = eager.call(name, handle(99))
    assert eager.answer(id).value["code"] == "ERR_SYNAPSE_STALE_HANDLE"
    assert kinds_of_all(eager) == {}


def test_one_that_is_given_up_is_closed_once(eager):
    held = eager.call("held_job")
    eager.event("begun")
    job, note = send(eager, ("job", 5), ("note", 5))
    for id in (job, note, held):
        eager.cancel(id)
    assert [eager.answer(held).kind, eager.answer(held).kind] == ["ack", "end"]
    assert eager.answer(job).value["rung"] == "queue"
    assert eager.answer(note).kind == "end"
    assert (eager.logged(note), kinds_of_all(eager)) == ("", {})


def test_without_it_the_host_is_told_of_neither(tmp_path):
    with Worker(tmp_path, LINES) as worker:
        ids = send(worker, ("later", 5), ("in_thread", 5), ("gives_a_coroutine", 5), ("async_job", 5), ("note", 5), ("note_in_thread", 5))
        assert [worker.answer(id).kind for id in ids[:4]] == ["result", "result", "result", "ack"]
        holding = worker.call("hold")
        worker.event("begun")
        given_up = worker.call("note", 5)
        worker.cancel(given_up)
        worker.cancel(holding)
        assert worker.answer(holding).kind == "error"
        assert kinds_of_all(worker) == {}
