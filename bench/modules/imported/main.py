"""What `python()` imports, and a script by hand too: one plain function."""


def echo(value: object) -> object:
    """Give the value back."""
    return value
