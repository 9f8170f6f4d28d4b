"""Classes whose instances tests send."""

from dataclasses import dataclass
from decimal import Decimal
from enum import Enum, IntEnum
from typing import ClassVar, NamedTuple


class Colour(Enum):
    RED = "red"
    DEEP = Decimal("1.5")


class Level(IntEnum):
    LOW = 1


class Point(NamedTuple):
    x: int
    y: int


@dataclass
class Pair:
    left: object
    right: object = None
    shared: ClassVar = 3


class Named(str):
    pass
