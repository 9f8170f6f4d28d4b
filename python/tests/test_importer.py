"""Importing by path and by name: what is told of a module, and whose siblings are whose."""

import ast
import builtins
import importlib
import json
import sys

import pytest

from synapse_py import conversion, importer
from synapse_py.attribute import attribute_method
from synapse_py.errors import UnknownMethodError
from synapse_py.importer import load
from synapse_py.methods import attribute_at
from synapse_py.registry import registered

# What the importer does to its worker for good, other tests must not see.
conversion._Policy.holds_anything = False
conversion._remembered.clear()
FORM_OF_MODULES = registered.pop(type(sys))


@pytest.fixture(autouse=True)
def as_it_was(monkeypatch):
    """Undo what importing leaves in the interpreter, as if each test had a worker of its own."""
    modules, path, usual = dict(sys.modules), list(sys.path), builtins.__import__
    for name in ("_loaded", "_siblings", "_apart"):
        monkeypatch.setattr(importer, name, {})
    monkeypatch.setattr(conversion._Policy, "holds_anything", True)
    monkeypatch.setattr(conversion, "_remembered", {})
    yield
    builtins.__import__ = usual
    sys.path[:] = path
    for name in set(sys.modules) - set(modules):
        del sys.modules[name]


@pytest.fixture
def write(tmp_path):
    """Write a file below a folder of the test's own, and give its path as text."""

    def write(name, text=""):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return str(path)

    return write


def call(loaded, path, *args):
    return attribute_method(loaded["module"], path, path).function(*args)


def test_names_are_told_by_kind(write):
    text = """
import os
import functools
from dataclasses import dataclass
VALUE = 1
_private = 2
class Thing: pass
def plain(): pass
def items(): yield 1
async def later(): pass
async def items_later(): yield 1
cached = functools.lru_cache(plain)
"""
    loaded = load("kinds", write("kinds.py", text))
    del loaded["module"]
    assert loaded == {
        "functions": ["dataclass", "plain", "later", "cached"],
        "streams": ["items", "items_later"],
        "classes": ["Thing"],
        "values": ["VALUE"],
    }


def test_a_file_is_executed_once_and_is_found_by_its_siblings(write):
    write("other.py", "import first\ndef same(): return first")
    path = write("first.py", "COUNT = []\nCOUNT.append(1)\n")
    first, again = load("first", path), load("first", path)
    assert first["module"].COUNT is again["module"].COUNT
    assert call(load("other", path.replace("first", "other")), "same").COUNT is first["module"].COUNT


def test_a_sibling_that_was_imported_before_is_not_executed_again(write):
    path = write("first.py", "import second\n")
    second = write("second.py", "STATE = []\n")
    assert load("first", path)["module"].second.STATE is load("second", second)["module"].STATE


def test_an_installed_module_is_found_by_its_name():
    assert load("json")["module"].dumps([1]) == "[1]"
    with pytest.raises(ModuleNotFoundError):
        load("no_such_module_here")


def test_a_file_does_not_take_the_place_of_a_module_that_is_loaded(write):
    loaded = load("json", write("json.py", "def dumps(x): return 'mine'"))
    assert loaded["module"].dumps([]) == "mine"
    assert sys.modules["json"] is json


def test_siblings_of_two_folders_with_the_same_names_stay_apart(write):
    mains = {}
    for side in ("left", "right"):
        write(f"{side}/helper.py", f"SIDE = '{side}'")
        write(f"{side}/parts/__init__.py", "")
        write(f"{side}/parts/leaf.py", f"SIDE = '{side} leaf'")
        write(f"{side}/late.py", f"import helper\nSIDE = '{side} late ' + helper.SIDE")
        text = "import helper\nfrom parts import leaf\ndef sides():\n    import late\n    return [helper.SIDE, leaf.SIDE, late.SIDE]"
        mains[side] = load("main", write(f"{side}/main.py", text))
    for _ in range(2):
        for side in ("right", "left"):
            assert call(mains[side], "sides") == [side, f"{side} leaf", f"{side} late {side}"]
    assert mains["left"]["module"].helper is sys.modules["helper"]


def test_a_file_in_a_folder_within_a_folder_is_no_sibling_of_the_outer_one(write):
    write("helper.py", "SIDE = 'outer'")
    write("inner/helper.py", "SIDE = 'inner'")
    outer = load("main", write("main.py", "import helper\ndef side(): return helper.SIDE"))
    inner = load("main", write("inner/main.py", "import helper\ndef side(): return helper.SIDE"))
    assert [call(outer, "side"), call(inner, "side")] == ["outer", "inner"]


def test_a_file_named_as_a_module_of_the_standard_library_is_its_own_folders_only(write, monkeypatch):
    monkeypatch.delitem(sys.modules, "colorsys", raising=False)
    write("left/colorsys.py", "SIDE = 'left'")
    text = (
        "import colorsys\ndef seen():\n    import colorsys as again\n    return [getattr(colorsys, 'SIDE', 'standard'), again is colorsys]"
    )
    left, right = (load("main", write(f"{side}/main.py", text)) for side in ("left", "right"))
    for _ in range(2):
        assert [call(left, "seen"), call(right, "seen")] == [["left", True], ["standard", True]]
    del sys.modules["colorsys"]
    assert not hasattr(importlib.import_module("colorsys"), "SIDE")


