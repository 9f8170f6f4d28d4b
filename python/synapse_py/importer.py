"""Importing what the host names: files, packages and installed modules. Owns how a module is told, and whose siblings are whose."""

import builtins
import os
import sys
from _frozen_importlib import module_from_spec
from _frozen_importlib_external import spec_from_file_location  # importlib.util's, which takes long to load

from .conversion import hold_anything
from .describe import is_function
from .errors import UnknownMethodError
from .methods import Method, public_attribute
from .registry import register_type

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType
    from typing import Any, Callable, TypeVar

    T = TypeVar("T")

_MODULE = type(sys)
_ENDINGS = (".py", ".pyc", ".so", ".pyd")
_STANDARD: "frozenset[str]" = getattr(sys, "stdlib_module_names", frozenset(sys.builtin_module_names))


class ImportedModule:
    """A module as an object that the host may hold: its names are its attributes."""

    __slots__ = ("__dict__", "_module")

    def __init__(self, module: "ModuleType") -> None:
        self._module = module
        self.__dict__ = getattr(module, "__dict__", {})

    def __getattr__(self, name: str) -> "Any":
        """Give what the module makes only when it is asked for, or a module within it that nobody has imported yet."""
        own_name = getattr(self._module, "__name__", type(self._module).__name__)
        if name.startswith("_"):
            raise AttributeError(f"module {own_name!r} has no attribute {name!r}")
        try:
            return public_attribute(self._module, name, name)
        except UnknownMethodError:
            raise _unknown(own_name, name, list(_members(self._module))) from None


def load(name: str, path: "str | None" = None, mend: str = "") -> "dict[str, Any]":
    """Import a module, once.

    Args:
        name: its dotted name; of a file, the name without the ending.
        path: absolute path of the file, or of a package's folder; None for a module that Python finds by itself.
        mend: what to do where a package is missing.

    Returns:
        ``module``, the object; and by kind the names that it has now: ``functions``, ``streams``, ``classes``, ``values``.

    Raises:
        ModuleNotFoundError: the module, or one that it imports, is not there; a note tells where, and what to do.
    """
    try:
        module = _load_named(name) if path is None else _load_file(name.replace(".", "_"), path)
    except ModuleNotFoundError as error:
        if error.name:
            error.__dict__.setdefault("__notes__", []).append(_advice(error.name, path, mend))  # as add_note of Python 3.11
        raise
    return {"module": ImportedModule(module), **_describe(module)}


def _advice(missing: str, path: "str | None", mend: str) -> str:
    from importlib.util import find_spec  # noqa: PLC0415 - only for the message

    first, _, rest = missing.partition(".")
    parent = find_spec(first) if rest and getattr(sys.modules.get(first), "__spec__", True) else None
    if parent:
        place = parent.origin if parent.has_location else next(iter(parent.submodule_search_locations or ()), parent.origin)
        return f"{first} is {place}, which has no {rest}."
    version = ".".join(str(part) for part in sys.version_info[:3])
    advice = f"Python {version} at {sys.executable} has no {first}. {mend}"
    if path is not None:
        return f"{advice} If {first} is a file of yours, put it into {os.path.dirname(path)}."
    if os.path.isfile(f"{missing}.py"):
        return f"To import the file {missing}.py of {os.getcwd()}, name it by its path: './{missing}.py'."
    return advice


def _load_named(name: str) -> "ModuleType":
    _usual_import(name)
    return sys.modules[name]


def _load_file(name: str, path: str) -> "ModuleType":
    file = os.path.join(path, "__init__.py") if os.path.isdir(path) else path
    known = _loaded.get(file)
    if known is not None:
        return known
    folder = os.path.dirname(path)
    _siblings[folder] = _names_in(folder)
    if len(_siblings) == 1:
        sys.path.insert(0, folder)
    else:
        _take_turns()
    module = _loaded[file] = _seen_from(folder, lambda: _execute(name, path, file))
    return module


def _take_turns() -> None:
    """Let each folder come first for its own files only: what others import is not to be found in any before its usual place."""
    sys.path[:] = [place for place in sys.path if place not in _siblings] + list(_siblings)
    builtins.__import__ = _import


def _execute(name: str, path: str, file: str) -> "ModuleType":
    sibling = sys.modules.get(name)
    if sibling is not None and getattr(sibling, "__file__", None) == file:
        return sibling
    unique = name if sibling is None else next(each for each in (f"{name}_{n}" for n in range(2, sys.maxsize)) if each not in sys.modules)
    spec = spec_from_file_location(unique, file, submodule_search_locations=[path] if file != path else None)
    if spec is None or spec.loader is None:
        raise ImportError(f"{path} is no file of Python", path=path)
    module = sys.modules[unique] = module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except BaseException:
        sys.modules.pop(unique, None)
        raise
    return sys.modules[unique]


