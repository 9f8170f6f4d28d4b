"""Extension values: the type numbers of the protocol, and a number with its bytes. What the bytes mean is decided elsewhere."""

TIMESTAMP = -1
INT = 1
DATETIME = 2
DATE = 3
TIME = 4
DURATION = 5
DECIMAL = 6
UUID = 7
COMPLEX = 8
SET = 9
TUPLE = 10
HANDLE = 11
FUNCTION = 12
STREAM = 13
BUFFER = 14
ARRAY = 15
TABLE = 16


class ExtType:
    """A MessagePack extension value: an application's type number (-128 to 127) and its bytes."""

    __slots__ = ("data", "type")

    def __init__(self, type: int, data: bytes) -> None:
        self.type = type
        self.data = data

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ExtType) and (self.type, self.data) == (other.type, other.data)

    def __hash__(self) -> int:
        return hash((self.type, self.data))

    def __repr__(self) -> str:
        return f"ExtType({self.type}, {self.data!r})"