def test_an_object_that_takes_the_place_of_its_module_is_asked_for_what_it_has(write):
    text = (
        "import sys\nclass Lazy:\n    __slots__ = {slots}\n    def hello(self): return 'hello'\n"
        "    def count(self):\n        yield 1\n    @property\n    def version(self): return 7\nsys.modules[__name__] = Lazy()"
    )
    for slots in ("()", "('__dict__',)"):
        loaded = load(f"lazy{len(slots)}", write(f"lazy{len(slots)}.py", text.format(slots=slots)))
        assert (call(loaded, "hello"), attribute_at(loaded["module"], "version")) == ("hello", 7)
        assert (loaded["functions"], loaded["streams"], loaded["values"]) == (["hello"], ["count"], ["version"])
        with pytest.raises(UnknownMethodError, match=r"The module Lazy has nothing called helo\. Did you mean hello\?"):
            call(loaded, "helo")


def test_other_imports_go_their_usual_way(write):
    for side in ("left", "right"):
        load("main", write(f"{side}/main.py", "def parse(text):\n    import ast\n    from os import path\n    return path.basename(text)"))
    assert call(load("main", write("third/main.py", "def f():\n    import ast\n    return ast")), "f") is ast
    with pytest.raises(ModuleNotFoundError, match="no_such_module_here"):
        exec("import no_such_module_here", {"__file__": write("left/x.py")})
    with pytest.raises(ImportError):
        exec("import no_such_module_here", {})


def test_a_package_has_its_modules_and_its_relative_imports(write):
    write("pkg/leaf.py", "NAME = 'leaf'\ndef double(x): return 2 * x")
    write("pkg/late.py", "NAME = 'late'")
    init = write("pkg/__init__.py", "from .leaf import NAME\ndef later():\n    from . import late\n    return late.NAME")
    loaded = load("pkg", init.replace("/__init__.py", ""))
    assert loaded["module"].NAME == "leaf"
    assert call(loaded, "later") == "late"
    assert call(loaded, "leaf.double", 4) == 8


def test_a_module_that_raises_leaves_nothing_behind(write):
    path = write("broken.py", "import helper\nraise RuntimeError('not yet')")
    write("helper.py", "")
    for _ in range(2):
        with pytest.raises(RuntimeError, match="not yet"):
            load("broken", path)
        assert "broken" not in sys.modules
    write("broken.py", "STATE = 'mended and longer than before'")
    assert load("broken", path)["module"].STATE.startswith("mended")


def test_a_file_that_is_no_python_is_refused(write):
    with pytest.raises(ImportError, match="no file of Python"):
        load("notes", write("notes.txt"))


def test_attributes_may_be_made_when_they_are_asked_for(write):
    text = "def __getattr__(name):\n    if name == 'made': return lambda: 'made'\n    raise AttributeError(name)\nlater = 1"
    loaded = load("lazy", write("lazy.py", text))
    assert call(loaded, "made") == "made"
    with pytest.raises(UnknownMethodError, match="nothing called maed") as caught:
        attribute_at(loaded["module"], "maed")
    assert caught.value.available == ["later"]


def test_a_module_within_a_package_is_imported_when_it_is_asked_for():
    xml = load("xml")
    assert call(xml, "etree.ElementTree.fromstring", "<a/>").tag == "a"
    with pytest.raises(UnknownMethodError):
        call(xml, "etree.nothing")


def test_a_name_that_is_not_there_is_told_of_with_one_that_is_near(write):
    loaded = load("model", write("model.py", "def predict(): pass"))
    with pytest.raises(UnknownMethodError, match=r"The module model has nothing called predcit\. Did you mean predict\?"):
        call(loaded, "predcit")
    assert not hasattr(loaded["module"], "_private")


def test_modules_and_whatever_else_has_no_form_are_held():
    module = FORM_OF_MODULES(sys.modules["json"])
    assert (type(module).__name__, module.dumps([1])) == ("module", "[1]")
    assert [conversion.handle_kind(value) for value in (module, iter([1]), ValueError(), object())] == ["instance"] * 4


def note_of(name, path=None):
    with pytest.raises(ModuleNotFoundError) as raised:
        load(name, path, "Mend it.")
    (note,) = raised.value.__notes__
    return note


def test_a_missing_package_is_told_with_the_interpreter_and_what_the_host_advises(write, tmp_path):
    """Not found by name, or by a file that imports it, which may have meant a file of its own."""
    lacking = f"Python {sys.version.split()[0]} at {sys.executable} has no no_such_package. Mend it."
    assert note_of("no_such_package.part") == lacking
    by_file = note_of("model", write("model.py", "import no_such_package"))
    assert by_file == f"{lacking} If no_such_package is a file of yours, put it into {tmp_path}."


def test_what_a_package_lacks_that_is_there_asks_for_no_other(write, tmp_path, monkeypatch):
    """A module within one, by name and by file; a file of the working directory that was given like a name."""
    assert note_of("json.nothing") == f"json is {json.__file__}, which has no nothing."
    path = write("pack/__init__.py", "from .missing import name")
    assert note_of("pack", str(tmp_path / "pack")) == f"pack is {path}, which has no missing."
    write("here/own_file.py")
    monkeypatch.chdir(tmp_path / "here")
    assert note_of("own_file") == f"To import the file own_file.py of {tmp_path / 'here'}, name it by its path: './own_file.py'."


def test_what_is_not_found_without_a_name_is_left_as_it_is(write):
    """A module may raise such an error itself."""
    with pytest.raises(ModuleNotFoundError) as raised:
        load("model", write("model.py", "raise ModuleNotFoundError('install the extra')"))
    assert not hasattr(raised.value, "__notes__")
