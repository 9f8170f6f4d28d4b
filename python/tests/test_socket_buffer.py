"""A larger buffer for what the worker sends: asked for by the host, as large as the system grants."""

import os
import socket
import subprocess
import sys

import pytest

from synapse_py.socket_buffer import enlarge
from synapse_py.stdio import BUFFER_SIZE_VARIABLE

from .worker import ENVIRONMENT, PACKAGE_FOLDER, START

SOURCE = """
import os, socket
from synapse_py import stdio
def size(): return socket.socket(fileno=os.dup(stdio._Protocol.output.fileno())).getsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF)
print(size(), os.environ.get("SYNAPSE_SOCKET_BUFFER_SIZE"))
"""
LOADED = "import sys\nprint('socket' in sys.modules, 'synapse_py.socket_buffer' in sys.modules)\n"
STYLES = pytest.mark.parametrize("style", ["bootstrapped", "plain"])


def run(tmp_path, style, source, size):
    """Run an entry with a socket as its output; gives what it has printed."""
    entry = tmp_path / "main.py"
    entry.write_text("import synapse_py\n" + source, encoding="utf-8")
    start = ["-c", START, PACKAGE_FOLDER, tmp_path, entry] if style == "bootstrapped" else [entry]
    told = {} if style == "bootstrapped" else {"SYNAPSE_HOST": "1", "PYTHONPATH": str(PACKAGE_FOLDER)}
    environment = {**ENVIRONMENT, **told, **({} if size is None else {BUFFER_SIZE_VARIABLE: size})}
    ours, theirs = socket.socketpair()
    with ours, theirs:
        command = [sys.executable, *start]
        done = subprocess.run(
            command, stdin=subprocess.PIPE, stdout=theirs, stderr=subprocess.PIPE, env=environment, timeout=60, check=False
        )
    return done.stderr.decode().splitlines()[0].split()


def granted(size=None):
    """Give what the system grants a socket of this process."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        if size is not None:
            ours.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, size)
        return str(ours.getsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF))


@STYLES
@pytest.mark.parametrize("size", [20_000, 1_000_000])
def test_the_output_gets_the_buffer_that_is_asked_for(tmp_path, style, size):
    assert granted(size) != granted()
    assert run(tmp_path, style, SOURCE, str(size)) == [granted(size), "None"]


@pytest.mark.parametrize("size", ["", "much", "-1", "0", "1e6", "\u0662"])
def test_what_is_no_size_changes_nothing(tmp_path, size):
    assert run(tmp_path, "plain", SOURCE, size) == [granted(), "None"]


def test_the_most_that_can_be_asked_for_is_no_error(tmp_path):
    assert int(run(tmp_path, "plain", SOURCE, "9" * 30)[0]) > int(granted())


@STYLES
def test_a_worker_that_is_not_asked_loads_nothing_for_it(tmp_path, style):
    assert run(tmp_path, style, LOADED, None) == ["False", "False"]


@pytest.mark.skipif(sys.platform != "linux", reason="pipes have a fixed size here")
@pytest.mark.parametrize("size", [8192, 1 << 20, 1 << 40], ids=["smaller", "larger", "more than there may be"])
def test_a_pipe_is_changed_too(size):
    fcntl = pytest.importorskip("fcntl")
    ends = os.pipe()
    try:
        before = fcntl.fcntl(ends[1], 1032)
        enlarge(ends[1], str(size))
        after = fcntl.fcntl(ends[1], 1032)
    finally:
        for end in ends:
            os.close(end)
    assert after == size if size <= 1 << 20 else after >= before


def test_a_file_is_left_alone(tmp_path):
    with (tmp_path / "data").open("wb") as file:
        enlarge(file.fileno(), "1000000")
    enlarge(9999, "1000000")
