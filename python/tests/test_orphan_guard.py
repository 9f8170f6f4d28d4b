"""What watches over a worker whose host ends, in a program that is started without the bootstrap."""

import os
import subprocess
import sys

import pytest

from synapse_py.orphan_guard import LIFELINE_FD, guard
from synapse_py.stdio import FRAMES_FD, LOG_FD

from .worker import ENVIRONMENT, PACKAGE_FOLDER


class Program:
    """A program started as a host starts one in any language: with a log pipe, a lifeline, and a stream for frames."""

    def __init__(self, tmp_path, source):
        entry = tmp_path / "main.py"
        entry.write_text(source, encoding="utf-8")
        log_read, log_write = os.pipe()
        life_read, self.life = os.pipe()
        frames_read, frames_write = os.pipe()
        high = [os.dup2(fd, 20 + n, inheritable=False) for n, fd in enumerate((log_write, life_read, frames_write))]

        def arrange():
            for fd, number in zip(high, (LOG_FD, LIFELINE_FD, FRAMES_FD)):
                os.dup2(fd, number)

        self.process = subprocess.Popen(
            [sys.executable, entry],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            preexec_fn=arrange,
            pass_fds=(LOG_FD, LIFELINE_FD, FRAMES_FD),
            start_new_session=True,
            env={**ENVIRONMENT, "SYNAPSE_HOST": "1", "PYTHONPATH": str(PACKAGE_FOLDER)},
        )
        for fd in (*high, log_write, life_read, frames_write, frames_read):
            os.close(fd)
        self.log = os.fdopen(log_read)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        for stream in (self.log, self.process.stdin, self.process.stdout):
            stream.close()
        self.end_host()

    def end_host(self):
        """Close the lifeline, as the end of the host does; what the streams are for stays open."""
        if self.life is not None:
            os.close(self.life)
            self.life = None


COMPUTES = """
import synapse_py
def compute():
    print("computing", flush=True)
    while True: pass
"""


@pytest.mark.parametrize("computes", ["compute()", "import threading\nthreading.Thread(target=compute).start()\nsynapse_py.serve()"])
def test_a_program_that_has_imported_the_package_ends_with_its_host_although_it_computes(tmp_path, computes):
    with Program(tmp_path, COMPUTES + computes) as program:
        assert program.log.readline() == "computing\n"
        program.end_host()
        assert program.process.wait(30) == -9


def test_its_children_get_nothing_of_the_hosts(tmp_path):
    source = """
import os, synapse_py
print(os.environ.get("SYNAPSE_HOST"), [os.get_inheritable(fd) for fd in (4, 5)], flush=True)
os.system("ls /dev/fd/4 /dev/fd/5 >/dev/null 2>&1 && echo inherited")
print("over", flush=True)
"""
    with Program(tmp_path, source) as program:
        assert program.process.wait(30) == 0
        assert program.log.read() == "None [False, False]\nover\n"


def test_a_file_with_the_number_of_the_lifeline_is_left_alone(tmp_path):
    source = """
import os, sys
file = open("data", "w+b", buffering=0)
os.set_inheritable(file.fileno(), True)
from synapse_py.orphan_guard import guard
print(guard(file.fileno()), os.get_inheritable(file.fileno()), file.write(b"mine"))
"""
    environment = {**ENVIRONMENT, "PYTHONPATH": str(PACKAGE_FOLDER)}
    done = subprocess.run([sys.executable, "-c", source], cwd=tmp_path, env=environment, stdout=subprocess.PIPE, timeout=60, check=False)
    assert done.stdout == b"False True 4\n"


def test_without_a_lifeline_there_is_no_guard(tmp_path):
    fd = os.open(tmp_path, os.O_RDONLY)
    os.close(fd)
    assert guard(fd) is False
