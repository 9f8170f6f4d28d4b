"""Tells how whole packages are: how many of their parts can be imported, and how many files are there. Needs no package itself."""

from __future__ import annotations

import importlib
import sys
import sysconfig
from pathlib import Path

from synapse_py.codec import decode, encode
from synapse_py.frame import read_frame, write_frame

METADATA = ("METADATA", "WHEEL", "RECORD")

sys.dont_write_bytecode = True  # thousands of files that are imported once


def inspect(name: str, parts: int) -> dict[str, int]:
    """Import all parts of a distribution, and count its files."""
    place = Path(sysconfig.get_path("purelib"))
    packages = sorted(place.glob(f"{name}_*"))
    names = [f"{packages[at % len(packages)].name}.part{at}" for at in range(parts)]
    whole = sum(getattr(importlib.import_module(each), "NUMBER", None) == at for at, each in enumerate(names))
    metadata = place / f"{name}-1.0.dist-info"
    files = sum(1 for package in packages for _ in package.rglob("*.py")) + sum((metadata / each).is_file() for each in METADATA)
    return {"parts": whole, "files": files}


def main() -> None:
    """Answer each call, the names of packages with the number of their parts, with what is there of them."""
    while (body := read_frame(sys.stdin.buffer)) is not None:
        packages = decode(body)
        write_frame(sys.stdout.buffer, encode({name: inspect(name, parts) for name, parts in packages.items()}))


main()
