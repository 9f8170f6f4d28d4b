"""A real worker: who reads when, what runs beside what, and what becomes of it all at the end of the input."""

import pytest

from synapse_py import message

from .worker import Worker, function, handle, stream

BUSY = """
import synapse_py as synapse
def busy():
    synapse.emit("begun")
    while True: str()
"""
HELD_UP = """
import threading, synapse_py as synapse
gate = threading.Event()
def hold():
    synapse.emit("held")
    while not gate.wait(0.01): pass
    return "free"
@synapse.expose(threads=1)
def open_gate(): gate.set()
"""


def test_calls_run_one_after_another_in_their_order(tmp_path):
    with Worker(tmp_path, "order = []\ndef add(n): order.append(n); return list(order)\n") as worker:
        ids = [worker.next_id() for _ in range(300)]
        worker.write(b"".join(worker.call_frame(id, "add", n) for n, id in enumerate(ids)))
        assert [worker.answer(id).value[-1] for id in ids] == list(range(300))


def test_a_ping_is_answered_while_a_function_computes(tmp_path):
    with Worker(tmp_path, BUSY) as worker:
        worker.call("busy")
        worker.event("begun")
        worker.ping()


def test_what_comes_together_with_a_call_does_not_wait_for_its_end(tmp_path):
    with Worker(tmp_path, BUSY) as worker:
        busy, ping = worker.next_id(), worker.next_id()
        worker.write(worker.call_frame(busy, "busy") + message.frame(message.PING, ping))
        assert worker.answer(ping).kind == "pong"


def test_a_cancellation_that_comes_together_with_its_call_stops_it(tmp_path):
    with Worker(tmp_path, BUSY) as worker:
        id = worker.next_id()
        worker.write(worker.call_frame(id, "busy") + message.frame(message.CANCEL, id))
        assert worker.answer(id).value["code"] == "ERR_SYNAPSE_CANCELLED"


def test_threads_and_coroutines_go_on_while_a_function_computes(tmp_path):
    source = HELD_UP + "async def later(): return 'later'\n"
    with Worker(tmp_path, source) as worker:
        held = worker.call("hold")
        worker.event("held")
        assert worker.result("later") == "later"
        worker.call("open_gate")
        assert worker.answer(held).value == "free"


LOADS = """
async def loads():
    import threading
def is_main():
    import threading
    return threading.current_thread() is threading.main_thread()
"""


def test_a_thread_that_loads_threading_first_is_not_taken_for_the_main_one(tmp_path):
    source = BUSY + LOADS
    with Worker(tmp_path, source) as worker:
        busy = worker.call("busy")
        worker.event("begun")
        worker.result("loads")
        worker.cancel(busy)
        assert worker.result("is_main") is True


def test_the_host_may_call_back_while_a_function_waits_for_it(tmp_path):
    source = "def ask(cb): return cb(1)\ndef inner(x): return x * 2\n"
    with Worker(tmp_path, source) as worker:
        outer = worker.call("ask", function(7))
        asked = worker.take("call")
        assert (asked.rest, asked.value) == (["", {"on": 7}], [[1]])
        waits = worker.call("inner", 4)
        nested = worker.call("inner", 5, options={"nested": True})
        assert worker.answer(nested).value == 10
        worker.write(worker.frame(message.RESULT, asked.id, payload="answer"))
        assert worker.answer(outer).value == "answer"
        assert worker.answer(waits).value == 8


def test_an_error_of_the_hosts_function_comes_up_in_the_caller(tmp_path):
    source = "def ask(cb):\n try: return cb()\n except Exception as error: return [type(error).__name__, str(error), error.stack]\n"
    with Worker(tmp_path, source) as worker:
        for details, expected in [
            ({"type": "TypeError", "message": "no", "traceback": "at x"}, ["CallbackError", "TypeError: no", "at x"]),
            ("odd", ["CallbackError", "Error: ", ""]),
        ]:
            id = worker.call("ask", function(1))
            worker.write(worker.frame(message.ERROR, worker.take("call").id, payload=details))
            assert worker.answer(id).value == expected


@pytest.mark.parametrize("payload", [[], [1], [[], {}, 1], [[], 1], {"a": 1}, None, 7, "text"], ids=repr)
def test_a_call_without_arguments_is_refused_and_the_worker_goes_on(tmp_path, payload):
    with Worker(tmp_path, "def f(): return 1\n") as worker:
        id = worker.next_id()
        worker.write(worker.frame(message.CALL, id, "f", payload=payload))
        answer = worker.answer(id)
        assert answer.kind == "error" if payload != [[], {}, 1] else answer.kind == "result"
        assert worker.result("f") == 1


