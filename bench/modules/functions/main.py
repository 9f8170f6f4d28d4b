"""What pythonia calls: plain functions. Bytes travel as base64, since its messages are JSON."""

import base64


def echo(value: object) -> object:
    """Give the value back."""
    return value


def echo_base64(text: str) -> str:
    """Give the bytes back."""
    return base64.b64encode(base64.b64decode(text)).decode()
