import threading

import pytest

from synapse_py import thread_pool
from synapse_py.thread_pool import ThreadPool


@pytest.mark.parametrize("threads", [1, 3])
def test_at_most_so_many_work_at_once(threads):
    pool = ThreadPool(threads)
    inside, together = [], threading.Barrier(threads)
    left = threading.Semaphore(0)

    def work():
        inside.append(1)
        together.wait(60)
        assert len(inside) <= threads
        together.wait(60)
        inside.pop()
        left.release()

    for _ in range(threads * 5):
        pool.submit(work)
    for _ in range(threads * 5):
        assert left.acquire(timeout=60)


def test_a_free_thread_is_used_again():
    pool = ThreadPool(5)
    idents, done = set(), threading.Semaphore(0)
    for _ in range(10):
        pool.submit(lambda: (idents.add(threading.get_ident()), done.release()))
        done.acquire(timeout=60)
        while pool._busy:
            pass
    assert len(idents) == 1


def test_a_host_that_is_gone_does_not_end_the_thread():
    pool = ThreadPool(1)
    done = threading.Event()

    def fail():
        raise BrokenPipeError

    pool.submit(fail)
    pool.submit(done.set)
    assert done.wait(60)


def test_without_any_thread_nothing_is_taken(monkeypatch):
    def refuse(*_):
        raise RuntimeError("can't start new thread")

    pool = ThreadPool(2)
    monkeypatch.setattr(thread_pool, "start_new_thread", refuse)
    with pytest.raises(RuntimeError):
        pool.submit(print)
    monkeypatch.undo()
    done = threading.Event()
    pool.submit(done.set)
    assert done.wait(60)


def test_with_one_thread_a_second_that_the_system_refuses_is_done_without(monkeypatch):
    pool = ThreadPool(2)
    first, gate, done = threading.Event(), threading.Event(), threading.Event()
    pool.submit(lambda: (first.set(), gate.wait(60)))
    first.wait(60)
    monkeypatch.setattr(thread_pool, "start_new_thread", lambda *_: (_ for _ in ()).throw(RuntimeError))
    pool.submit(done.set)
    gate.set()
    assert done.wait(60)
