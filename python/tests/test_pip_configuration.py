"""The reading of pip's configuration, compared with pip's own, and where its files lie on each platform."""

import ast
import base64
import json
import ntpath
import os
import subprocess
import sys
from pathlib import Path

import pytest

from synapse_py.provisioning import pip_configuration
from synapse_py.provisioning.pip_configuration import configuration_files, read_sections, settings_in

SCRIPT = pip_configuration.__file__
BASE = getattr(sys, "_base_executable", sys.executable)

# What `pip install` would work with, as pip itself merges it; its defaults are left out, for they are no configuration.
ASK_PIP = """
import json
from pip._internal.commands import create_command
parser = create_command("install").parser
found = vars(parser.parse_args([])[0])
usual = {option.dest: option.default for option in parser.option_list_all}
names = dict(index_url=0, extra_index_urls="extra-index-url", no_index=0, find_links=0, trusted_hosts="trusted-host", proxy=0, cert=0,
    client_cert=0, timeout=0, retries=0, constraints="constraint", require_hashes=0, pre=0, keyring_provider=0)
settings = {new or old.replace("_", "-"): found[old] for old, new in names.items() if found[old] not in (usual[old], [], None)}
if found["cache_dir"] is False:
    settings["no-cache-dir"] = True
for name, packages in (("only-binary", found["format_control"].only_binary), ("no-binary", found["format_control"].no_binary)):
    if packages:
        settings[name] = sorted(packages)
print(json.dumps(settings))
"""


def _pip_folder():
    asked = subprocess.run([BASE, "-I", "-c", "import pip; print(pip.__path__[0])"], capture_output=True, text=True, check=False)
    return Path(asked.stdout.strip()).parent if asked.returncode == 0 else None


PIP = _pip_folder()
needs_pip = pytest.mark.skipif(PIP is None, reason="the base interpreter has no pip to compare with")


@pytest.fixture(scope="module")
def prefix(tmp_path_factory):
    """Make an environment whose folder takes a configuration file, as the interpreter's own folder would."""
    folder = tmp_path_factory.mktemp("prefix") / "venv"
    subprocess.run([BASE, "-I", "-m", "venv", "--without-pip", folder], check=True)
    yield folder
    (folder / "pip.conf").unlink(missing_ok=True)


def decoded(line):
    word, _, answer = line.partition(" ")
    assert word == "settings"
    return json.loads(base64.b64decode(answer))


class Machine:
    """A home, a folder for all users, an environment: each may hold a configuration file."""

    def __init__(self, folder, prefix):
        self.files = {
            "global": folder / "xdg" / "pip" / "pip.conf",
            "legacy": folder / "home" / ".pip" / "pip.conf",
            "user": folder / "home" / ".config" / "pip" / "pip.conf",
            "site": prefix / "pip.conf",
            "named": folder / "named.conf",
        }
        self.folder = folder
        self.python = prefix / "bin" / "python"
        self.environ = {
            "PATH": os.environ["PATH"],
            "HOME": str(folder / "home"),
            "XDG_CONFIG_DIRS": str(folder / "xdg"),
        }

    def write(self, **texts):
        self.files["site"].unlink(missing_ok=True)
        for name, text in texts.items():
            self.files[name].parent.mkdir(parents=True, exist_ok=True)
            self.files[name].write_text(text, encoding="utf-8")
        if "named" in texts:
            self.environ["PIP_CONFIG_FILE"] = str(self.files["named"])

    def answer(self):
        done = subprocess.run([self.python, "-I", SCRIPT], env=self.environ, cwd=self.folder, capture_output=True, text=True, check=True)
        return decoded(done.stdout)

    def pip(self, *arguments):
        """Run pip without -S and -I: with them it would neither be found nor know the environment's folder."""
        environ = {**self.environ, "PYTHONPATH": str(PIP)}
        done = subprocess.run(
            [self.python, *arguments], env=environ, cwd=self.folder, stdout=subprocess.PIPE, text=True, check=True, stdin=subprocess.DEVNULL
        )
        return done.stdout


@pytest.fixture
def machine(tmp_path, prefix):
    machine = Machine(tmp_path, prefix)
    machine.write()
    return machine


