"""A Synapse module: reads a frame, answers it, until there are no more frames. Replace `handle` by what your module does."""

import struct
import sys

import msgpack


def handle(payload):
    """Answer one call.

    Args:
        payload: what the TypeScript side passed to call().

    Returns:
        What call() resolves with: None, bool, int, float, str, bytes, list or dict.
    """
    print("got", payload)  # print() is log output; it cannot disturb the answers
    return {"echo": payload}


def main():
    """Answer calls in the order in which they come. A frame is a 4-byte little-endian length and that many bytes of MessagePack."""
    while header := sys.stdin.buffer.read(4):
        (size,) = struct.unpack("<I", header)
        payload = msgpack.packb(handle(msgpack.unpackb(sys.stdin.buffer.read(size))))
        sys.stdout.buffer.write(struct.pack("<I", len(payload)) + payload)
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
