"""Importing what the host names: files, packages and installed modules. Owns how a module is told, and whose siblings are whose."""

import os
import sys
from importlib import import_module
from importlib.util import module_from_spec, spec_from_file_location

from .conversion import hold_anything
from .describe import is_function
from .errors import UnknownMethodError
from .methods import Method, public_attribute
from .registry import register_type

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType
    from typing import Any

_MODULE = type(sys)
_ENDINGS = (".py", ".pyc", ".so", ".pyd")


class ImportedModule:
    """A module as an object that the host may hold: its names are its attributes."""

    def __init__(self, module: "ModuleType") -> None:
        self.__dict__ = module.__dict__

    def __getattr__(self, name: str) -> "Any":
        """Give what the module makes only when it is asked for, or a module within it that nobody has imported yet."""
        module = sys.modules.get(self.__dict__["__name__"])
        try:
            return public_attribute(module, name, name)
        except UnknownMethodError:
            raise AttributeError(f"module {self.__dict__['__name__']!r} has no attribute {name!r}") from None


def load(name: str, path: "str | None" = None) -> "dict[str, Any]":
    """Import a module, once.

    Args:
        name: its dotted name; of a file, the name without the ending.
        path: absolute path of the file, or of a package's folder; None for a module that Python finds by itself.

    Returns:
        ``module``, the object; and by kind the names that it has now: ``functions``, ``streams``, ``classes``, ``values``.
    """
    module = import_module(name) if path is None else _load_file(name, path)
    return {"module": ImportedModule(module), **_describe(module)}


def _load_file(name: str, path: str) -> "ModuleType":
    known = next((module for module in list(sys.modules.values()) if getattr(module, "__synapse_path__", None) == path), None)
    if known is not None:
        return known
    file = os.path.join(path, "__init__.py") if os.path.isdir(path) else path
    folder = os.path.dirname(path)
    unique = name if name not in sys.modules else f"{name}_{abs(hash(path)):x}"
    spec = spec_from_file_location(unique, file, submodule_search_locations=[path] if file != path else None)
    if spec is None or spec.loader is None:
        raise ImportError(f"{path} is no file of Python", path=path)
    module = module_from_spec(spec)
    module.__synapse_path__ = path  # type: ignore[attr-defined]
    strangers = _strangers(folder)
    for stranger in strangers:
        del sys.modules[stranger]
    sys.path.insert(0, folder)
    sys.modules[unique] = module
    try:
        spec.loader.exec_module(module)
    except BaseException:
        sys.modules.pop(unique, None)
        sys.path.remove(folder)
        raise
    sys.modules.update(strangers)
    return module


def _strangers(folder: str) -> "dict[str, ModuleType]":
    """Give what another folder's siblings have left under names that this folder's siblings have too."""
    names = {
        entry.partition(".")[0] for entry in os.listdir(folder) if entry.endswith(_ENDINGS) or os.path.isdir(os.path.join(folder, entry))
    }
    strangers = {}
    for key, module in list(sys.modules.items()):
        file = getattr(module, "__file__", None) or ""
        if key.partition(".")[0] in names and _is_from(file, _FOLDERS) and not _is_from(file, {folder}):
            strangers[key] = module
    _FOLDERS.add(folder)
    return strangers


def _is_from(file: str, folders: "set[str]") -> bool:
    return any(file.startswith(folder + os.sep) for folder in folders)


def _describe(module: "ModuleType") -> "dict[str, list[str]]":
    kinds: dict[str, list[str]] = {"functions": [], "streams": [], "classes": [], "values": []}
    for name, value in list(vars(module).items()):
        if not name.startswith("_") and not isinstance(value, _MODULE):
            kinds[_kind(name, value)].append(name)
    return kinds


def _kind(name: str, value: "Any") -> str:
    if isinstance(value, type):
        return "classes"
    if not is_function(value):
        return "values"
    return "streams" if Method(name, value).response == "stream" else "functions"


_FOLDERS: "set[str]" = set()
"""Where the files lie that were imported."""

register_type(_MODULE, ImportedModule)
hold_anything()
