"""Streams of the host: by themselves, and in a real worker."""

import asyncio
import threading

import pytest

from synapse_py import message
from synapse_py.errors import CallbackError, DisconnectedError, SerializationError
from synapse_py.host import CHUNK_OVERHEAD
from synapse_py.inbound_stream import WINDOW, InboundStream

from .worker import Worker, function, stream

CANCEL, CREDIT = message.CANCEL, message.CREDIT


class FakeHost:
    def __init__(self):
        self.told = []

    def tell(self, kind, id, *rest):
        self.told.append((kind, id, *rest))


class Inbound:
    """A stream whose wait gives it what the test has put down for it."""

    def __init__(self, *steps):
        self.host = FakeHost()
        self.forgotten = []
        self.steps = list(steps)
        self.stream = InboundStream(8, self.host, self.wait, self.forgotten.append)

    def wait(self, _signal, done):
        while not done():
            self.steps.pop(0)(self.stream)


def give(value, size=10):
    return lambda stream: stream.give(value, None, size)


def end(stream):
    stream.finish()


def test_nothing_is_asked_for_before_the_first_item_is_wanted():
    inbound = Inbound(give(1), end)
    assert inbound.host.told == []
    assert list(inbound.stream) == [1]
    assert inbound.host.told == [(CREDIT, 8, WINDOW)]


def test_what_was_taken_is_granted_again_in_halves_of_the_window():
    size = WINDOW // 8
    inbound = Inbound(*[give(i, size - CHUNK_OVERHEAD) for i in range(8)], end)
    assert list(inbound.stream) == list(range(8))
    assert inbound.host.told == [(CREDIT, 8, WINDOW), (CREDIT, 8, WINDOW // 2), (CREDIT, 8, WINDOW // 2)]


def test_items_that_came_before_an_error_are_given_before_it():
    inbound = Inbound(lambda stream: [stream.give(1, None, 10), stream.finish(CallbackError("no", "TypeError"))])
    assert next(inbound.stream) == 1
    with pytest.raises(CallbackError, match="TypeError: no"):
        next(inbound.stream)
    with pytest.raises(StopIteration):
        next(inbound.stream)


def test_an_item_that_does_not_decode_leaves_the_stream():
    inbound = Inbound(lambda stream: stream.give(None, SerializationError("no"), 10))
    with pytest.raises(SerializationError):
        next(inbound.stream)
    assert inbound.host.told[-1] == (CANCEL, 8)
    assert inbound.forgotten == [8]
    with pytest.raises(StopIteration):
        next(inbound.stream)


def test_a_stream_that_nobody_wants_any_longer_is_left_once():
    inbound = Inbound(give(1))
    assert next(inbound.stream) == 1
    inbound.stream.close()
    inbound.stream.close()
    inbound.stream.give(2, None, 10)
    assert list(inbound.stream) == []
    inbound.stream = None
    assert inbound.host.told[1:] == [(CANCEL, 8)]


def test_a_stream_that_is_dropped_is_left():
    inbound = Inbound()
    inbound.stream = None
    assert inbound.host.told == [(CANCEL, 8)]


def test_a_stream_that_has_ended_is_not_left():
    inbound = Inbound(end)
    assert list(inbound.stream) == []
    inbound.stream = None
    assert inbound.host.told == [(CREDIT, 8, WINDOW)]


def test_without_a_host_the_loop_ends_with_an_error():
    inbound = Inbound(lambda stream: stream.disconnect())
    with pytest.raises(DisconnectedError):
        next(inbound.stream)


def test_several_threads_may_go_through_one_stream():
    inbound = Inbound()
    for i in range(4000):
        inbound.stream.give(i, None, 10)
    inbound.stream.finish()
    got = []
    threads = [threading.Thread(target=lambda: got.extend(inbound.stream)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(got) == list(range(4000))


def test_tasks_wait_for_items():
    async def main():
        inbound = Inbound()
        task = asyncio.ensure_future(collect(inbound.stream))
        await asyncio.sleep(0)
        assert inbound.host.told == [(CREDIT, 8, WINDOW)]
        for i in range(3):
            inbound.stream.give(i, None, 10)
            await asyncio.sleep(0)
        inbound.stream.finish()
        return await task

    async def collect(items):
        return [item async for item in items]

    assert asyncio.run(main()) == [0, 1, 2]


READS = """
import synapse_py as synapse
def total(items): return sum(items)
def first(items):
    for item in items: return item
def ignores(items): return "ignored"
def refuses(items, missing): pass
async def total_later(items):
    result = 0
    async for item in items: result += item
    return result
@synapse.expose(threads=1)
def total_in_thread(items): return sum(items)
def keeps(items): kept.append(items)
kept = []
def caught(items):
    try: return list(items)
    except Exception as error: return [type(error).__name__, str(error)]
"""


def feed(worker, id, values, failure=None):
    for value in values:
        worker.write(worker.frame(message.CHUNK, id, payload=value))
    if failure:
        worker.write(worker.frame(message.ERROR, id, payload=failure))
    else:
        worker.tell(message.END, id)


@pytest.mark.parametrize("name", ["total", "total_later", "total_in_thread"])
def test_functions_of_every_kind_read_streams(tmp_path, name):
    with Worker(tmp_path, READS) as worker:
        for id in (1000, 1002):
            call = worker.call(name, stream(id))
            asked = worker.take("credit")
            assert (asked.id, asked.rest) == (id, [WINDOW])
            feed(worker, id, range(5))
            assert worker.answer(call).value == 10


@pytest.mark.parametrize(("name", "reads"), [("first", True), ("ignores", False), ("refuses", False)])
def test_a_stream_that_is_not_read_to_its_end_is_left(tmp_path, name, reads):
    with Worker(tmp_path, READS) as worker:
        call = worker.call(name, stream(1000))
        if reads:
            worker.take("credit")
            worker.write(worker.frame(message.CHUNK, 1000, payload=7))
        assert worker.take("cancel").id == 1000
        assert worker.answer(call).kind == ("error" if name == "refuses" else "result")
        feed(worker, 1000, [1, 2])
        worker.ping()


def test_an_error_of_the_hosts_iterator_comes_up_in_the_loop(tmp_path):
    with Worker(tmp_path, READS) as worker:
        call = worker.call("caught", stream(1000))
        worker.take("credit")
        feed(worker, 1000, [1], {"type": "RangeError", "message": "no more", "traceback": ""})
        assert worker.answer(call).value == ["CallbackError", "RangeError: no more"]


def test_a_stream_that_is_kept_is_read_later(tmp_path):
    source = READS + "def read(): return [next(kept[0]), sum(kept[0])]\n"
    with Worker(tmp_path, source) as worker:
        worker.result("keeps", stream(1000))
        call = worker.call("read")
        worker.take("credit")
        feed(worker, 1000, [1, 2, 3])
        assert worker.answer(call).value == [1, 5]


def test_functions_and_streams_of_a_call_that_is_refused_are_let_go(tmp_path):
    with Worker(tmp_path, READS) as worker:
        id = worker.call("nothing", stream(1000), function(5))
        assert worker.answer(id).kind == "error"
        assert worker.take("cancel").id == 1000
        released = worker.take("release")
        assert (released.id, released.rest) == (5, [1])
