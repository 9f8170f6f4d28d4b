"""The events of a module: which ones it declares, and what becomes of those that it emits before there is a host."""

import gc
import os
import subprocess
import sys
import weakref

import pytest

from synapse_py import serving
from synapse_py.codec import decode, encode
from synapse_py.early_events import MAX_BYTES, MAX_EVENTS, EarlyEvents
from synapse_py.frame import encode_frame, read_frame
from synapse_py.references import Handles

from .worker import PACKAGE_FOLDER, Worker, handle

STYLES = pytest.mark.parametrize("style", ["functions", "served"])


@pytest.fixture
def module(monkeypatch):
    """Make ``serving`` as it is in a process that has declared and emitted nothing."""
    monkeypatch.setattr(serving, "_declared", {})
    monkeypatch.setattr(serving._Conversation, "early", None)


def source_of(style, text):
    return f"import synapse_py as synapse\n{text}\n" + ("synapse.serve()\n" if style == "served" else "")


@STYLES
def test_the_hello_names_the_events_that_are_declared_in_their_order(tmp_path, style):
    text = "synapse.event('progress')\nsynapse.event('done')\nsynapse.event('progress')\ndef f(): synapse.emit('done', 1)"
    with Worker(tmp_path, source_of(style, text), style=style) as worker:
        assert worker.hello.rest[0]["events"] == ["progress", "done"]
        worker.result("f")
        assert worker.event("done") == 1


def test_the_hello_of_a_module_that_declares_none_says_nothing_of_events(tmp_path):
    with Worker(tmp_path, "import synapse_py as synapse\ndef f(): synapse.emit('any', 1)\n") as worker:
        assert "events" not in worker.hello.rest[0]
        worker.result("f")
        assert worker.event("any") == 1


def test_a_module_may_do_nothing_but_emit(tmp_path):
    with Worker(tmp_path, "import synapse_py as _synapse\n_synapse.event('tick')\n_synapse.emit('tick', 1)\n") as worker:
        assert worker.hello.rest[0]["events"] == ["tick"]
        assert worker.event("tick") == 1


def test_a_module_that_declares_events_emits_no_others(tmp_path):
    text = "synapse.event('progress')\nsynapse.event('done')\ndef f(): synapse.emit('dnoe')"
    with Worker(tmp_path, source_of("functions", text)) as worker:
        error = worker.answer(worker.call("f")).value
        assert error["type"] == "ValueError"
        assert "declares the events progress, done" in error["message"] and "'dnoe'" in error["message"]


@pytest.mark.usefixtures("module")
def test_without_a_host_too_an_event_that_is_not_declared_is_refused():
    serving.emit("any")
    serving.event("known")
    serving.emit("known")
    with pytest.raises(ValueError, match="known"):
        serving.emit("unknown")


@pytest.mark.usefixtures("module")
@pytest.mark.parametrize(("name", "error"), [(None, TypeError), (1, TypeError), (b"bytes", TypeError), ("", ValueError)], ids=repr)
def test_the_name_of_an_event_is_a_text(name, error):
    with pytest.raises(error, match="the name of an event"):
        serving.event(name)
    assert serving._declared == {}


def test_an_event_cannot_be_declared_once_the_host_knows_them(tmp_path):
    with Worker(tmp_path, source_of("functions", "synapse.event('early')\ndef declare(name): synapse.event(name)")) as worker:
        worker.result("declare", "early")
        error = worker.answer(worker.call("declare", "late")).value
        assert error["type"] == "RuntimeError"
        assert "'late'" in error["message"]


@STYLES
def test_what_is_emitted_while_the_module_loads_follows_the_hello_as_it_was_then(tmp_path, style):
    text = """
data, large = {"n": 0}, bytearray(100_000)
for data["n"] in range(3): synapse.emit("small", data)
synapse.emit("large", large)
large[0] = 1
def f(): synapse.emit("small", "last")
"""
    with Worker(tmp_path, source_of(style, text), style=style) as worker:
        worker.answer(id := worker.call("f"))
        events = [worker.take("event") for _ in range(5)]
        assert [(event.id, event.rest[0]) for event in events] == [(0, "small")] * 3 + [(0, "large"), (id, "small")]
        assert [event.value for event in events] == [{"n": 0}, {"n": 1}, {"n": 2}, bytes(100_000), "last"]


def test_early_events_do_not_wait_for_the_hosts_hello(tmp_path):
    with Worker(tmp_path, source_of("functions", "synapse.emit('ready', 1)\ndef f(): pass"), hello=False) as worker:
        assert worker.event("ready") == 1