CASES = {
    "each file wins over the one before": (
        {
            "global": "[global]\nindex-url = http://a\ntimeout = 1\nretries = 1\nproxy = p1",
            "legacy": "[global]\ntimeout = 2\nretries = 2\nproxy = p2",
            "user": "[global]\nretries = 3\nproxy = p3",
            "site": "[global]\nproxy = p4",
        },
        {},
    ),
    "a named file wins over the site's and shuts out the user's": (
        {
            "global": "[global]\nproxy = p1\ntimeout = 1",
            "user": "[global]\nretries = 7\ntimeout = 2",
            "site": "[global]\nindex-url = http://site\nproxy = p2",
            "named": "[global]\nindex-url = http://named",
        },
        {},
    ),
    "a named file that does not exist shuts out nothing": ({"user": "[global]\nretries = 7"}, {"PIP_CONFIG_FILE": "/no/such/file"}),
    "the null device shuts out every file, yet no variable": (
        {"global": "[global]\nretries = 7", "user": "[global]\nproxy = p", "site": "[global]\ntimeout = 2"},
        {"PIP_CONFIG_FILE": os.devnull, "PIP_INDEX_URL": "http://variable"},
    ),
    "the section install wins over global in whatever file, and variables over both": (
        {
            "global": "[install]\nindex-url = http://install\nretries = 2\ntimeout = 2",
            "user": "[global]\nindex-url = http://user\nretries = 3",
            "site": "[download]\nproxy = p\n[freeze]\ntimeout = 10",
        },
        {"PIP_TIMEOUT": "9.5"},
    ),
    "names are the same with either mark, in either case, and by their other names": (
        {"user": "[global]\nEXTRA_INDEX_URL = http://a\n--trusted-host = h\ndefault-timeout = 7"},
        {"PIP_PYPI_URL": "http://b"},
    ),
    "values of several lines are lists": (
        {
            "user": "[global]\nextra-index-url =\n    http://a/simple\n    http://b/simple\n"
            "trusted-host = a b:8080\n  c\nfind-links = wheels\n  http://c\nconstraint = one.txt two.txt"
        },
        {},
    ),
    "paths start at home": ({"user": "[global]\nfind-links = ~/wheels\ncert = ~/ca.pem\nclient-cert = ~/me.pem"}, {}),
    "an empty value is none, but hides that of a weaker file": (
        {"global": "[global]\nproxy = p\ntimeout = 3", "user": "[global]\nproxy =", "site": "[install]\ntimeout ="},
        {"PIP_RETRIES": ""},
    ),
    "switches are read in every spelling": (
        {"user": "[global]\npre = Yes\nno-index = on\nrequire-hashes = true\n[install]\nno-index = off"},
        {"PIP_NO_CACHE_DIR": "0"},
    ),
    "formats add up over the sections, the later word on a package wins": (
        {"user": "[global]\nonly-binary = :all:\nno-binary = Some_Package,b\n[install]\nonly-binary = b,c"},
        {"PIP_NO_BINARY": "c"},
    ),
    "a later :all: takes every package over": ({"user": "[global]\nonly-binary = a,b\n[install]\nno-binary = :all:"}, {}),
    "a later :all: or :none: forgets what was before": (
        {"user": "[global]\nonly-binary = a,b\nno-binary = c\n[install]\nno-binary = :all:"},
        {"PIP_ONLY_BINARY": "d,:none:,e"},
    ),
    "nothing is interpolated": ({"user": "[global]\nindex-url = http://u:%40p%%@a/${HOME}"}, {"PIP_KEYRING_PROVIDER": "import"}),
    "the section DEFAULT is in every other": ({"user": "[DEFAULT]\nretries = 4\n[global]\n[other]\ntimeout = 3"}, {}),
}


@needs_pip
@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_settings_are_those_that_pip_install_works_with(machine, case):
    files, variables = case
    machine.write(**files)
    machine.environ.update(variables)
    (machine.folder / "home" / "wheels").mkdir(parents=True)
    answer = machine.answer()
    settings = {name: value for name, value in answer["settings"].items() if value is not False}
    expected = json.loads(machine.pip("-c", ASK_PIP))
    if "find-links" in expected:  # pip expands these only when it searches
        home = str(machine.folder / "home")
        expected["find-links"] = [link.replace("~", home) for link in expected["find-links"]]
    assert settings == expected
    assert answer["problems"] == []


@needs_pip
def test_sections_are_those_that_pip_config_lists(machine, monkeypatch):
    machine.write(
        user="[global]\nindex_url = http://u:p@a\nextra-index-url =\n  http://b\n  http://c\n[install]\npre = yes\n[list]\nformat = json"
    )
    machine.environ.update({"PIP_FIND_LINKS": "wheels", "PIP_HELP": "1"})
    lines = machine.pip("-m", "pip", "config", "list").splitlines()
    listed = {key: ast.literal_eval(value) for key, _, value in (line.partition("=") for line in lines)}
    for name in [name for name in os.environ if name.startswith("PIP_")]:
        monkeypatch.delenv(name)
    for name, value in machine.environ.items():
        monkeypatch.setenv(name, value)
    sections = read_sections(configuration_files(), [])
    mine = {f"{section}.{name}": value for section, values in sections.items() for name, value in values.items()}
    assert {**mine, **listed} == mine
    assert set(mine) - set(listed) == set()


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (b"index-url = http://u:secret@a\n", "line 1 is malformed"),
        (b"[global]\nindex-url = http://u:secret@a\nindex-url = http://u:secret@a\n", "line 3 is malformed"),
        (b"[global]\nsecret\n", "line 2 is malformed"),
        (b"[global]\nproxy = secret\xff\n", "it is not encoded in"),
        (None, "Is a directory"),
    ],
)
def test_a_file_that_cannot_be_read_is_passed_over_and_told_without_its_text(machine, text, reason):
    file = machine.files["user"]
    machine.write(**{"global": "[global]\nretries = 3"})
    if text is None:
        file.mkdir(parents=True)
    else:
        file.parent.mkdir(parents=True)
        file.write_bytes(text)
    machine.environ["LC_ALL"] = "C.UTF-8"
    answer = machine.answer()
    assert answer["settings"]["retries"] == 3
    assert len(answer["problems"]) == 1
    assert str(file) in answer["problems"][0]
    assert reason in answer["problems"][0]
    assert "secret" not in answer["problems"][0]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("timeout", "soon"),
        ("timeout", "-1"),
        ("timeout", "inf"),
        ("timeout", "nan"),
        ("retries", "2.5"),
        ("pre", "perhaps"),
        ("no-cache-dir", "perhaps"),
        ("keyring-provider", "magic"),
        ("only-binary", "--index-url=http://a"),
        ("uploaded-prior-to", "yesterday"),
    ],
)
def test_a_value_that_pip_would_refuse_is_passed_over_and_told(name, value):
    problems = []
    assert settings_in({"global": {name: value}, "install": {}, ":env:": {"retries": "1"}}, problems) == {"retries": 1}
    assert [problem.partition(":")[0] for problem in problems] == [f"pip's setting {name} was passed over"]


