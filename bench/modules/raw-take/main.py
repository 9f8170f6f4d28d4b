"""The raw way in for large messages: a whole one is read into memory that is there already; only its length goes back.

A message is a length (8 bytes, little-endian) and its bytes.
"""

import sys

memory = bytearray(0)
while header := sys.stdin.buffer.read(8):
    size = int.from_bytes(header, "little")
    if size > len(memory):
        memory = bytearray(size)
    with memoryview(memory) as view:
        sys.stdin.buffer.readinto(view[:size])
    sys.stdout.buffer.write(header)
    sys.stdout.buffer.flush()
