"""Answers each call with its payload, and prints how much that was."""

import sys

from synapse_py.codec import decode, encode
from synapse_py.frame import read_frame, write_frame

while (body := read_frame(sys.stdin.buffer)) is not None:
    print(len(body))
    write_frame(sys.stdout.buffer, encode(decode(body)))