WAYS = """
import asyncio, os, sys, time, synapse_py as synapse
def ended(name): open(os.path.join(os.path.dirname(__file__), name), "w").close()
def spin():
    while True: str()  # of its own: Python 3.11 does not run finally when an exception comes up in the jump of a loop in that very block
def function():
    try:
        synapse.emit("begun")
        spin()
    finally: ended("function")
def items():
    try:
        while True: yield 1
    finally: ended("items")
def doze():
    while True: time.sleep(0.001)
@synapse.expose(threads=1)
def in_thread():
    try:
        synapse.emit("begun")
        doze()
    finally: ended("in_thread")
@synapse.expose(threads=1)
def items_in_thread():
    try:
        while True: yield 1
    finally: ended("items_in_thread")
async def task():
    try:
        synapse.emit("begun")
        await asyncio.sleep(1000)
    finally: ended("task")
async def items_of_task():
    try:
        while True: yield 1
    finally: ended("items_of_task")
def asks(cb):
    try: cb()
    finally: ended("asks")
async def asks_later(cb):
    try: await cb()
    finally: ended("asks_later")
def reads(items):
    try:
        for _ in items: pass
    finally: ended("reads")
@synapse.expose(threads=1)
def reads_in_thread(items):
    try:
        for _ in items: pass
    finally: ended("reads_in_thread")
"""


@pytest.mark.parametrize(
    "name", ["function", "items", "in_thread", "items_in_thread", "task", "items_of_task", "asks", "asks_later", "reads", "reads_in_thread"]
)
def test_finally_blocks_run_at_the_end_of_the_input(tmp_path, name):
    with Worker(tmp_path, WAYS) as worker:
        args = [function(1)] if name.startswith("asks") else [stream(1)] if name.startswith("reads") else []
        id = worker.call(name, *args)
        if name.startswith("items"):
            worker.credit(id)
            assert worker.answer(id).kind == "chunk"
        else:
            worker.take("call" if args and name.startswith("asks") else "credit" if args else "event")
        assert worker.close() == 0
        assert (tmp_path / name).exists()
        assert (worker.errors, worker.broken) == ("", None)


def test_what_is_printed_in_a_finally_block_at_the_end_is_not_lost(tmp_path):
    source = "import time\ndef items():\n try:\n  yield 1\n finally: print('closed')\n"
    with Worker(tmp_path, source) as worker:
        id = worker.call("items")
        worker.credit(id, 1)
        assert worker.answer(id).kind == "chunk"
        assert worker.close() == 0
        assert worker.errors == "closed\n"


@pytest.mark.parametrize("busy", [False, True], ids=["idle", "computing"])
@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"\x02\0\0\0\x92\x63", "unknown"),
        (b"\x03\0\0\0\x92\x63\x01", "unknown kind 99"),
        (b"\x01\0\0\0\x01", "does not begin with its kind"),
        (b"\0\0\0\0", "ends within its header"),
        (b"\xff\xff\xff\xff", "larger than the limit"),
        (message.frame(message.HELLO, 2, {}), "version 2"),
        (message.frame(message.PONG, 2), "unknown kind 11"),
    ],
    ids=["half a header", "unknown kind", "no array", "empty", "too large", "version", "not for workers"],
)
def test_what_is_not_the_protocol_ends_the_worker(tmp_path, data, told, busy):
    with Worker(tmp_path, BUSY) as worker:
        if busy:
            worker.call("busy")
            worker.event("begun")
        worker.write(data)
        assert worker.wait() == 1
        assert "The conversation with the host was broken" in worker.errors
        assert told in worker.errors or data == b"\x02\0\0\0\x92\x63"
        assert "Traceback" not in worker.errors


def test_an_input_that_ends_inside_a_frame_is_told(tmp_path):
    with Worker(tmp_path, "def f(): pass\n") as worker:
        worker.write(b"\x05\0\0\0\x92")
        assert worker.close() == 1
        assert "inside a frame" in worker.errors


def test_the_protocol_broken_in_a_callback_does_not_look_like_an_error_of_the_callback(tmp_path):
    source = "def ask(cb):\n while True:\n  try: cb()\n  except Exception: pass\n"
    with Worker(tmp_path, source) as worker:
        worker.call("ask", function(1))
        worker.take("call")
        worker.write(b"\0\0\0\0")
        assert worker.wait() == 1
        assert "broken" in worker.errors


FORKS = """
import os, sys, synapse_py as synapse
def forks(fails):
    pid = os.fork()
    if pid == 0:
        print("in the child")
        synapse.emit("from the child")
        if fails: raise LookupError("the child's own")
        sys.stdout.flush()
        os._exit(3)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
def numbers():
    try:
        for i in range(3): yield i
    finally: print("closed", os.getpid(), file=sys.__stderr__)
def next_one(n): return n + 1
"""


