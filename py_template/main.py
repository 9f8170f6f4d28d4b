"""A Synapse module: its public functions, classes and constants can be used from TypeScript. Replace them by your own."""

import synapse_py as synapse

VERSION = "1.0"


def greet(name: str, greeting: str = "Hello") -> str:
    """Answer one call.

    Args:
        name: whom to greet.
        greeting: the word to do it with.

    Returns:
        What `send` and `py.greet` resolve with. docs/types.md of synapse-py says which types there are.
    """
    print("greeting", name)  # print() is log output; it cannot disturb the answers
    return f"{greeting}, {name}!"


def count(limit: int):
    """Yield the numbers up to a limit: a generator is a stream."""
    for number in range(1, limit + 1):
        synapse.emit("progress", {"done": number / limit})
        yield number


def handle(payload):
    """Answer `call(payload)`."""
    return {"echo": payload}
