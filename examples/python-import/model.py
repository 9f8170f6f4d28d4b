"""Ordinary Python, in one file."""

VERSION = "1.0"


def predict(passenger: dict) -> str:
    """Say who is asked to the boats first."""
    return "first" if passenger["age"] < 14 else "later"


def countdown(start: int):
    """Count down to one."""
    yield from range(start, 0, -1)


class Counter:
    """Counts in steps of one."""

    def __init__(self, value: int = 0):
        self.value = value

    def increment(self) -> int:
        """Add one and give the sum."""
        self.value += 1
        return self.value
