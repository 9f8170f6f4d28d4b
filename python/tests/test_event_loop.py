"""The event loop of a real worker, and by itself."""

import asyncio
import threading

from synapse_py.call import Call
from synapse_py.event_loop import EventLoop

from .worker import Worker

TASKS = """
import asyncio, sys, synapse_py as synapse
async def leave(): sys.exit(3)
async def starts():
    asyncio.get_running_loop().create_task(leave())
    await asyncio.sleep(0)
async def stops(): asyncio.get_running_loop().stop()
async def waits():
    synapse.emit("begun")
    await event().wait()
    return "woken"
async def wakes(): event().set()
events = []
def event():
    if not events: events.append(asyncio.Event())
    return events[0]
async def blocks(): return [current() for _ in range(3)]
def current(): return synapse.current_call().method
def coroutine(): return waits()
@synapse.expose(response="ack")
def acked(): return says()
async def says():
    await asyncio.sleep(0)
    synapse.emit("said")
"""


def test_coroutines_run_beside_each_other_on_one_loop(tmp_path):
    with Worker(tmp_path, TASKS) as worker:
        first = worker.call("waits")
        worker.event("begun")
        second = worker.call("coroutine")
        worker.event("begun")
        worker.result("wakes")
        assert [worker.answer(id).value for id in (first, second)] == ["woken", "woken"]


def test_a_task_of_the_module_that_wants_to_leave_does_not_end_the_loop(tmp_path):
    with Worker(tmp_path, TASKS) as worker:
        waiting = worker.call("waits")
        worker.event("begun")
        worker.call("starts")
        worker.call("stops")
        worker.result("wakes")
        assert worker.answer(waiting).value == "woken"
        assert worker.close() == 0
        assert "SystemExit: 3" in worker.errors


def test_a_coroutine_knows_its_call(tmp_path):
    with Worker(tmp_path, TASKS) as worker:
        assert worker.result("blocks") == ["blocks"] * 3


def test_a_coroutine_of_an_acknowledged_function_runs_too(tmp_path):
    with Worker(tmp_path, TASKS) as worker:
        assert worker.answer(worker.call("acked")).kind == "ack"
        worker.event("said")


def test_a_task_that_does_not_end_does_not_hold_up_the_end(tmp_path):
    source = """
import asyncio, synapse_py as synapse
async def stubborn():
    synapse.emit("begun")
    while True:
        try: await asyncio.sleep(1000)
        except BaseException: pass
"""
    with Worker(tmp_path, source) as worker:
        worker.call("stubborn")
        worker.event("begun")
        assert worker.close() == 0


def test_after_its_end_nothing_begins_and_nothing_is_raised():
    loop = EventLoop()
    loop.close(60)
    assert not loop._thread.is_alive()

    async def never():
        raise AssertionError("it has begun")

    coroutine = never()
    loop.start(Call(2, "f"), coroutine)
    loop.close(0)
    coroutine.close()


def test_a_loop_that_has_just_been_made_can_be_closed():
    for _ in range(50):
        loop = EventLoop()
        loop.close(60)
        assert loop._loop.is_closed()


def test_tasks_that_the_module_started_are_cancelled_at_the_end():
    ended, begun = [], threading.Event()

    async def aside():
        try:
            begun.set()
            await asyncio.sleep(1000)
        finally:
            ended.append(True)

    async def main():
        kept.append(asyncio.ensure_future(aside()))

    kept = []
    loop = EventLoop()
    loop.start(Call(2, "f"), main())
    assert begun.wait(60)
    loop.close(60)
    assert ended == [True]
