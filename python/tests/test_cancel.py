"""How running functions are stopped: the rungs in a real worker, and the shields by themselves."""

import contextlib
import threading
from _thread import get_ident

import pytest

from synapse_py import cancel, message
from synapse_py.call import NO_CALL, Call, set_call
from synapse_py.cancel import FinalizerShield, Injector, Shield, leave
from synapse_py.errors import CallCancelled

from .worker import Worker, function


def rung_of(answer):
    assert (answer.kind, answer.value["code"]) == ("error", "ERR_SYNAPSE_CANCELLED"), answer
    return answer.value["rung"]


KINDS = """
import asyncio, time, synapse_py as synapse
def hold():
    synapse.emit("begun")
    while not synapse.current_call().cancelled: time.sleep(0.001)
def queued(): pass
@synapse.expose(response="ack")
def queued_job(): pass
def items(): yield 1
@synapse.expose(threads=1)
def hold_in_thread():
    synapse.emit("begun")
    while not synapse.current_call().cancelled: time.sleep(0.001)
@synapse.expose(threads=1)
def in_thread(): pass
async def task(): pass
@synapse.expose(response="ack")
async def job_of_task(): pass
async def items_of_task(): yield 1
async def waits():
    synapse.emit("begun")
    await asyncio.sleep(1000)
def gives_a_coroutine(): return waits()
def hangs():
    synapse.emit("begun")
    while True: str()
async def holds_the_loop():
    synapse.emit("begun")
    while not release: time.sleep(0.001)
release = []
@synapse.expose(threads=1)
def let_go(): release.append(1)
"""


@pytest.mark.parametrize("name", ["queued", "queued_job", "items"])
def test_a_call_that_waits_for_the_main_thread_never_begins(tmp_path, name):
    with Worker(tmp_path, KINDS) as worker:
        holding = worker.call("hold")
        worker.event("begun")
        id = worker.call(name)
        worker.cancel(id)
        worker.cancel(holding)
        assert rung_of(worker.answer(holding)) == "cooperative"
        assert rung_of(worker.answer(id)) == "queue"


def test_a_call_that_waits_for_a_thread_never_begins(tmp_path):
    with Worker(tmp_path, KINDS + "hold_in_thread = synapse.expose(threads=1, name='in_thread2')(hold_in_thread)\n") as worker:
        first, second = worker.call("in_thread2"), worker.call("in_thread2")
        worker.event("begun")
        worker.cancel(second)
        worker.ping()
        worker.cancel(first)
        assert rung_of(worker.answer(first)) == "cooperative"
        assert rung_of(worker.answer(second)) == "queue"


@pytest.mark.parametrize("name", ["task", "job_of_task", "items_of_task"])
def test_a_coroutine_that_has_not_begun_is_answered_too(tmp_path, name):
    with Worker(tmp_path, KINDS) as worker:
        holding = worker.call("holds_the_loop")
        worker.event("begun")
        id = worker.call(name)
        worker.cancel(id)
        worker.ping()
        worker.call("let_go")
        assert worker.answer(holding).kind == "result"
        assert rung_of(worker.answer(id)) == "queue"
        assert worker.close() == 0
        assert worker.errors == ""


@pytest.mark.parametrize("name", ["waits", "gives_a_coroutine"])
def test_a_task_is_cancelled_as_asyncio_does_it(tmp_path, name):
    with Worker(tmp_path, KINDS) as worker:
        id = worker.call(name)
        worker.event("begun")
        worker.cancel(id)
        assert rung_of(worker.answer(id)) == "cooperative"


def test_what_does_not_look_at_its_flag_gets_an_exception(tmp_path):
    with Worker(tmp_path, KINDS) as worker:
        id = worker.call("hangs")
        worker.event("begun")
        worker.cancel(id)
        assert rung_of(worker.answer(id)) == "injected"


def test_a_call_that_waits_for_the_hosts_function_is_given_up(tmp_path):
    source = "def ask(cb): return cb()\nasync def ask_later(cb): return await cb()\n"
    with Worker(tmp_path, source) as worker:
        for name in ("ask", "ask_later"):
            id = worker.call(name, function(1))
            asked = worker.take("call")
            worker.cancel(id)
            assert rung_of(worker.answer(id)) == "cooperative"
            worker.write(worker.frame(message.RESULT, asked.id, payload=1))
        worker.ping()


def test_a_generator_that_is_closed_may_take_its_time(tmp_path):
    source = f"""
import time
def items():
    try:
        while True: yield 1
    finally:
        end = time.monotonic() + {cancel.INJECT_AFTER * 4}
        while time.monotonic() < end: str()
        print("closed")
"""
    with Worker(tmp_path, source) as worker:
        id = worker.call("items")
        worker.credit(id, 1)
        assert worker.answer(id).kind == "chunk"
        worker.cancel(id)
        assert rung_of(worker.answer(id)) == "cooperative"
        assert worker.logged(id) == "closed\n"


