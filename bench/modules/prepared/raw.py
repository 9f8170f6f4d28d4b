"""The same answer for whoever asks with a byte: its length (8 bytes, little-endian), then its bytes. Run by hand."""

import sys

from answer import answer

payload = answer()
while sys.stdin.buffer.read(1):
    sys.stdout.buffer.write(len(payload).to_bytes(8, "little"))
    sys.stdout.buffer.write(payload)
    sys.stdout.buffer.flush()