def _import(name: str, globals: "Any" = None, locals: "Any" = None, fromlist: "Any" = (), level: int = 0) -> "ModuleType":
    """Import as always; for a file of a folder that others know too, as it is seen from there. Takes the place of ``__import__``."""
    folder = os.path.dirname((globals or {}).get("__file__") or "") if level == 0 else ""
    first = name.partition(".")[0]
    if folder in _siblings and _is_seen_differently(first, folder):
        return _seen_from(folder, lambda: _usual_import(name, globals, locals, fromlist, level))
    return _usual_import(name, globals, locals, fromlist, level)


def _is_seen_differently(first: str, folder: str) -> bool:
    """Say whether a file of a folder means something else by a name without dots than what is loaded."""
    module = sys.modules.get(first)
    return not _is_of(first, module, folder) if first in _siblings[folder] else _is_stranger(first, module, folder)


def _seen_from(folder: str, work: "Callable[[], T]") -> "T":
    """Do work while the siblings in a folder come first and those of the same names in other folders are out of sight."""
    strangers = {key: module for key, module in list(sys.modules.items()) if _is_stranger(key, module, folder)}
    for key in strangers:
        del sys.modules[key]
    sys.modules.update(_apart.pop(folder, {}))
    sys.path.insert(0, folder)
    try:
        return work()
    finally:
        sys.path.remove(folder)
        taken = {key.partition(".")[0] for key in strangers}
        own = {key: module for key, module in list(sys.modules.items()) if key.partition(".")[0] in taken}
        for key in own:
            del sys.modules[key]
        _apart[folder] = own
        sys.modules.update(strangers)


def _is_stranger(key: str, module: "Any", folder: str) -> bool:
    first = key.partition(".")[0]
    if first not in _siblings[folder] and first not in _STANDARD:
        return False
    root = sys.modules.get(first, module)
    return not _is_of(first, root, folder) and any(_is_of(first, root, other) for other in _siblings if other != folder)


def _is_of(name: str, module: "Any", folder: str) -> bool:
    """Say whether a module without dots in its name is the one in a folder."""
    file = getattr(module, "__file__", None) or next(iter(getattr(module, "__path__", ())), "") + os.sep
    place = os.path.join(folder, name)
    return file.startswith((place + ".", place + os.sep))


def _names_in(folder: str) -> "frozenset[str]":
    return frozenset(
        entry.partition(".")[0] for entry in os.listdir(folder) if entry.endswith(_ENDINGS) or os.path.isdir(os.path.join(folder, entry))
    )


def _describe(module: "ModuleType") -> "dict[str, list[str]]":
    kinds: dict[str, list[str]] = {"functions": [], "streams": [], "classes": [], "values": []}
    for name, value in _members(module).items():
        if not name.startswith("_") and not isinstance(value, _MODULE):
            kinds[_kind(name, value)].append(name)
    return kinds


def _members(module: "Any") -> "dict[str, Any]":
    """Give what a module has by name; of an object that has taken a module's place, what its classes have besides."""
    found: dict[str, Any] = {}
    for kind in reversed(type(module).__mro__) if not isinstance(module, _MODULE) else ():
        found.update(vars(kind))
    return {**found, **getattr(module, "__dict__", {})}


def _kind(name: str, value: "Any") -> str:
    if isinstance(value, type):
        return "classes"
    if not is_function(value):
        return "values"
    return "streams" if Method(name, value).response == "stream" else "functions"


def _unknown(module: str, name: str, names: "list[str]") -> UnknownMethodError:
    from difflib import get_close_matches  # noqa: PLC0415 - only for the message

    available = [each for each in names if not each.startswith("_")]
    near = get_close_matches(name, available, 1)
    hint = f" Did you mean {near[0]}?" if near else ""
    return UnknownMethodError(f"The module {module} has nothing called {name}.{hint}", name, available)


_usual_import: "Callable[..., ModuleType]" = builtins.__import__
_loaded: "dict[str | None, ModuleType]" = {}
"""By file, what was imported."""
_siblings: "dict[str, frozenset[str]]" = {}
"""By folder with such files, what else can be imported there."""
_apart: "dict[str, dict[str, ModuleType]]" = {}
"""By folder, its modules whose names other folders have too, and had first."""

ImportedModule.__name__ = ImportedModule.__qualname__ = "module"  # as the host is told of it
register_type(_MODULE, ImportedModule)
hold_anything()
