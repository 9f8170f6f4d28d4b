from decimal import Decimal

import pytest

from synapse_py.registry import register_type

from .samples import Level, Pair, Point
from .value_vectors import Kept, same


def test_registered_types_come_before_every_other_rule(values, registered_types):
    class Texts(list):
        pass

    class Money(Decimal):
        pass

    values.encode([Pair(1), 2j])
    register_type(Pair, lambda pair: {1: pair.left})
    register_type(Kept, lambda kept: kept.told)
    register_type(Texts, "-".join)
    register_type(Money, lambda money: 2**70)
    value = [Pair(Kept(1)), Texts("ab"), {"a": Money(1)}, Point(1, (2,)), Level.LOW, True, b"x"]
    arrives = [{1: [1]}, "a-b", {"a": 2**70}, [1, [2]], 1, True, b"x"]
    assert same(arrives, values.decode_payload(*values.encode(value)))


def test_a_registered_type_takes_its_subclasses_with_it(values, registered_types):
    class Base:
        pass

    class Derived(Base):
        pass

    register_type(Base, lambda base: type(base).__name__)
    assert values.encode(Derived())[0] == b"\xa7Derived"


@pytest.mark.parametrize("arguments", [(1, str), (dict, str), (type(None), str), (Pair, 1)], ids=repr)
def test_a_type_that_cannot_be_registered_is_refused(arguments):
    with pytest.raises(TypeError):
        register_type(*arguments)
