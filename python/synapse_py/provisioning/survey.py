"""Looks an environment over that somebody else made: prints its interpreter, its place, and which files of its packages are not there.

Run by the environment's own Python: ``python -I survey.py``. The answer is the last line, an object as JSON.
"""

import json
import os
import sys
import sysconfig
from importlib.metadata import distributions

#: A damaged package is told by a few of its files as well as by thousands.
MOST_MISSING = 20


def missing_files() -> "list[str]":
    """Give files that the packages' records name and that are not there.

    Returns:
        Names as the records have them; compiled files do not count, as Python makes them anew.
    """
    missing: list[str] = []
    for distribution in distributions():
        for file in distribution.files or []:
            if file.suffix == ".pyc" or distribution.locate_file(file).exists():  # type: ignore[attr-defined,unused-ignore]
                continue
            missing.append(str(file))
            if len(missing) == MOST_MISSING:
                return missing
    return missing


if __name__ == "__main__":
    base = os.path.realpath(getattr(sys, "_base_executable", sys.executable))
    print(json.dumps({"sitePackages": sysconfig.get_path("purelib"), "base": base, "missing": missing_files()}))
