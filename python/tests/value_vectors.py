"""Makes Python values of the tags in values.json, and tells values apart that ``==`` takes for equal."""

import math
from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal
from uuid import UUID

import numpy as np

from . import vectors

VECTORS = vectors.load("values.json")


class Kept:
    """An object that stays in Python."""

    def __init__(self, *told):
        self.told = told

    def __eq__(self, other):
        return isinstance(other, Kept) and self.told == other.told

    def __hash__(self):
        return hash(self.told)

    def __repr__(self):
        return f"Kept{self.told}"


class Array:
    """An array as the vectors tell it."""

    def __init__(self, dtype, shape, data):
        self.told = (dtype, shape, data)

    def make(self):
        dtype, shape, data = self.told
        return np.frombuffer(data, dtype).reshape(shape)


class Columns:
    """An Arrow table by the items of its columns."""

    def __init__(self, columns):
        self.told = columns

    def is_that_of(self, table):
        return [[name, table.column(name).to_pylist()] for name in table.column_names] == self.told


def repeated(pair):
    unit, times = pair
    return bytes.fromhex(unit) * times


def buffers(row):
    return [repeated(pair) for pair in row.get("buffers", [])]


def instant(text):
    return datetime.fromisoformat(_padded(text[:-1])).replace(tzinfo=timezone.utc)


def _padded(text):
    base, dot, fraction = text.partition(".")
    return base + dot + fraction.ljust(6, "0") if dot else base


def nested(count):
    value = []
    for _ in range(count - 1):
        value = [value]
    return value


def array(content):
    data = bytes.fromhex(content["bytes"]) if "bytes" in content else repeated(content["repeat"])
    return Array(content["dtype"], content["shape"], data)


def hashable(value):
    return frozenset(map(hashable, value)) if isinstance(value, set) else value


def pairs(content):
    return {hashable(make(key)): make(item) for key, item in content}


MAKERS = {
    "$int": int,
    "$float": float,
    "$bytes": bytes.fromhex,
    "$repeatByte": lambda content: bytes([content[0]]) * content[1],
    "$object": pairs,
    "$map": pairs,
    "$set": lambda content: {hashable(make(item)) for item in content},
    "$tuple": lambda content: tuple(hashable(make(item)) for item in content),
    "$instant": instant,
    "$datetime": datetime.fromisoformat,
    "$date": date.fromisoformat,
    "$time": time.fromisoformat,
    "$duration": lambda content: timedelta(*content),
    "$decimal": Decimal,
    "$uuid": UUID,
    "$complex": lambda content: complex(float(content[0]), float(content[1])),
    "$array": array,
    "$table": Columns,
    "$nested": nested,
    "$handle": lambda content: Kept(*content),
    "$function": lambda content: Kept("function", content),
    "$stream": lambda content: Kept("stream", content),
}


def make(tagged):
    if isinstance(tagged, list):
        return [make(item) for item in tagged]
    if not isinstance(tagged, dict):
        return tagged
    ((tag, content),) = tagged.items()
    return MAKERS[tag](content)


def with_arrays(value):
    """Replace the arrays of the vectors by NumPy's."""
    if isinstance(value, Array):
        return value.make()
    if isinstance(value, list):
        return [with_arrays(item) for item in value]
    return {key: with_arrays(item) for key, item in value.items()} if isinstance(value, dict) else value


def same(one, other):
    """Say whether two values are the same in type, sign of zero and order of keys; NaN is NaN."""
    if isinstance(one, Array):
        return isinstance(other, memoryview) and one.told[2] == other.tobytes()
    if isinstance(one, Columns):
        return type(other).__module__ == "pyarrow.lib" and one.is_that_of(other)
    if type(one) is not type(other):
        return False
    if isinstance(one, float):
        return (
            math.isnan(one) and math.isnan(other) if math.isnan(one) else (one, math.copysign(1, one)) == (other, math.copysign(1, other))
        )
    if isinstance(one, complex):
        return same(one.real, other.real) and same(one.imag, other.imag)
    if isinstance(one, Decimal):
        return one.as_tuple() == other.as_tuple()
    if isinstance(one, datetime):
        return one == other and one.tzinfo == other.tzinfo
    if isinstance(one, (list, tuple)):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, dict):
        return len(one) == len(other) and all(same(a, b) for a, b in zip(one.items(), other.items()))
    if isinstance(one, (set, frozenset)):
        return len(one) == len(other) and all(any(same(a, b) for b in other) for a in one)
    if type(one).__module__ == "numpy":
        return (one.dtype, one.shape, one.tobytes()) == (other.dtype, other.shape, other.tobytes()) and other.flags.writeable
    return bool(one == other)
