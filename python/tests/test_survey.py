import json
import os
import subprocess
import sys
import sysconfig
from pathlib import Path

from synapse_py.provisioning import survey

SCRIPT = survey.__file__


def make_environment(folder: Path) -> Path:
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True)
    site = Path(sysconfig.get_path("purelib", vars={"base": str(folder)}))
    info = site / "alpha-1.0.dist-info"
    info.mkdir(parents=True)
    (site / "alpha.py").write_text("")
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: alpha\nVersion: 1.0\n")
    names = ["alpha.py", "__pycache__/alpha.cpython-39.pyc", "alpha-1.0.dist-info/METADATA", "alpha-1.0.dist-info/RECORD"]
    (info / "RECORD").write_text("".join(f"{name},,\n" for name in names))
    return site


def look_over(folder: Path) -> "dict[str, object]":
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    done = subprocess.run([str(python), "-I", SCRIPT], check=True, capture_output=True, text=True)
    answer: dict[str, object] = json.loads(done.stdout)
    return answer


def test_a_whole_environment_misses_nothing_though_compiled_code_is_gone(tmp_path: Path) -> None:
    site = make_environment(tmp_path)
    base = os.path.realpath(getattr(sys, "_base_executable", sys.executable))
    assert look_over(tmp_path) == {"sitePackages": str(site), "base": base, "missing": []}


def test_files_that_are_gone_are_named(tmp_path: Path) -> None:
    site = make_environment(tmp_path)
    (site / "alpha.py").unlink()
    assert look_over(tmp_path)["missing"] == ["alpha.py"]


def test_of_many_that_are_gone_some_are_named(tmp_path: Path) -> None:
    site = make_environment(tmp_path)
    record = site / "alpha-1.0.dist-info" / "RECORD"
    record.write_text("".join(f"gone{i}.py,,\n" for i in range(100)))
    missing = look_over(tmp_path)["missing"]
    assert isinstance(missing, list)
    assert len(missing) == survey.MOST_MISSING
