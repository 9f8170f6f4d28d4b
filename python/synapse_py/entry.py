"""Runs a module's entry script as ``__main__``, the way ``python main.py`` and ``python -m pkg.worker`` do."""

import builtins
import os
import sys
import time
from _frozen_importlib_external import SourceFileLoader  # importlib.machinery's, without its import at each start

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import CodeType

# Compiled code is known for that of a source by its size and the second of its change.
_SETTLED_SECONDS = 2.0


def run_entry(directory: str, path: str) -> None:
    """Run the entry to its end.

    The module's directory is importable. A script inside a package runs as a part of it, so that its relative imports work;
    any other script's own folder comes first, as for a script that Python starts itself.

    Args:
        directory: absolute path of the module's directory.
        path: absolute path of the script, inside the directory.

    Raises:
        SystemExit: the entry asked for it, or it raised (status 1; the traceback is on standard error).
    """
    package = _package_of(directory, path)
    folder = os.path.dirname(path)
    sys.path[:0] = [directory] if package or folder == directory else [folder, directory]
    loader = SourceFileLoader("__main__", path)
    main = type(sys)("__main__")
    main.__dict__.update(__file__=path, __package__=package or None, __loader__=loader, __builtins__=builtins)
    sys.modules["__main__"] = main
    try:
        if package:
            __import__(package)
        exec(_compiled(loader, path), main.__dict__)
    except (SystemExit, KeyboardInterrupt):
        raise
    except BaseException as error:
        _print_traceback(error)
        raise SystemExit(1) from None


def _compiled(loader: SourceFileLoader, path: str) -> "CodeType":
    """Give the entry's code, which is kept in compiled form as any module's, but not if it may change within the same second."""
    before = sys.dont_write_bytecode
    sys.dont_write_bytecode = before or time.time() - os.stat(path).st_mtime < _SETTLED_SECONDS
    try:
        return loader.get_code("__main__")  # type: ignore[return-value]
    finally:
        sys.dont_write_bytecode = before


def _package_of(directory: str, path: str) -> str:
    """Give the dotted name of the package that a script belongs to, or nothing."""
    names: list[str] = []
    folder = os.path.dirname(path)
    while folder != directory and os.path.isfile(os.path.join(folder, "__init__.py")):
        names.insert(0, os.path.basename(folder))
        folder = os.path.dirname(folder)
    return ".".join(names) if folder == directory else ""


def _print_traceback(error: BaseException) -> None:
    """Print what Python would print, without the frames that are there before the entry's own."""
    own_folder = os.path.dirname(__file__)
    traceback = error.__traceback__
    while traceback and traceback.tb_frame.f_code.co_filename.startswith((own_folder, "<frozen importlib")):
        traceback = traceback.tb_next
    sys.excepthook(type(error), error.with_traceback(traceback), traceback)
