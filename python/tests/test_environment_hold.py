"""Holding an environment and telling who does, with real processes on both sides."""

import errno
import fcntl
import json
import os
import struct
import subprocess
import sys
from pathlib import Path

import pytest

from synapse_py import environment_hold
from synapse_py.environment_hold import REBUILDING_STATUS, STAMP_NAME, USE_NAME, hold
from synapse_py.provisioning import holders
from synapse_py.provisioning.holders import form_of, holders_in

PACKAGE_FOLDER = Path(__file__).parents[1]
PRELUDE = f"import os, sys; sys.path.insert(0, {str(PACKAGE_FOLDER)!r}); from synapse_py.environment_hold import hold\n"
UNTIL_CLOSED = "print('held', flush=True); sys.stdin.read()\n"


@pytest.fixture
def prefix(tmp_path):
    (tmp_path / USE_NAME).touch()
    (tmp_path / STAMP_NAME).write_text("{}", encoding="utf-8")
    return tmp_path


@pytest.fixture
def start(prefix):
    """Start holders; those that are left are ended with the test."""
    started = []

    def run(source="hold(sys.argv[1])\n"):
        process = subprocess.Popen(
            [sys.executable, "-I", "-S", "-c", PRELUDE + source + UNTIL_CLOSED, prefix],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        assert process.stdout.readline() == "held\n"
        return process

    yield run
    for process in started:
        process.kill()
        process.communicate()


def ask(path, *more):
    command = [sys.executable, "-I", "-S", holders.__file__, path, *more]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def told(prefix):
    out, _ = ask(prefix / USE_NAME).communicate()
    return json.loads(out)


def test_an_environment_of_somebody_else_is_not_held(tmp_path):
    assert hold(str(tmp_path)) is None
    assert list(tmp_path.iterdir()) == []


def test_nobody_holds_an_environment_at_first_nor_one_without_the_file(prefix):
    assert told(prefix) == []
    assert told(prefix / "nowhere") == []


def test_every_holder_is_told_until_it_ends_or_is_killed(prefix, start):
    first, second, third = processes = [start() for _ in range(3)]
    assert told(prefix) == sorted(process.pid for process in processes)
    first.communicate()
    assert told(prefix) == sorted([second.pid, third.pid])
    second.kill()
    second.wait()
    assert told(prefix) == [third.pid]


def test_holding_writes_nothing(prefix, start):
    def state():
        return {path.name: path.stat()[:-3] for path in prefix.iterdir()}, (prefix / USE_NAME).stat().st_mtime_ns

    before = state()
    start()
    assert state() == before


def test_a_child_that_outlives_its_parent_does_not_hold(prefix, start):
    parent = start("fd = hold(sys.argv[1]); assert not os.get_inheritable(fd)\nif os.fork() == 0: sys.stdin.read(); os._exit(0)\n")
    assert told(prefix) == [parent.pid]
    parent.kill()
    parent.wait()
    assert told(prefix) == []


def test_a_process_that_starts_during_a_rebuild_ends_with_one_line_before_it_does_anything(prefix):
    (prefix / STAMP_NAME).unlink()
    source = PRELUDE + "hold(sys.argv[1]); print('not reached')"
    done = subprocess.run([sys.executable, "-I", "-S", "-c", source, prefix], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (REBUILDING_STATUS, "")
    assert done.stderr.startswith(f"The environment {prefix} is being made anew") and done.stderr.count("\n") == 1


def test_a_stamp_that_goes_later_disturbs_no_holder(prefix, start):
    holder = start()
    (prefix / STAMP_NAME).unlink()
    assert told(prefix) == [holder.pid]
    holder.communicate()
    assert holder.returncode == 0


def test_without_record_locks_the_open_file_is_the_mark(prefix, monkeypatch):
    monkeypatch.setitem(sys.modules, "fcntl", None)  # as on Windows
    fd = hold(str(prefix))
    assert os.path.samestat(os.fstat(fd), (prefix / USE_NAME).stat())
    os.close(fd)


def test_a_disk_that_cannot_lock_stops_neither_side(prefix, monkeypatch):
    def refuse(*_):
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(fcntl, "lockf", refuse)
    monkeypatch.setattr(fcntl, "fcntl", refuse)
    before = os.listdir("/dev/fd")
    assert hold(str(prefix)) is None
    assert len(os.listdir("/dev/fd")) == len(before)
    with open(prefix / USE_NAME, "rb") as file:
        assert holders_in(file.fileno()) == []


def test_holders_are_found_wherever_they_are_and_side_by_side(prefix, start):
    numbers = [*range(3, 4_000_000, 40_007), 2**31 - 1]
    start(f"for number in {numbers}: os.getpid = lambda: number; hold(sys.argv[1])\n")
    for neighbour in (2, 4, 5):  # locks of one process that touch become one
        start(f"os.getpid = lambda: {neighbour}; hold(sys.argv[1])\n")
    assert told(prefix) == sorted([*numbers, 2, 4, 5])


def test_two_containers_may_give_the_same_number(prefix, start):
    first, _second = [start("os.getpid = lambda: 1; hold(sys.argv[1])\n") for _ in range(2)]
    first.communicate()
    assert told(prefix) == [1]


def test_a_lock_of_somebody_else_on_the_whole_file_counts_as_one_holder(prefix, start):
    start(f"import fcntl; file = open(os.path.join(sys.argv[1], {USE_NAME!r})); fcntl.lockf(file, fcntl.LOCK_SH)\n")
    assert told(prefix) == [0]


def test_waiting_tells_each_change_and_ends_with_the_last_holder(prefix, start):
    first, second = start(), start()
    waiting = ask(prefix / USE_NAME, "wait")
    assert json.loads(waiting.stdout.readline()) == sorted([first.pid, second.pid])
    first.communicate()
    assert json.loads(waiting.stdout.readline()) == [second.pid]
    second.communicate()
    assert waiting.communicate()[0] == "[]\n"


def test_waiting_repeats_nothing(prefix, monkeypatch, capsys):
    answers = iter([[1, 2], [1, 2], [2], [2], []])
    monkeypatch.setattr(holders, "holders_in", lambda _: next(answers))
    monkeypatch.setattr(holders, "POLL_SECONDS", 0)
    holders.main(prefix / USE_NAME, True)
    assert capsys.readouterr().out == "[1, 2]\n[2]\n[]\n"


@pytest.mark.parametrize("platform", ["linux", "darwin", "freebsd14", "sunos5"])
def test_each_system_s_lock_has_its_members_at_their_places(platform):
    form, (kind, start, length) = form_of(platform)
    members = [0] * len(form)
    members[kind], members[start], members[length] = 7, 2**40, 2**41
    data = struct.pack(form, *members)
    # struct flock as their headers declare it: the range first, or type and whence first and padding before the range
    expected = (2**40, 2**41, 0, 7) if platform in ("darwin", "freebsd14") else (7, 2**40, 2**41, 0)
    assert struct.unpack_from("=qqih" if platform in ("darwin", "freebsd14") else "=h6xqqi", data) == expected


def test_a_worker_imports_no_more_than_it_must(prefix):
    source = (
        f"import sys; sys.path.insert(0, {str(PACKAGE_FOLDER)!r}); before = set(sys.modules)\n"
        "import os; from synapse_py.environment_hold import hold; assert hold(sys.argv[1])\n"
        "print(*sorted(set(sys.modules) - before - {'os'}))"
    )
    done = subprocess.run([sys.executable, "-I", "-c", source, prefix], stdout=subprocess.PIPE, text=True, check=True)
    assert set(done.stdout.split()) <= {"fcntl", "synapse_py", environment_hold.__name__}
