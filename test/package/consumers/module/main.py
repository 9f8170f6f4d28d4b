"""Answers each call with its number doubled and its other values as they came, and prints on the way."""

import sys

from synapse_py.codec import decode, encode
from synapse_py.frame import read_frame, write_frame

while (body := read_frame(sys.stdin.buffer)) is not None:
    call = decode(body)
    print(f"doubling {call['number']}")
    write_frame(sys.stdout.buffer, encode({**call, "number": call["number"] * 2}))
