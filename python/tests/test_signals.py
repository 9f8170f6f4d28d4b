import asyncio
import threading

import pytest

from synapse_py import signals
from synapse_py.signals import Signal, running_loop


def test_a_thread_sleeps_until_it_is_notified(monkeypatch):
    monkeypatch.setattr(signals, "LOOK_AGAIN", 60)
    signal, state, asked = Signal(), [], threading.Event()

    def is_done():
        asked.set()
        return bool(state)

    thread = threading.Thread(target=signal.sleep, args=(is_done,))
    thread.start()
    asked.wait()
    state.append(True)
    signal.notify()
    thread.join(60)
    assert not thread.is_alive()
    assert not signal._locks


def test_a_thread_does_not_sleep_when_it_is_done(monkeypatch):
    monkeypatch.setattr(signals, "LOOK_AGAIN", 60)
    signal = Signal()
    signal.sleep(lambda: True)
    assert not signal._locks


def test_many_threads_may_sleep_and_notify_at_once(monkeypatch):
    monkeypatch.setattr(signals, "LOOK_AGAIN", 0.0001)
    signal, failures, over = Signal(), [], threading.Event()

    def work(step):
        try:
            while not over.is_set():
                step()
        except Exception as error:
            failures.append(error)

    steps = [lambda: signal.sleep(lambda: False)] * 4 + [signal.notify] * 2
    threads = [threading.Thread(target=work, args=(step,)) for step in steps]
    for thread in threads:
        thread.start()
    over.wait(0.5)
    over.set()
    for thread in threads:
        thread.join()
    assert failures == []


def test_a_task_waits_until_it_is_done():
    async def main():
        signal, state = Signal(), []
        task = asyncio.ensure_future(signal.wait(lambda: len(state) == 2))
        for _ in range(2):
            await asyncio.sleep(0)
            assert not task.done()
            state.append(True)
            signal.notify()
        await task

    asyncio.run(main())


def test_a_loop_that_was_closed_is_passed_over():
    signal = Signal()
    loop = asyncio.new_event_loop()
    signal._futures.append((loop, loop.create_future()))
    loop.close()
    signal.notify()
    assert not signal._futures


def test_outside_of_a_loop_none_runs():
    assert running_loop() is None

    async def main():
        return running_loop()

    assert isinstance(asyncio.run(main()), asyncio.AbstractEventLoop)


def test_a_wait_that_is_cancelled_is_passed_over():
    async def main():
        signal = Signal()
        task = asyncio.ensure_future(signal.wait(lambda: False))
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        signal.notify()
        await asyncio.sleep(0)

    asyncio.run(main())
