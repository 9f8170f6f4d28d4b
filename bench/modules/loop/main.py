"""The hand-written loop that Synapse and the plain implementation both talk to: a frame in, the same value out."""

import sys

import msgpack


def main() -> None:
    """Answer each frame with what it holds."""
    while True:
        header = sys.stdin.buffer.read(4)
        if not header:
            return
        value = msgpack.unpackb(sys.stdin.buffer.read(int.from_bytes(header, "little")))
        body = msgpack.packb(value)
        sys.stdout.buffer.write(len(body).to_bytes(4, "little") + body)
        sys.stdout.buffer.flush()


main()
