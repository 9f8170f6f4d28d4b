"""What Synapse calls by name: plain functions, without a line of protocol."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator

import synapse_py

_SMALL = {"id": 7, "name": "synapse", "ok": True, "values": [1, 2.5, 3]}


def echo(value: object) -> object:
    """Give the value back."""
    return value


def items(count: int) -> Iterator[object]:
    """Give the value of a small call so many times."""
    for _ in range(count):
        yield _SMALL


def total(numbers: list[float]) -> float:
    """Add up an array, by its own means, or a list."""
    return float(numbers.sum()) if hasattr(numbers, "sum") else sum(numbers)


def spin() -> None:
    """Compute without an end, in Python alone."""
    synapse_py.emit("begun")
    steps = 0
    while True:
        steps += 1


def compute(seconds: float) -> int:
    """Compute for so long, in Python alone; gives the steps."""
    end = time.monotonic() + seconds
    steps = 0
    while time.monotonic() < end:
        steps += 1
    return steps


def work(seconds: float) -> int:
    """Compute for so long on a processor, in Python alone; gives the steps. Time in which others had the processor does not count."""
    end = time.thread_time() + seconds
    steps = 0
    while time.thread_time() < end:
        steps += 1
    return steps


def die() -> None:
    """End the worker at once, without a word."""
    os._exit(1)
