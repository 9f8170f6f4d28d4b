"""A small host for tests: starts a real worker and speaks the rpc protocol with it, frame by frame."""

import contextlib
import os
import queue
import re
import subprocess
import sys
import threading
from pathlib import Path

from synapse_py import message
from synapse_py.codec import ExtType, decode, encode
from synapse_py.extension import BUFFER, FUNCTION, HANDLE, STREAM
from synapse_py.frame import read_frame

PACKAGE_FOLDER = Path(__file__).parents[1]


def _start_text() -> str:
    """Give what the host runs by ``python -c``."""
    source = (PACKAGE_FOLDER.parent / "src" / "paths.ts").read_text(encoding="utf-8")
    statements = re.findall(r"^\s+(['`])(.+)\1,$", re.search(r"const START = \[(.+?)\]\.join", source, re.DOTALL)[1], re.MULTILINE)
    return "; ".join(text for _, text in statements).replace("${TOO_OLD}", re.search(r"TOO_OLD = '(.+)'", source)[1])


START = _start_text()
PATIENCE = 60
"""Seconds after which a test that waits has failed."""
KINDS = {
    number: name.lower() for name, number in vars(message).items() if name.isupper() and isinstance(number, int) and name in (
        "HELLO", "CALL", "RESULT", "ERROR", "CHUNK", "END", "ACK", "EVENT", "CANCEL", "CREDIT", "PING", "PONG", "LOG", "RELEASE"
    )
}  # fmt: skip
ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
ANSWERS = ("result", "error", "chunk", "end", "ack", "pong")


class Message:
    """One message of the worker: ``kind`` by name, ``id``, ``rest`` of its header, its ``value``, and ``size``, the bytes of its body."""

    def __init__(self, header, value, size):
        self.kind = KINDS[header[0]]
        self.id, *self.rest = header[1:]
        self.value = value
        self.size = size

    def __repr__(self):
        return f"<{self.kind} {self.id} {self.rest} {self.value!r:.200}>"


class Handle:
    """An object of the worker."""

    def __init__(self, number, kind, type, own=()):
        self.own = own
        self.number = number
        self.kind = kind
        self.type = type


