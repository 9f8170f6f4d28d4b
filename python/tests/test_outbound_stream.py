"""Streams to the host: by themselves with a host that checks what it is given, and in a real worker."""

import asyncio
import threading
from _thread import get_ident

import pytest

from synapse_py.async_stream import AsyncStream
from synapse_py.call import NO_CALL, Call, get_call
from synapse_py.host import CHUNK_OVERHEAD
from synapse_py.outbound_stream import MainStream, ThreadStream

from .worker import Worker


class FakeHost:
    """Takes what a stream sends; refuses to while an exception might come up in the middle of it."""

    class Outbox:
        def flush(self):
            pass

    def __init__(self, call):
        self.outbox = self.Outbox()
        self.sent = []
        self.call = call
        self.fails_at = None

    def chunk(self, id, value):
        assert id == self.call.id
        assert not self.call.active
        if value == self.fails_at:
            raise ValueError("it has no form")
        self.sent.append(value)
        return 10 + CHUNK_OVERHEAD

    def end(self, _id):
        self.sent.append("end")

    def error(self, _id, error):
        self.sent.append(type(error).__name__)

    def cancelled(self, _id, rung):
        self.sent.append(rung)


COST = 10 + CHUNK_OVERHEAD


def numbers(log, n=3):
    assert get_call() is log.call
    try:
        yield from range(n)
    finally:
        log.append("closed")


class Log(list):
    call = None


class Main:
    """A stream on the main thread, driven by the test."""

    def __init__(self, make):
        self.call = Call(2, "f")
        self.host = FakeHost(self.call)
        self.finished = []
        self.ready = []
        self.stream = MainStream(self.host, self.call, make, self.finished.append, self.ready.append)

    def turn(self):
        self.ready.pop(0).take_turn()
        assert not self.call.active
        assert get_call() is NO_CALL

    def run(self):
        while self.ready:
            self.turn()
        return self.host.sent


def main_stream(n=3):
    log = Log()
    main = Main(lambda: numbers(log, n))
    log.call = main.call
    return main, log


def test_without_credit_nothing_is_asked_of_the_source():
    main = Main(lambda: pytest.fail("the function was called"))
    assert main.ready == []
    assert main.run() == []


def test_the_last_item_may_overdraw_the_credit():
    main, log = main_stream()
    main.stream.grant(1)
    assert main.run() == [0]
    main.stream.grant(COST)
    assert main.run() == [0, 1]
    main.stream.grant(COST)
    assert main.run() == [0, 1, 2]
    main.stream.grant(1 + COST)
    assert main.run() == [0, 1, 2, "end"]
    assert (log, main.finished) == (["closed"], [main.call])


def test_credit_that_comes_while_the_stream_has_its_turn_is_not_forgotten():
    def make():
        for i in range(3):
            main.stream.grant(COST)
            yield i

    main = Main(make)
    main.stream.grant(1)
    assert main.run() == [0, 1, 2, "end"]


def test_a_long_stream_lets_others_have_their_turn(monkeypatch):
    monkeypatch.setattr("synapse_py.outbound_stream.TURN_SECONDS", 0)
    main, _ = main_stream(3)
    main.stream.grant(1 << 20)
    main.turn()
    assert main.host.sent == [0]
    assert main.ready == [main.stream]
    assert main.run() == [0, 1, 2, "end"]


def test_a_stream_that_is_left_is_closed():
    main, log = main_stream()
    main.stream.grant(1)
    main.run()
    main.call.cancelled = True
    main.stream.want_turn()
    assert main.run() == [0, "cooperative"]
    assert log == ["closed"]


def test_a_stream_that_is_left_before_it_began_never_begins():
    main = Main(lambda: pytest.fail("the function was called"))
    main.call.cancelled = True
    main.stream.want_turn()
    assert main.run() == ["queue"]


def test_an_item_without_a_form_closes_the_source_and_ends_the_stream():
    main, log = main_stream()
    main.host.fails_at = 1
    main.stream.grant(1 << 20)
    assert main.run() == [0, "ValueError"]
    assert log == ["closed"]


def test_a_turn_that_two_threads_asked_for_at_once_does_no_harm():
    main, _ = main_stream()
    main.stream.grant(1 << 20)
    main.ready.append(main.stream)
    assert main.run() == [0, 1, 2, "end"]
    assert main.finished == [main.call]


@pytest.mark.parametrize("made", [5, None, object()], ids=["number", "nothing", "object"])
def test_what_is_no_iterable_is_refused(made):
    main = Main(lambda: made)
    main.stream.grant(1)
    assert main.run() == ["UnsupportedCallError"]


def test_any_iterable_is_a_stream():
    main = Main(lambda: {"a": 1, "b": 2})
    main.stream.grant(1 << 20)
    assert main.run() == ["a", "b", "end"]


def test_a_failure_while_closing_does_not_hide_that_the_stream_was_left():
    def make():
        try:
            yield 1
        finally:
            raise LookupError

    main = Main(make)
    main.stream.grant(1)
    main.run()
    main.call.cancelled = True
    main.stream.want_turn()
    assert main.run() == [1, "cooperative"]