def test_finally_blocks_after_the_exception_may_take_their_time(tmp_path):
    source = """
import time, synapse_py as synapse
def spin():
    while True: str()
def hangs():
    synapse.emit("begun")
    try: spin()
    finally:
        end = time.monotonic() + 0.3
        while time.monotonic() < end: str()
        print("closed")
"""
    with Worker(tmp_path, source) as worker:
        id = worker.call("hangs")
        worker.event("begun")
        worker.cancel(id)
        assert rung_of(worker.answer(id)) == "injected"
        assert worker.logged(id) == "closed\n"


LOUD = """
import gc, logging, synapse_py as synapse
logging.basicConfig(level=logging.INFO)
class Odd: pass
synapse.register_type(Odd, lambda _: print("converted") or "odd")
class Gone:
    def __del__(self): print("gone")
def prints():
    while True: print("x" * 300)
def emits():
    while True: synapse.emit("e", [Odd(), Odd(), bytes(3000)])
def logs():
    while True: logging.info("y" * 100)
def tells():
    while True: synapse.current_call().log("z" * 100)
def drops(*callbacks):
    callbacks = list(callbacks)
    while True: callbacks and callbacks.pop(); Gone()
def gives():
    while True: yield bytes(3000)
@synapse.expose(threads=1)
def prints_in_thread():
    while True: print("x" * 300)
@synapse.expose(threads=1)
def gives_in_thread():
    while True: yield bytes(3000)
"""


@pytest.mark.parametrize("name", ["prints", "emits", "logs", "tells", "drops", "gives", "prints_in_thread", "gives_in_thread"])
def test_no_frame_is_cut_in_two_by_the_exception(tmp_path, name):
    with Worker(tmp_path, LOUD) as worker:
        for _ in range(8):
            id = worker.call(name, *(function(n) for n in range(500 if name == "drops" else 0)))
            if name.startswith("gives"):
                worker.credit(id, 1 << 30)
            worker.cancel(id)
            while (answer := worker.answer(id)).kind == "chunk":
                pass
            rung_of(answer)
            worker.ping()
        assert worker.close() == 0
        assert worker.broken is None
        assert "Exception ignored" not in worker.errors


@pytest.fixture
def call():
    call = Call(2, "f")
    call.thread, call.active, call.cancelled = get_ident(), True, True
    set_call(call)
    yield call
    leave(call)
    set_call(NO_CALL)


def inject(call):
    cancel._load_ctypes()
    assert cancel._inject(call) is True


def test_within_shields_the_exception_waits_for_the_outermost_end(call):
    with pytest.raises(CallCancelled), Shield():
        with Shield():
            inject(call)
        reached = True
    assert reached
    assert (call.shields, call.due, call.pending) == (0, False, False)


def test_an_error_on_the_way_out_is_not_replaced(call):
    with pytest.raises(LookupError), Shield():
        inject(call)
        raise LookupError


def test_a_finalizer_keeps_the_exception_for_later(call):
    with FinalizerShield():
        inject(call)
    assert call.due
    with pytest.raises(CallCancelled), Shield():
        pass


def test_a_shield_takes_an_exception_back_that_has_not_come_up(call):
    entered = False
    with pytest.raises(CallCancelled):
        call.pending = True
        with Shield():
            entered = True
    assert not entered
    assert not call.pending


def test_another_thread_that_works_for_the_call_neither_shields_it_nor_gets_the_exception(call):
    def other():
        set_call(call)
        with Shield():
            shields.append(call.shields)
            call.due = True

    shields = []
    thread = threading.Thread(target=other)
    thread.start()
    thread.join()
    assert shields == [0]
    assert call.due


def test_a_call_that_has_left_gets_no_exception(call):
    leave(call)
    assert cancel._inject(call) is False


def test_the_switch_interval_is_what_it_was_when_all_are_stopped(monkeypatch):
    intervals = []
    monkeypatch.setattr(cancel.sys, "setswitchinterval", intervals.append)
    monkeypatch.setattr(cancel.sys, "getswitchinterval", lambda: 0.005)
    injector = Injector()
    calls = [Call(id, "f") for id in (2, 4)]
    for call in calls:
        call.active, call.thread = True, 0
        injector.add(call)
    assert intervals == [cancel.QUICK_INTERVAL]
    for call in calls:
        call.active, call.done = False, True
    injector.inject_due()
    assert intervals == [cancel.QUICK_INTERVAL, 0.005]
    assert not injector.waiting


def test_a_call_on_an_event_loop_leaves_the_switch_interval_alone(monkeypatch):
    monkeypatch.setattr(cancel.sys, "setswitchinterval", pytest.fail)
    injector = Injector()
    injector.add(Call(2, "f"))
    injector.inject_due()
    assert injector.waiting


def test_an_exception_that_a_finalizer_swallows_comes_up_once_more(call):
    class Loud:
        def __del__(self):
            with Shield():
                inject(call)

    Loud()
    assert call.due
    with contextlib.suppress(CallCancelled), Shield():
        pass
