import os
import sys

import pytest

from synapse_py import message
from synapse_py.codec import decode, encode

from . import vectors


def test_the_hello_has_the_golden_form():
    (row,) = vectors.load("messages.json")["hello"]
    kind, version, details = decode(message.encode_hello("loop"))
    assert [kind, version] == row["value"][:2]
    assert details == {"mode": "loop", "python": ".".join(map(str, sys.version_info[:3])), "pid": os.getpid()}
    assert list(details) == list(row["value"][2])


@pytest.mark.parametrize("pid", [1, 127, 128, 255, 256, 42_000, 65_536, 4_194_304])
def test_the_hello_is_what_the_codec_would_write(monkeypatch, pid):
    monkeypatch.setattr(os, "getpid", lambda: pid)
    hello = message.encode_hello("loop")
    assert hello == encode(decode(hello))
