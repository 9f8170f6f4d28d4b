import contextlib
import os
import select
import threading

import pytest

from synapse_py.frame import encode_frame, read_frame
from synapse_py.outbox import BATCH_BYTES, Outbox


@pytest.fixture
def pipe():
    ends = os.pipe()
    yield ends
    for end in ends:
        with contextlib.suppress(OSError):
            os.close(end)


def bodies(read_end):
    with os.fdopen(os.dup(read_end), "rb") as stream:
        return list(iter(lambda: read_frame(stream), None))


class Reading:
    """Reads all frames of a pipe in a thread."""

    def __init__(self, pipe):
        self.bodies = []
        self._write_end = pipe[1]
        self._thread = threading.Thread(target=lambda: self.bodies.extend(bodies(pipe[0])))
        self._thread.start()

    def finish(self):
        os.close(self._write_end)
        self._thread.join()
        return self.bodies


def test_posted_frames_leave_with_the_next_flush_in_order(pipe):
    outbox = Outbox(pipe[1])
    outbox.post(encode_frame(b"1"))
    outbox.post(encode_frame(b"2"))
    assert outbox.waiting
    assert not _is_readable(pipe[0])
    outbox.send(encode_frame(b"3"))
    assert not outbox.waiting
    os.close(pipe[1])
    assert bodies(pipe[0]) == [b"1", b"2", b"3"]


def _is_readable(fd):
    return bool(select.select([fd], [], [], 0)[0])


def test_many_small_frames_do_not_wait_for_ever(pipe):
    reading = Reading(pipe)
    outbox = Outbox(pipe[1])
    frame = encode_frame(bytes(996))
    for _ in range(BATCH_BYTES // len(frame)):
        outbox.post(frame)
    assert outbox.waiting
    outbox.post(frame)
    assert not outbox.waiting
    assert len(reading.finish()) == BATCH_BYTES // len(frame) + 1


def test_large_parts_go_out_as_they_lie_in_memory(pipe):
    reading = Reading(pipe)
    outbox = Outbox(pipe[1])
    sizes = [1, 0, 300_000, 7, 1_000_000, *([5000] * 200)]
    parts = [os.urandom(size) for size in sizes]
    outbox.send(sum(sizes).to_bytes(4, "little"), *(memoryview(part) for part in parts))
    outbox.send(encode_frame(b"next"))
    assert reading.finish() == [b"".join(parts), b"next"]


def test_frames_of_many_threads_stay_whole(pipe):
    reading = Reading(pipe)
    outbox = Outbox(pipe[1])

    def work(letter):
        for size in (1, 100_000, 10, 40_000) * 20:
            body = letter * size
            outbox.send(len(body).to_bytes(4, "little"), body[:1], body[1:])
            outbox.post(encode_frame(letter))
        outbox.flush()

    threads = [threading.Thread(target=work, args=(bytes([letter]),)) for letter in range(65, 71)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    got = reading.finish()
    assert len(got) == 6 * 160
    assert all(body == body[:1] * len(body) for body in got)
    assert sum(map(len, got)) == 6 * 20 * (1 + 100_000 + 10 + 40_000 + 4)


def test_a_finalizer_in_the_middle_of_a_write_waits_for_its_end(pipe, monkeypatch):
    outbox = Outbox(pipe[1])
    write = os.write

    def write_and_finalize(fd, data):
        if not done:
            done.append(True)
            outbox.send(encode_frame(b"finalizer"))
        return write(fd, data)

    done = []
    monkeypatch.setattr(os, "write", write_and_finalize)
    outbox.send(encode_frame(b"first"))
    monkeypatch.undo()
    os.close(pipe[1])
    assert bodies(pipe[0]) == [b"first", b"finalizer"]


def test_when_the_host_is_gone_everything_is_dropped(pipe):
    outbox = Outbox(pipe[1])
    os.close(pipe[0])
    with pytest.raises(BrokenPipeError):
        outbox.send(encode_frame(b"1"))
    outbox.discard()
    assert outbox.closed
    outbox.send(encode_frame(bytes(300_000)))
    assert not outbox.waiting


def test_a_forked_process_writes_nothing_and_waits_for_no_lock_of_its_parent(pipe):
    outbox = Outbox(pipe[1])
    outbox.post(encode_frame(b"1"))
    taken, release = threading.Event(), threading.Event()

    def hold():
        with outbox._lock:
            taken.set()
            release.wait()

    holder = threading.Thread(target=hold)
    holder.start()
    taken.wait()
    outbox.forsake()
    outbox.send(encode_frame(b"2"))
    release.set()
    holder.join()
    os.close(pipe[1])
    assert bodies(pipe[0]) == []
