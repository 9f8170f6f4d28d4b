import subprocess
import sys
from fractions import Fraction
from functools import lru_cache, partial, wraps
from pathlib import Path
from types import SimpleNamespace

import pytest

from synapse_py.describe import describe, describe_method, served_names

SOURCE = """
from __future__ import annotations
import math
from math import sqrt
from functools import partial, reduce
from collections import OrderedDict
from typing import Any, Optional, TypeVar
T = TypeVar("T")
Row = list[float]
VERSION = "1.2"
limits = {"a": 1}
nothing = None
_private = 1
model = OrderedDict()
twice = partial(pow, exp=2)
def predict(row: Row, precision: int = 2, *rest, scale: float, name="x", **more) -> float: ...
def _helper(): ...
def batches(n: int):
    yield n
async def fetch(url: str) -> bytes: ...
async def ticks():
    yield 1
class Model:
    def __call__(self): ...
class _Hidden: ...
instance = Model()
shortcut = predict
"""


def module(source=SOURCE, **more):
    namespace = {"__name__": "__main__", **more}
    exec(source, namespace)
    return namespace


def exposed(name=None, response=None, threads=None):
    def mark(function):
        function.__synapse__ = SimpleNamespace(name=name, response=response, threads=threads)
        return function

    return mark


def test_what_is_public_and_the_modules_own_is_told():
    details = describe(module(), None)
    assert list(details["methods"]) == ["twice", "predict", "batches", "fetch", "ticks", "shortcut"]
    assert details["classes"] == ["Model"]
    assert details["constants"] == ["VERSION", "limits", "nothing", "model", "instance"]
    assert details["handler"] is False
    assert describe(module(), print)["handler"] is True


def test_all_wins():
    namespace = module(SOURCE + "\n__all__ = ['sqrt', '_helper', 'VERSION', 'math', 'gone', 'OrderedDict']")
    details = describe(namespace, None)
    assert (list(details["methods"]), details["classes"], details["constants"]) == (["sqrt", "_helper"], ["OrderedDict"], ["VERSION"])
    assert served_names(namespace) == ["sqrt", "_helper", "VERSION", "OrderedDict"]


@pytest.mark.parametrize("source", ["", "__all__ = ['y']\ny = 1"])
def test_marked_functions_are_served_under_their_name_from_wherever_they_are(source):
    def imported():
        pass

    def private():
        pass

    namespace = module(source, imported=exposed()(imported), _private=exposed(name="shown")(private))
    assert list(describe(namespace, None)["methods"]) == ["imported", "shown"]


def test_parameters_are_told_in_order_with_kind_need_and_annotation():
    told = describe(module(), None)["methods"]["predict"]
    assert told["parameters"] == [
        ["row", "positional_or_keyword", True, "Row"],
        ["precision", "positional_or_keyword", False, "int"],
        ["rest", "var_positional", False, None],
        ["scale", "keyword_only", True, "float"],
        ["name", "keyword_only", False, None],
        ["more", "var_keyword", False, None],
    ]
    assert told["returns"] == "float"


def test_annotations_that_are_objects_are_told_as_text():
    def function(a: int, b: "list[int]", c: None, d: list[int], e: Fraction, /) -> None: ...

    told = describe_method(function)
    assert [parameter[3] for parameter in told["parameters"]] == ["int", "list[int]", "None", "list[int]", "fractions.Fraction"]
    assert {parameter[1] for parameter in told["parameters"]} == {"positional_only"}
    assert told["returns"] == "None"


def test_responses_follow_from_the_function_or_its_mark():
    methods = describe(module(), None)["methods"]
    told = {name: (method["response"], method["concurrent"]) for name, method in methods.items()}
    assert told == {
        "twice": ("result", False),
        "predict": ("result", False),
        "batches": ("stream", False),
        "fetch": ("result", True),
        "ticks": ("stream", True),
        "shortcut": ("result", False),
    }
    assert describe_method(exposed(response="ack", threads=2)(lambda: 1))["response"] == "ack"
    assert describe_method(exposed(threads=2)(lambda: 1))["concurrent"]


def test_decorators_that_keep_what_they_wrap_are_looked_through():
    def decorate(function):
        @wraps(function)
        def inner(*args):
            return function(*args)

        return inner

    @decorate
    @lru_cache
    def cached(a: int): ...

    assert [parameter[0] for parameter in describe_method(cached)["parameters"]] == ["a"]
    assert describe(module("", cached=cached) | {"__name__": __name__}, None)["methods"].keys() == {"cached"}


def test_a_bound_method_does_not_tell_its_object():
    class Model:
        def predict(self, row): ...

    assert describe_method(Model().predict)["parameters"] == [["row", "positional_or_keyword", True, None]]


class Odd:
    __code__ = 1
    __annotations__ = None

    def __call__(self): ...


@pytest.mark.parametrize("function", [print, len, partial(int), Odd(), dict, "".join], ids=repr)
def test_what_does_not_tell_its_parameters_has_none(function):
    assert describe_method(function) == {"response": "result", "concurrent": False, "parameters": [], "returns": None}


def test_nothing_heavy_is_loaded():
    code = "import sys; from synapse_py.describe import describe; describe({'__name__': 'x', 'f': lambda a: a}, None); print(*sys.modules)"
    told = subprocess.run([sys.executable, "-S", "-c", code], capture_output=True, text=True, check=True, cwd=Path(__file__).parents[1])
    assert not set(told.stdout.split()) & {"inspect", "typing", "functools", "collections", "types"}
