"""A program that serves by itself, started as `python worker.py`: with a host, with a terminal, with nobody."""

import os
import subprocess
import sys

import pytest

from synapse_py import message
from synapse_py.codec import decode
from synapse_py.frame import encode_frame, read_frame
from synapse_py.serving import emit

from .worker import PACKAGE_FOLDER, Worker

SERVED = """
{before}
import synapse_py
{after}
def double(x):
    print("doubling")
    return x * 2
if __name__ == "__main__":
    synapse_py.serve()
    print("over")
"""


@pytest.mark.parametrize("style", ["served", "plain"])
def test_what_is_printed_before_and_after_serving_is_log_output(tmp_path, style):
    before = "print('before the import')" if style == "plain" else ""
    source = SERVED.format(before=before, after="print('before serving')\nimport os\nos.system('echo from a child')")
    if style == "plain":
        source = source.replace("import os\nos.system('echo from a child')", "")
    with Worker(tmp_path, source, style=style) as worker:
        assert worker.hello.rest[0]["mode"] == "rpc"
        assert worker.hello.rest[0]["pid"] == worker.process.pid
        id = worker.call("double", 4)
        assert worker.answer(id).value == 8
        assert worker.logged(id) == "doubling\n"
        assert worker.close() == 0
        lines = worker.errors.splitlines()
        assert set(lines) == {"before serving", "over", "before the import" if style == "plain" else "from a child"}
        assert worker.broken is None


def test_the_children_of_a_served_program_are_not_told_of_the_host(tmp_path):
    source = SERVED.format(before="import os", after="def told(): return os.environ.get('SYNAPSE_HOST')")
    with Worker(tmp_path, source, style="served") as worker:
        assert worker.result("told") is None


def test_a_file_that_the_program_has_opened_keeps_its_descriptor(tmp_path):
    source = SERVED.format(
        before="", after="data = open('data.txt', 'w')\ndef write(): data.write('mine'); data.flush(); return data.fileno()"
    )
    with Worker(tmp_path, source.replace("'data.txt'", repr(str(tmp_path / "data.txt"))), style="plain") as worker:
        worker.result("double", 1)
        assert worker.result("write") == 3
        assert worker.close() == 0
        assert (tmp_path / "data.txt").read_text() == "mine"
        assert worker.errors == "over\n"


def run(tmp_path, source, **streams):
    entry = tmp_path / "main.py"
    entry.write_text(source, encoding="utf-8")
    environment = {**os.environ, "PYTHONPATH": str(PACKAGE_FOLDER)}
    return subprocess.run([sys.executable, entry], env=environment, stderr=subprocess.PIPE, timeout=60, check=False, **streams)


@pytest.mark.skipif(not hasattr(os, "openpty"), reason="no terminals on this system")
@pytest.mark.parametrize("name", ["input", "output"])
def test_a_terminal_is_told_that_this_is_no_program_for_it(tmp_path, name):
    ends = os.openpty()
    streams = {"stdin": ends[1], "stdout": subprocess.PIPE} if name == "input" else {"stdin": subprocess.DEVNULL, "stdout": ends[1]}
    try:
        done = run(tmp_path, SERVED.format(before="", after=""), **streams)
    finally:
        for end in ends:
            os.close(end)
    assert done.returncode == 2
    assert f"its standard {name} is a terminal" in done.stderr.decode()
    assert "Traceback" not in done.stderr.decode()


@pytest.mark.parametrize(("descriptor", "name"), [(0, "input"), (1, "output")])
def test_closed_streams_are_told(tmp_path, descriptor, name):
    streams = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "preexec_fn": lambda: os.close(descriptor)}
    done = run(tmp_path, SERVED.format(before="", after=""), **streams)
    assert done.returncode == 2
    assert f"its standard {name} is closed" in done.stderr.decode()


def test_with_an_empty_input_it_says_hello_and_ends(tmp_path):
    done = run(tmp_path, SERVED.format(before="", after=""), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
    assert (done.returncode, done.stderr) == (0, b"over\n")
    assert decode(done.stdout[4:])[2]["mode"] == "rpc"
    assert len(done.stdout) == 4 + int.from_bytes(done.stdout[:4], "little")


@pytest.mark.parametrize("style", ["functions", "served"])
def test_an_entry_that_has_nothing_to_serve_says_so(tmp_path, style):
    source = "import synapse_py\n_x = 1\n" + ("synapse_py.serve()\n" if style == "served" else "")
    with Worker(tmp_path, source, style=style, hello=False) as worker:
        assert worker.wait() == 1
        assert "nothing to serve" in worker.errors


def test_serving_twice_is_refused(tmp_path):
    source = SERVED.format(before="", after="") + "    synapse_py.serve()\n"
    with Worker(tmp_path, source, style="served") as worker:
        assert worker.close() == 1
        assert "serve(), once" in worker.errors


def test_a_host_that_is_gone_ends_the_worker_without_noise(tmp_path):
    source = "import synapse_py as synapse\ndef f():\n    synapse.emit('begun')\n    while True: print('x' * 1000)\n"
    with Worker(tmp_path, source) as worker:
        worker.call("f")
        worker.event("begun")
        worker.process.stdin.close()
        assert worker.wait() == 0
        assert worker.errors.replace("x", "").strip() == ""


def test_a_host_that_reads_no_longer_ends_the_worker(tmp_path):
    entry = tmp_path / "main.py"
    entry.write_text(SERVED.format(before="", after=""), encoding="utf-8")
    worker = subprocess.Popen(
        [sys.executable, entry],
        env={**os.environ, "PYTHONPATH": str(PACKAGE_FOLDER), "SYNAPSE_HOST": "1"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    read_frame(worker.stdout)
    worker.stdout.close()
    worker.stdin.write(b"".join(encode_frame(message.head(message.PING, 2)) for _ in range(3)))
    worker.stdin.flush()
    assert worker.wait(60) == 1
    worker.stdin.close()
    assert b"Traceback" not in worker.stderr.read()
    worker.stderr.close()


def test_a_thread_that_is_not_the_main_one_may_serve(tmp_path):
    source = SERVED.format(before="import threading", after="").replace(
        "    synapse_py.serve()", "    t = threading.Thread(target=synapse_py.serve)\n    t.start()\n    t.join()"
    )
    with Worker(tmp_path, source, style="served") as worker:
        assert worker.result("double", 2) == 4
        assert worker.close() == 0
        assert worker.errors == "over\n"


def test_a_program_that_has_emitted_serves_by_the_same_name(tmp_path):
    with Worker(tmp_path, "import synapse_py\nsynapse_py.emit('e')\ndef f(): return 1\nsynapse_py.serve()\n", style="served") as worker:
        assert worker.result("f") == 1


def test_emit_outside_of_a_worker_does_nothing():
    assert emit("event", object()) is None
