import os
import sys

from synapse_py.codec import encode
from synapse_py.message import hello

from . import vectors


def test_the_hello_has_the_golden_form():
    (row,) = vectors.load("messages.json")["hello"]
    kind, version, details = hello("loop")
    assert [kind, version] == row["value"][:2]
    assert details == {"mode": "loop", "python": ".".join(map(str, sys.version_info[:3])), "pid": os.getpid()}
    assert list(details) == list(row["value"][2])


def test_the_golden_hello_is_encoded_to_its_golden_bytes():
    (row,) = vectors.load("messages.json")["hello"]
    assert encode(row["value"]) == vectors.encoding(row)
