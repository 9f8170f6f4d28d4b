"""Functions of every kind, for hosts of every kind."""

import os
import signal
import subprocess
import sys
import time

import synapse_py as synapse

VERSION = "1.2"


def add(a, b=1, *, negative=False):
    return -(a + b) if negative else a + b


def echo(value):
    return value


def fails(text):
    raise ValueError(text)


def count(n):
    try:
        yield from range(n)
    finally:
        synapse.emit("closed", n)


def doubled(numbers):
    for number in numbers:
        yield number * 2


def asks(function, value):
    return ["answered", function(value)]


def emits(n):
    for i in range(n):
        synapse.emit("progress", {"i": i})


def prints(text):
    print(text)
    print(text, file=sys.stderr)
    os.write(1, b"to descriptor 1\n")
    subprocess.run([sys.executable, "-c", "print('by a child')"], check=True)


def sleeps():
    synapse.emit("begun", None)
    time.sleep(1000)


def exits(code):
    print("on the way out", file=sys.stderr, flush=True)
    os._exit(code)


def killed():
    os.kill(os.getpid(), signal.SIGKILL)


def with_a_child():
    child = subprocess.Popen(
        [sys.executable, "-c", "import time; time.sleep(3600)"],
        stdin=subprocess.DEVNULL,
    )
    return [os.getpid(), child.pid]


def computes():
    synapse.emit("begun", None)
    while True:
        pass
