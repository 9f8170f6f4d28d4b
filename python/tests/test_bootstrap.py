"""The worker process by itself, driven from its descriptors, with and without a log pipe and a lifeline."""

import contextlib
import os
import subprocess
import sys

import pytest

from synapse_py.codec import decode, encode
from synapse_py.frame import encode_frame, read_frame
from synapse_py.orphan_guard import LIFELINE_FD
from synapse_py.stdio import LOG_FD

from .worker import PACKAGE_FOLDER, START

LOOP = """
import sys
from synapse_py.codec import decode, encode
from synapse_py.frame import read_frame, write_frame
print("starting")
while (body := read_frame(sys.stdin.buffer)) is not None:
    print("in the loop")
    write_frame(sys.stdout.buffer, encode(decode(body)))
"""


def start(tmp_path, source, **options):
    entry = tmp_path / "main.py"
    entry.write_text(source, encoding="utf-8")
    return subprocess.Popen(
        [sys.executable, "-c", START, PACKAGE_FOLDER, tmp_path, entry],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        **options,
    )


def test_says_hello_at_the_first_read_and_answers(tmp_path):
    worker = start(tmp_path, LOOP)
    kind, version, details = decode(read_frame(worker.stdout))
    assert (kind, version, details["mode"], details["pid"]) == (0, 1, "loop", worker.pid)
    out, _ = worker.communicate(encode_frame(encode("ping")))
    assert out == encode_frame(encode("ping"))
    assert worker.returncode == 0


def test_prints_go_to_standard_error_where_there_is_no_log_pipe(tmp_path):
    worker = start(tmp_path, LOOP)
    _, err = worker.communicate(encode_frame(encode(1)))
    assert err.decode().splitlines() == ["starting", "in the loop"]


@pytest.mark.parametrize(
    "read",
    [
        "buffer.read(4)",
        "buffer.read1(4)",
        "buffer.readline()",
        "buffer.readinto(bytearray(4))",
        "buffer.peek()",
        "buffer.raw.read(4)",
    ],
)
def test_every_way_to_read_announces_once(tmp_path, read):
    worker = start(tmp_path, f"import sys\nsys.stdin.{read}\nsys.stdin.{read}\n")
    out, err = worker.communicate(b"\n" * 8)
    assert out == encode_frame(out[4:]), err.decode()
    assert decode(out[4:])[0] == 0


def test_a_traceback_shows_the_entry_and_not_the_bootstrap(tmp_path):
    worker = start(tmp_path, "def fail():\n    raise LookupError('nothing there')\nfail()\n")
    out, err = worker.communicate()
    lines = err.decode().splitlines()
    assert (out, worker.returncode) == (b"", 1)
    assert lines[0].startswith("Traceback") and lines[-1] == "LookupError: nothing there"
    assert not any("synapse_py" in line for line in lines)


KEEPING = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


def test_an_entry_that_changes_twice_within_a_second_is_not_taken_for_what_it_was(tmp_path):
    printed = []
    for word in ("one", "two"):
        worker = start(tmp_path, f"VERSION = 1; print('{word}')", env=KEEPING)
        printed.append(worker.communicate()[1].decode().strip())
    assert printed == ["one", "two"]


def test_an_entry_that_has_settled_is_kept_in_compiled_form(tmp_path):
    start(tmp_path, "VERSION = 1", env=KEEPING).communicate()
    assert not (tmp_path / "__pycache__").exists()
    os.utime(tmp_path / "main.py", (1e9, 1e9))
    command = [sys.executable, "-c", START, PACKAGE_FOLDER, tmp_path, tmp_path / "main.py"]
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, env=KEEPING)
    assert (tmp_path / "__pycache__").exists()


def test_a_syntax_error_names_its_line(tmp_path):
    worker = start(tmp_path, "one = 1\ntwo = = 2\n")
    _, err = worker.communicate()
    assert worker.returncode == 1
    assert "main.py" in err.decode() and "line 2" in err.decode()
    assert "synapse_py" not in err.decode()


def test_the_log_has_its_own_pipe_and_the_lifeline_is_not_inherited(tmp_path):
    log_read, log_write = os.pipe()
    life_read, life_write = os.pipe()

    def arrange():
        os.dup2(log_write, LOG_FD)
        os.dup2(life_read, LIFELINE_FD)

    source = "import os, sys\nprint('logged', os.get_inheritable(4))\nsys.stdin.buffer.read()\n"
    worker = start(tmp_path, source, preexec_fn=arrange, pass_fds=(LOG_FD, LIFELINE_FD), start_new_session=True)
    os.close(log_write)
    out, err = worker.communicate()
    with os.fdopen(log_read) as log:
        assert log.read() == "logged False\n"
    assert (read_frame_of(out)[0], err) == (0, b"")
    os.close(life_write)
    os.close(life_read)


def read_frame_of(data):
    return decode(data[4 : 4 + int.from_bytes(data[:4], "little")])


@pytest.mark.parametrize("with_kernel", [True, False], ids=["by the kernel", "by a thread"])
def test_the_end_of_the_lifeline_ends_a_computing_worker(tmp_path, with_kernel):
    life_read, life_write = os.pipe()
    hide = "" if with_kernel else "sys.modules['fcntl'] = None\n"
    entry = tmp_path / "main.py"
    entry.write_text(
        f"import os, sys\nsys.path.insert(0, {str(PACKAGE_FOLDER)!r})\n{hide}"
        f"from synapse_py.orphan_guard import guard\nassert guard({LIFELINE_FD})\nprint('on guard', flush=True)\nwhile True: pass\n",
        encoding="utf-8",
    )

    def arrange():
        os.close(life_write)
        os.dup2(life_read, LIFELINE_FD)

    worker = subprocess.Popen(
        [sys.executable, entry],
        stdout=subprocess.PIPE,
        preexec_fn=arrange,
        pass_fds=(LIFELINE_FD,),
        start_new_session=True,
    )
    assert worker.stdout.readline() == b"on guard\n"
    os.close(life_read)
    os.close(life_write)
    with contextlib.closing(worker.stdout):
        assert worker.wait(timeout=30) == -9
