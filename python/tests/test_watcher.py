import threading

import pytest

from synapse_py import watcher
from synapse_py.watcher import Watcher


class Watched:
    """What the watcher looks after; tells when it is looked at."""

    def __init__(self):
        self.running = None
        self.needs_ticks = False
        self.looked = threading.Semaphore(0)
        self.attended = threading.Semaphore(0)

    def tick(self):
        self.looked.release()

    def attend(self, _seconds):
        self.attended.release()


@pytest.fixture
def watched(monkeypatch):
    monkeypatch.setattr(watcher, "TICK", 0.0001)
    monkeypatch.setattr(watcher, "QUIET_TICKS", 3)
    return Watched()


def fall_asleep(watching):
    while not watching.sleeping:
        pass


def test_it_sleeps_until_it_is_woken_and_again_when_it_is_quiet(watched):
    watching = Watcher(watched)
    assert watching.sleeping
    for _ in range(50):
        watching.wake()
        assert watched.looked.acquire(timeout=60)
        fall_asleep(watching)
    assert threading.active_count() < 20


def test_it_reads_in_the_place_of_a_call_that_it_sees_twice(watched):
    watching = Watcher(watched)
    watched.running = object()
    watching.wake()
    for _ in range(3):
        assert watched.attended.acquire(timeout=60)
    watched.running = None
    fall_asleep(watching)


def test_a_short_call_is_left_alone(watched):
    class Short(Watched):
        @property
        def running(self):
            return object()

        @running.setter
        def running(self, value):
            pass

    short = Short()
    Watcher(short).wake()
    for _ in range(20):
        assert short.looked.acquire(timeout=60)
    assert not short.attended.acquire(blocking=False)


def test_it_does_not_sleep_while_a_call_is_being_stopped(watched):
    watched.needs_ticks = True
    watching = Watcher(watched)
    watching.wake()
    for _ in range(50):
        assert watched.looked.acquire(timeout=60)
        assert not watching.sleeping
    watched.needs_ticks = False
    fall_asleep(watching)


def test_a_call_that_begins_while_it_falls_asleep_is_seen(watched, monkeypatch):
    monkeypatch.setattr(watcher, "QUIET_TICKS", 1)
    watching = Watcher(watched)
    for _ in range(300):
        watched.running = object()
        if watching.sleeping:
            watching.wake()
        assert watched.attended.acquire(timeout=60)
        watched.running = None


def test_many_may_wake_it_at_once(watched):
    watching = Watcher(watched)
    failures = []

    def wake():
        try:
            for _ in range(2000):
                watching.wake()
        except RuntimeError as error:
            failures.append(error)

    threads = [threading.Thread(target=wake) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    fall_asleep(watching)
    while watched.looked.acquire(blocking=False):
        pass
    watching.wake()
    assert watched.looked.acquire(timeout=60)
