"""Fixtures: values are tested with both codecs, and with NumPy and without."""

import pytest

from synapse_py import arrays
from synapse_py.registry import on_change, registered
from synapse_py.values import Values

from .value_vectors import Kept

NAMES = {11: (), 12: ("function",), 13: ("stream",)}


@pytest.fixture(params=[True, False], ids=["accelerated", "pure"])
def accelerated(request):
    return request.param


@pytest.fixture
def values(accelerated):
    return Values(refer=lambda obj: obj.told, resolve=resolved, accelerated=accelerated)


@pytest.fixture(params=["numpy", "standard library"])
def numpy_or_not(request, monkeypatch):
    monkeypatch.setattr(arrays._Library, "asked", request.param != "numpy")
    monkeypatch.setattr(arrays._Library, "numpy", None)
    return request.param == "numpy"


@pytest.fixture
def registered_types(monkeypatch):
    before = dict(registered)
    yield
    registered.clear()
    registered.update(before)
    for callback in on_change:
        callback()


def resolved(code, number):
    return Kept(*NAMES[code], number)