class Worker:
    """A worker and the host's end of its conversation. Answers wait by their call, everything else by its kind."""

    def __init__(self, tmp_path, source, *, style="functions", python=sys.executable, hello=True, **environment):
        entry = tmp_path / "main.py"
        entry.write_text(source, encoding="utf-8")
        command = [python, "-c", START, PACKAGE_FOLDER, tmp_path, entry] if style == "functions" else [python, entry]
        told = {"SYNAPSE_HOST": "1"} if style == "served" else {}
        told = told if style == "functions" else {**told, "PYTHONPATH": str(PACKAGE_FOLDER)}
        self.process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**ENVIRONMENT, **told, **environment},
        )
        self.broken = None
        self._waiting = {}
        self._lock = threading.Lock()
        self._write_lock = threading.Lock()
        self._last = 0
        self._err = []
        self._threads = [threading.Thread(target=work, daemon=True) for work in (self._read, self._read_err)]
        for thread in self._threads:
            thread.start()
        if hello:
            self.hello = self.take("hello")
            self.greet()

    def greet(self, **details):
        """Say hello. May be said again, with other details."""
        self.tell(message.HELLO, 1, {"maxFrameBytes": 256 * 1024 * 1024, "arrow": False, **details})

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        for thread in self._threads:
            thread.join(PATIENCE)
        for stream in (self.process.stdin, self.process.stdout, self.process.stderr):
            with contextlib.suppress(BrokenPipeError):
                stream.close()

    def write(self, data):
        """Send bytes as they are."""
        with self._write_lock:
            self.process.stdin.write(data)
            self.process.stdin.flush()

    def tell(self, kind, id, *rest):
        """Send a message without a payload."""
        self.write(message.frame(kind, id, *rest))

    def frame(self, kind, *fields, payload):
        """Give the frame of a message; the payload may hold what ``function``, ``stream`` and ``handle`` give."""
        return b"".join(message.frame_parts(kind, fields, encode(payload)))

    def next_id(self):
        with self._lock:
            self._last += 2
            return self._last

    def call(self, name, *args, options=None, **kwargs):
        """Call a function; gives the id of the call."""
        id = self.next_id()
        self.write(self.call_frame(id, name, *args, options=options, **kwargs))
        return id

    def call_frame(self, id, name, *args, options=None, **kwargs):
        payload = [list(args), kwargs] if kwargs else [list(args)]
        fields = (id, name, options) if options else (id, name)
        return self.frame(message.CALL, *fields, payload=payload)

    def answer(self, id):
        """Wait for the next answer to a call."""
        return self._wait_for(("answer", id))

    def result(self, name, *args, **kwargs):
        """Call a function and wait for its result."""
        answer = self.answer(self.call(name, *args, **kwargs))
        assert answer.kind == "result", answer.value
        return answer.value

    def take(self, kind):
        """Wait for the next message of a kind that is no answer."""
        return self._wait_for(kind)

    def event(self, name):
        """Wait for an event."""
        event = self.take("event")
        while event.rest[0] != name:
            event = self.take("event")
        return event.value

    def logged(self, id):
        """Give the printed text and records of a call that have come so far."""
        logs, found = self._queue("log"), []
        while not logs.empty():
            found.append(logs.get())
        for log in found:
            logs.put(log)
        return "".join(log.value for log in found if log.id == id)

    def cancel(self, id):
        self.tell(message.CANCEL, id)

    def credit(self, id, size=1 << 20):
        self.tell(message.CREDIT, id, size)

    def ping(self):
        """Wait for the answer to a ping."""
        id = self.next_id()
        self.tell(message.PING, id)
        assert self.answer(id).kind == "pong"

    def close(self):
        """Close the conversation; gives the worker's exit status."""
        with self._write_lock:
            self.process.stdin.close()
        return self.wait()

    def wait(self):
        """Wait for the end of the worker and of its output; gives its exit status."""
        status = self.process.wait(PATIENCE)
        for thread in self._threads:
            thread.join(PATIENCE)
        return status

    @property
    def errors(self):
        """What it wrote to standard error: what was printed outside of calls too."""
        return b"".join(self._err).decode()

    def _read(self):
        try:
            while (body := read_frame(self.process.stdout)) is not None:
                self._sort(read_message(body))
        except Exception as error:
            self.broken = error

    def _wait_for(self, key):
        try:
            return self._queue(key).get(timeout=PATIENCE)
        except queue.Empty:
            raise AssertionError(f"no message for {key} came; the stream is broken: {self.broken}; {self.errors}") from None

    def _sort(self, message):
        self._queue(("answer", message.id) if message.kind in ANSWERS else message.kind).put(message)

    def _read_err(self):
        while data := self.process.stderr.read1(1 << 16):
            self._err.append(data)

    def _queue(self, key):
        with self._lock:
            return self._waiting.setdefault(key, queue.Queue())


def read_message(body):
    """Decode a message of the worker."""
    header, start = message.read_header(body)
    end, spans = message.take_table(header, start, len(body))
    buffers = [body[at : at + size] for at, size in spans]

    def value_of(code, data):
        if code == BUFFER:
            return buffers[decode(data)]
        return Handle(*decode(data)) if code == HANDLE else ExtType(code, data)

    return Message(header, decode(body[start:end], value_of) if end > start else None, len(body))


def function(number):
    """Give what stands for a function of the host."""
    return ExtType(FUNCTION, encode(number))


def stream(number):
    """Give what stands for a stream of the host."""
    return ExtType(STREAM, encode(number))


def handle(number):
    """Give what stands for an object that the host holds."""
    return ExtType(HANDLE, encode([number]))