def thread_stream(make):
    call = Call(2, "f")
    host = FakeHost(call)
    finished = []
    stream = ThreadStream(host, call, make, finished.append)
    thread = threading.Thread(target=stream.run)
    thread.start()
    return stream, host, thread


def test_a_thread_sends_as_far_as_the_credit_goes_and_closes_when_it_is_left():
    log = Log()
    given = threading.Event()

    def make():
        try:
            yield 0
            given.set()
            yield 1
        finally:
            log.append("closed")

    stream, host, thread = thread_stream(make)
    stream.grant(COST + 1)
    assert given.wait(60)
    stream.call.cancelled = True
    stream.call.stop()
    thread.join(60)
    assert host.sent[0] == 0
    assert (host.sent[-1], log, stream.call.active) == ("cooperative", ["closed"], False)


def test_a_thread_stream_closes_its_source_when_an_item_has_no_form():
    log = Log()
    stream, host, thread = thread_stream(lambda: numbers(log))
    log.call = stream.call
    host.fails_at = 1
    stream.grant(1 << 20)
    thread.join(60)
    assert (host.sent, log) == ([0, "ValueError"], ["closed"])


def run_async(make, fails_at=None, credit=1 << 20):
    async def main():
        call = Call(2, "f")
        host = FakeHost(call)
        host.fails_at = fails_at
        stream = AsyncStream(host, call, make, lambda _: None)
        stream.grant(credit)
        await stream.run()
        assert get_call() is call
        return host.sent

    return asyncio.run(main())


async def give(log, n=3):
    try:
        for i in range(n):
            assert get_call().id == 2
            yield i
    finally:
        await asyncio.sleep(0)
        log.append("closed")


def test_an_asynchronous_generator_is_a_stream():
    log = []
    assert run_async(lambda: give(log)) == [0, 1, 2, "end"]
    assert log == ["closed"]


def test_an_asynchronous_generator_is_closed_when_an_item_has_no_form():
    log = []
    assert run_async(lambda: give(log), fails_at=1) == [0, "ValueError"]
    assert log == ["closed"]


def test_a_coroutine_may_give_the_iterable():
    async def later(made):
        return made

    assert run_async(lambda: later(give([]))) == [0, 1, 2, "end"]
    assert run_async(lambda: later([5, 6])) == [5, 6, "end"]
    assert run_async(lambda: later(7)) == ["UnsupportedCallError"]


def test_an_asynchronous_generator_that_never_waits_lets_other_tasks_run():
    async def endless():
        i = 0
        while not over:
            yield (i := i + 1)

    async def main():
        call = Call(2, "f")
        stream = AsyncStream(FakeHost(call), call, endless, lambda _: None)
        stream.grant(1 << 40)
        task = asyncio.ensure_future(stream.run())
        for _ in range(5):
            await asyncio.sleep(0)
        over.append(True)
        await task

    over = []
    asyncio.run(main())


STREAMS = """
import asyncio, time, synapse_py as synapse
def numbers(n):
    for i in range(n): yield i
@synapse.expose(threads=1)
def in_thread(n):
    for i in range(n):
        gate.clear()
        yield i
        while not gate.wait(0.01): pass
import threading
gate = threading.Event()
@synapse.expose(threads=1)
def open_gate(): gate.set()
async def prints(n):
    for i in range(n):
        print("item", i)
        yield i
@synapse.expose(response="stream")
async def listed(n): return list(range(n))
def echo(x): return x
"""


def test_an_item_of_a_slow_thread_is_not_kept_back(tmp_path):
    with Worker(tmp_path, STREAMS) as worker:
        id = worker.call("in_thread", 2)
        worker.credit(id)
        assert worker.answer(id).value == 0
        worker.result("open_gate")
        assert worker.answer(id).value == 1


def test_what_an_asynchronous_generator_prints_belongs_to_its_call(tmp_path):
    with Worker(tmp_path, STREAMS) as worker:
        id = worker.call("prints", 2)
        worker.credit(id)
        assert [worker.answer(id).value for _ in range(3)] == [0, 1, None]
        assert worker.logged(id) == "item 0\nitem 1\n"


def test_a_coroutine_that_is_exposed_as_a_stream_gives_its_items(tmp_path):
    with Worker(tmp_path, STREAMS) as worker:
        id = worker.call("listed", 2)
        worker.credit(id)
        assert [worker.answer(id).kind for _ in range(3)] == ["chunk", "chunk", "end"]


def test_a_stopped_consumer_stops_nobody_else(tmp_path):
    with Worker(tmp_path, STREAMS) as worker:
        id = worker.call("numbers", 1000)
        worker.credit(id, 1)
        first = worker.answer(id)
        assert worker.result("echo", 5) == 5
        used = first.size + CHUNK_OVERHEAD
        worker.credit(id, 10_000)
        worker.ping()
        while used < 10_001:
            used += worker.answer(id).size + CHUNK_OVERHEAD
        worker.ping()
        assert worker._queue(("answer", id)).empty()


def test_the_thread_of_a_stream_is_the_one_that_runs_its_code():
    main = Main(lambda: iter([get_ident()]))
    main.stream.grant(1 << 20)
    assert main.run() == [main.call.thread, "end"]