@pytest.mark.parametrize(
    ("value", "read"),
    [
        ("2024-01-31", "2024-01-31T00:00:00+02:00"),
        ("2024-01-31T12:00:00Z", "2024-01-31T14:00:00+02:00"),
        ("P3D", "P3D"),
    ],
)
def test_a_date_without_an_offset_is_local_time(value, read):
    environ = {**os.environ, "TZ": "Etc/GMT-2", "PIP_CONFIG_FILE": os.devnull, "PIP_UPLOADED_PRIOR_TO": value}
    done = subprocess.run([sys.executable, "-I", "-S", SCRIPT], env=environ, capture_output=True, check=True)
    assert decoded(done.stdout.decode())["settings"]["uploaded-prior-to"] == read


VARIABLES = (
    "PIP_CONFIG_FILE",
    "XDG_CONFIG_HOME",
    "XDG_CONFIG_DIRS",
    "XDG_DATA_HOME",
    "XDG_DATA_DIRS",
    "PROGRAMDATA",
    "ALLUSERSPROFILE",
    "APPDATA",
)


@pytest.fixture
def home(tmp_path, monkeypatch):
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", r"C:\Users\ada")
    return str(tmp_path)


def test_files_of_linux(home, monkeypatch):
    rest = [f"{home}/.pip/pip.conf", f"{home}/.config/pip/pip.conf", "/p/pip.conf"]
    assert configuration_files("linux", "/p") == ["/etc/xdg/pip/pip.conf", "/etc/pip.conf", *rest]
    monkeypatch.setenv("XDG_CONFIG_DIRS", "/one:relative:/two")
    monkeypatch.setenv("XDG_CONFIG_HOME", "/own")
    rest[1] = "/own/pip/pip.conf"
    assert configuration_files("linux", "/p") == ["/one/pip/pip.conf", "/two/pip/pip.conf", "/etc/pip.conf", *rest]


def test_files_of_macos(home):
    library = "Library/Application Support/pip"
    rest = [f"{home}/.pip/pip.conf", f"{home}/.config/pip/pip.conf", "/p/pip.conf"]
    assert configuration_files("darwin", "/p", "/usr") == [f"/{library}/pip.conf", *rest]
    os.makedirs(f"{home}/{library}")
    rest[1] = f"{home}/{library}/pip.conf"
    homebrew = "/opt/homebrew/opt/python@3.13/Frameworks/Python.framework/Versions/3.13"
    assert configuration_files("darwin", "/p", homebrew) == ["/opt/homebrew/share/pip/pip.conf", f"/{library}/pip.conf", *rest]


def test_files_of_windows(home, monkeypatch):
    rest = [r"C:\Users\ada\pip\pip.ini", r"C:\Users\ada\AppData\Roaming\pip\pip.ini", r"C:\Python\pip.ini"]
    assert configuration_files("win32", "C:\\Python") == [r"C:\ProgramData\pip\pip.ini", *rest]
    monkeypatch.setenv("APPDATA", r"D:\Roaming")
    monkeypatch.setenv("PROGRAMDATA", r"D:\All")
    rest[1] = r"D:\Roaming\pip\pip.ini"
    assert configuration_files("win32", "C:\\Python") == [r"D:\All\pip\pip.ini", *rest]
    monkeypatch.setenv("PIP_CONFIG_FILE", ntpath.devnull)
    assert configuration_files("win32", "C:\\Python") == []


def test_nothing_beyond_the_standard_library_and_little_of_it_is_imported():
    arguments = [sys.executable, "-I", "-S", "-X", "importtime", SCRIPT]
    told = subprocess.run(arguments, capture_output=True, text=True, check=True, env={**os.environ, "PIP_CONFIG_FILE": os.devnull}).stderr
    imported = {line.rpartition("|")[2].strip().partition(".")[0] for line in told.splitlines()}
    assert imported >= {"configparser", "json"}
    assert imported.isdisjoint({"typing", "pathlib", "subprocess", "urllib", "datetime", "ssl", "synapse_py", "site"})