def test_an_object_in_an_early_event_is_known_to_the_conversation(tmp_path):
    text = "class Counter:\n def add(self, by): return 5 + by\nsynapse.emit('made', Counter())"
    with Worker(tmp_path, source_of("functions", text)) as worker:
        made = worker.event("made")
        assert (made.kind, made.type) == ("instance", "Counter")
        assert worker.result("add", 2, options={"on": made.number}) == 7
        assert worker.result("str", handle(made.number)).startswith("<")


def test_an_early_event_without_a_form_is_refused_where_it_is_emitted(tmp_path):
    text = "try: synapse.emit('bad', {'x': [1, lambda: None, 2j, object, '\\udc80', {1: {2}}, iter([])]})\n"
    text += "except Exception as error: ERROR = [type(error).__name__, getattr(error, 'path', None)]\nelse: ERROR = None"
    with Worker(tmp_path, source_of("functions", text)) as worker:
        assert worker.result("ERROR", options={"get": True}) == ["SerializationError", "data.x[6]"]


def test_a_thread_that_emits_from_the_first_moment_on_loses_nothing_and_keeps_its_order(tmp_path):
    text = """
import threading, time
def work():
    n = 0
    while not stop:
        synapse.emit("tick", n)
        n += 1
        time.sleep(0.0002)
    synapse.emit("over", n)
stop = []
threading.Thread(target=work, daemon=True).start()
def end(): stop.append(1)
"""
    with Worker(tmp_path, source_of("functions", text)) as worker:
        worker.result("end")
        ticks = []
        while (event := worker.take("event")).rest[0] == "tick":
            ticks.append(event.value)
        assert ticks == list(range(event.value))


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("for n in range(1500): synapse.emit('e', n)", list(range(500, 1500))),
        ("for n in range(30): synapse.emit('e', [n, bytes(100_000)])", list(range(20, 30))),
        ("synapse.emit('e', 0)\nsynapse.emit('e', bytes(2_000_000))\nsynapse.emit('e', 1)", [0, 1]),
    ],
    ids=["number", "bytes", "one"],
)
def test_of_too_many_early_events_the_oldest_are_dropped_which_is_told_once(tmp_path, text, kept):
    with Worker(tmp_path, source_of("functions", text + "\ndef f(): synapse.emit('e', 'last')")) as worker:
        worker.result("f")
        values = [worker.event("e")]
        while values[-1] != "last":
            values.append(worker.event("e"))
        assert [value[0] if isinstance(value, list) else value for value in values[:-1]] == kept
        assert worker.close() == 0
        assert worker.errors.count("events were emitted while the module loads") == 1


def test_objects_of_dropped_events_are_let_go(capsys):
    class Thing:
        pass

    handles = Handles()
    events = EarlyEvents(handles)
    things = []
    for _ in range(MAX_EVENTS + 5):
        thing = Thing()
        things.append(weakref.ref(thing))
        events.keep(events.encode("e", [thing]))
    large = Thing()
    things.append(weakref.ref(large))
    events.keep(events.encode("e", [bytes(MAX_BYTES), large]))
    del thing, large
    gc.collect()
    alive = [thing() is not None for thing in things]
    assert alive == [False] * 5 + [True] * MAX_EVENTS + [False]
    assert len(events.take()) == MAX_EVENTS
    assert events.take() == []
    assert capsys.readouterr().err.count("\n") == 1


LOOP = """
import sys, synapse_py as synapse
from synapse_py import serving
from synapse_py.codec import encode
from synapse_py.frame import read_frame, write_frame
for n in range(3000): synapse.emit("e", n)
kept = len(serving._Conversation.early.take())
while read_frame(sys.stdin.buffer) is not None:
    synapse.emit("e", object())
    write_frame(sys.stdout.buffer, encode([kept, serving._Conversation.early is None]))
"""


class Loop(Worker):
    """A worker that answers with plain values; ``frames`` is what has come when it is closed."""

    def _read(self):
        self.frames = [decode(body) for body in iter(lambda: read_frame(self.process.stdout), None)]


@pytest.mark.parametrize("style", ["functions", "served"], ids=["bootstrapped", "plain"])
def test_the_events_of_a_loop_do_not_pile_up_and_never_reach_the_protocol(tmp_path, style):
    with Loop(tmp_path, LOOP, style=style, hello=False) as worker:
        worker.write(encode_frame(encode(None)) * 2)
        assert worker.close() == 0
        hello = 1 if style == "functions" else 0
        assert worker.frames[hello:] == [[1000, True]] * 2


def test_outside_of_a_worker_nothing_is_kept(tmp_path):
    entry = tmp_path / "main.py"
    entry.write_text(
        "import synapse_py\nfrom synapse_py import serving\nsynapse_py.emit('e', object())\nassert not serving._Conversation.early\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(PACKAGE_FOLDER)}
    done = subprocess.run([sys.executable, entry], env=environment, capture_output=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, b"")
