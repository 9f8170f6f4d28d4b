"""Answers each call with what was encoded before anyone asked: what a receiver does is measured, not what Python does for it.

Speaks the rpc protocol by hand, over the descriptors that functions would be served on.
"""

import io

from answer import answer

from synapse_py import message, stdio
from synapse_py.frame import read_frame


def main() -> None:
    """Say hello, then answer until the host closes the conversation."""
    payload = answer()
    source_fd, target_fd = stdio.take_protocol()
    source = io.FileIO(source_fd, "rb", closefd=False)
    target = io.FileIO(target_fd, "wb", closefd=False)

    def send(*parts: bytes) -> None:
        for part in parts:
            view = memoryview(part)
            while view:
                view = view[target.write(view) :]

    method = {
        "response": "result",
        "concurrent": False,
        "parameters": [],
        "returns": None,
    }
    hello = message.encode_hello(
        "rpc",
        {"methods": {"give": method}, "classes": [], "constants": [], "handler": False},
    )
    send(len(hello).to_bytes(4, "little") + hello)
    while (body := read_frame(source)) is not None:
        header, _ = message.read_header(body)
        if header[0] == message.CALL:
            send(*message.frame_parts(message.RESULT, (header[1],), payload))


main()
