"""A structured answer of about 8 MiB as MessagePack: maps within maps, as a report by group and item would be."""

import msgpack

GROUPS = 723
ITEMS = 128


def _item(number: int) -> "dict[str, object]":
    share = number * 0.6180339887498949 % 1
    return {
        "id": number,
        "name": f"item number {number}",
        "active": number % 3 == 0,
        "score": share,
        "place": {"x": share * 100, "y": -share},
    }


def answer() -> bytes:
    """Encode the whole; the same bytes in each process."""
    groups = {f"group {group}": {f"item {at}": _item(group * ITEMS + at) for at in range(ITEMS)} for group in range(GROUPS)}
    encoded: bytes = msgpack.packb({"groups": groups})
    return encoded