@pytest.mark.skipif(not hasattr(__import__("os"), "fork"), reason="no fork on this system")
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("fails", [False, True], ids=["leaves", "falls through"])
def test_a_forked_child_leaves_the_conversation_to_its_parent(tmp_path, fails):
    with Worker(tmp_path, FORKS, PYTHONWARNINGS="ignore") as worker:
        numbers = worker.call("numbers")
        worker.credit(numbers, 1)
        assert worker.answer(numbers).value == 0
        ids = [worker.next_id() for _ in range(3)]
        frames = [worker.call_frame(ids[0], "forks", fails), *(worker.call_frame(id, "next_one", 1) for id in ids[1:])]
        worker.write(b"".join(frames))
        assert worker.answer(ids[0]).value == (0 if fails else 3)
        assert [worker.answer(id).value for id in ids[1:]] == [2, 2]
        assert worker.result("next_one", 2) == 3
        assert worker.logged(ids[0]) == ""
        assert worker.close() == 0
        assert worker._queue("event").empty()
        assert all(worker._queue(("answer", id)).empty() for id in ids)
        assert "in the child\n" in worker.errors
        assert ("LookupError: the child's own" in worker.errors) == fails
        assert f"closed {worker.process.pid}" in worker.errors


RELEASES = """
import synapse_py as synapse
kept = []
class Thing:
    def __del__(self):
        synapse.emit("dropped")
        kept[0]()
def make(callback):
    kept.append(callback)
    return Thing()
def busy():
    synapse.emit("begun")
    while True: str()
"""


@pytest.mark.parametrize("busy", [False, True], ids=["idle", "computing"])
def test_a_released_object_may_call_back_when_it_is_finalized(tmp_path, busy):
    with Worker(tmp_path, RELEASES) as worker:
        answer = worker.answer(worker.call("make", function(5)))
        id = worker.call("busy") if busy else 0
        if busy:
            worker.event("begun")
        worker.tell(message.RELEASE, answer.value.number, 1)
        worker.ping()
        if busy:
            worker.cancel(id)
            assert worker.answer(id).kind == "error"
        asked = worker.take("call")
        worker.ping()
        worker.write(worker.frame(message.RESULT, asked.id, payload=None))
        assert worker.answer(worker.call("nothing")).kind == "error"
        assert worker.close() == 0


def test_an_attribute_that_calls_back_does_not_hold_up_the_worker(tmp_path):
    source = """
class Asks:
    def __init__(self, callback): self.callback = callback
    @property
    def method(self): return self.callback()
    def __getattr__(self, name): raise (RuntimeError if name == "other" else AttributeError)("asked for " + name)
def make(callback): return Asks(callback)
"""
    with Worker(tmp_path, source) as worker:
        made = worker.answer(worker.call("make", function(5))).value
        id = worker.call("method", options={"on": made.number})
        asked = worker.take("call")
        worker.ping()
        worker.write(worker.frame(message.RESULT, asked.id, payload=3))
        assert "is an int, not a function" in worker.answer(id).value["message"]
        assert worker.answer(worker.call("other", options={"on": made.number})).value["message"] == "asked for other"
        assert worker.answer(worker.call("method", handle(99), options={"on": 99})).value["code"] == "ERR_SYNAPSE_STALE_HANDLE"


def test_a_large_argument_is_read_in_the_midst_of_small_calls(tmp_path):
    with Worker(tmp_path, "def size(data): return len(data)\n") as worker:
        sizes = [1, 200_000, 2, 70_000, 65_536, 3, 1_000_000]
        ids = [worker.next_id() for _ in sizes]
        data = b"".join(worker.call_frame(id, "size", bytes(size)) for id, size in zip(ids, sizes))
        for at in range(0, len(data), 50_001):
            worker.write(data[at : at + 50_001])
        assert [worker.answer(id).value for id in ids] == sizes


@pytest.mark.parametrize("wrapper", ["", "async "], ids=["sync", "async"])
def test_system_exit_and_keyboard_interrupt_of_a_function_are_errors_of_its_call(tmp_path, wrapper):
    source = f"import sys\n{wrapper}def leaves(): sys.exit(3)\n{wrapper}def stops(): raise KeyboardInterrupt\n"
    with Worker(tmp_path, source) as worker:
        assert worker.answer(worker.call("leaves")).value["type"] == "SystemExit"
        assert worker.answer(worker.call("stops")).value["type"] == "KeyboardInterrupt"
        worker.ping()


def test_system_exit_while_a_result_is_converted_is_an_error_of_its_call(tmp_path):
    source = """
import synapse_py
class Odd: pass
def leave(_): raise SystemExit(3)
synapse_py.register_type(Odd, leave)
def make(): return Odd()
"""
    with Worker(tmp_path, source) as worker:
        assert worker.answer(worker.call("make")).value["type"] == "SystemExit"
        worker.ping()


def test_the_worker_starts_though_an_object_of_the_module_answers_nothing(tmp_path):
    source = """
class Proxy:
    def __call__(self): return 1
    def __getattr__(self, name): raise RuntimeError("working outside of a request")
request = Proxy()
def f(): return 1
"""
    with Worker(tmp_path, source) as worker:
        assert worker.result("f") == 1
        assert worker.result("request") == 1
