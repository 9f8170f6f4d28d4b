"""What pip is configured to do, for an installer that does not read pip's configuration.

Run as a script by the interpreter whose pip is meant; prints one line: the word ``settings`` and JSON in base64, for lines are handed on
with what looks like a password hidden. Owns where pip's files lie, which wins, and how pip reads their values, not their use.
"""

import binascii
import configparser
import json
import ntpath
import os
import posixpath
import re
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

SECTIONS = ("global", "install", ":env:")  # a later one wins, whatever file it stands in
ALIASES = {"pypi-url": "index-url", "default-timeout": "timeout"}
TEXTS = ("index-url", "proxy")
PATHS = ("cert", "client-cert")
LISTS = ("extra-index-url", "find-links", "trusted-host", "constraint", "build-constraint")
SWITCHES = ("no-index", "require-hashes", "pre")
KEYRING_PROVIDERS = ("auto", "disabled", "import", "subprocess")
TRUE = ("y", "yes", "t", "true", "on", "1")
FALSE = ("n", "no", "f", "false", "off", "0")
PACKAGE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
HOMEBREW_PYTHON = re.compile(r"(.+)/opt/python[^/]*/Frameworks/Python\.framework/Versions/[^/]+")


def configuration_files(platform: str = sys.platform, prefix: str = sys.prefix, base_prefix: str = sys.base_prefix) -> "list[str]":
    """List the files that pip reads, whether they exist or not; a later one wins.

    Args:
        platform: as sys.platform.
        prefix: folder of the interpreter or of the virtual environment.
        base_prefix: folder of the interpreter.

    Returns:
        Paths, empty if PIP_CONFIG_FILE switches all files off.
    """
    path = ntpath if platform == "win32" else posixpath
    named = os.environ.get("PIP_CONFIG_FILE")
    if named == path.devnull:
        return []
    folders = _folders_of_all_users(platform, base_prefix)
    if not (named and os.path.exists(named)):
        folders += _folders_of_this_user(platform)
    basename = "pip.ini" if platform == "win32" else "pip.conf"
    files = [path.join(folder, basename) for folder in [*folders, prefix]]
    return [*files, named] if named else files


def _folders_of_all_users(platform: str, base_prefix: str) -> "list[str]":
    if platform == "win32":
        return [ntpath.join(_first_variable("PROGRAMDATA", "ALLUSERSPROFILE") or r"C:\ProgramData", "pip")]
    if platform == "darwin":
        homebrew = HOMEBREW_PYTHON.fullmatch(base_prefix)
        usual = [f"{homebrew.group(1)}/share"] if homebrew else []
        return [posixpath.join(each, "pip") for each in _xdg_folders("XDG_DATA_DIRS") or [*usual, "/Library/Application Support"]]
    return [posixpath.join(each, "pip") for each in _xdg_folders("XDG_CONFIG_DIRS") or ["/etc/xdg"]] + ["/etc"]


def _folders_of_this_user(platform: str) -> "list[str]":
    if platform == "win32":
        home = ntpath.expanduser("~")
        return [ntpath.join(home, "pip"), ntpath.join(_first_variable("APPDATA") or ntpath.join(home, "AppData", "Roaming"), "pip")]
    home = posixpath.expanduser("~")
    if platform == "darwin":
        library = posixpath.join((_xdg_folders("XDG_DATA_HOME") or [f"{home}/Library/Application Support"])[0], "pip")
        newer = library if os.path.isdir(library) else f"{home}/.config/pip"
    else:
        newer = posixpath.join((_xdg_folders("XDG_CONFIG_HOME") or [f"{home}/.config"])[0], "pip")
    return [posixpath.join(home, ".pip"), newer]


def _xdg_folders(name: str) -> "list[str]":
    """Give the absolute paths in a variable: the specification tells to ignore others."""
    return [each.strip() for each in os.environ.get(name, "").split(":") if posixpath.isabs(each.strip())]


def _first_variable(*names: str) -> "str | None":
    return next((os.environ[name] for name in names if os.environ.get(name)), None)


def read_sections(files: "list[str]", problems: "list[str]") -> "dict[str, dict[str, str]]":
    """Read files and the PIP_* variables.

    Args:
        files: paths, the weakest first.
        problems: receives a sentence for each file that cannot be read.

    Returns:
        Name and value by section; the variables are the section ``:env:``.
    """
    sections: dict[str, dict[str, str]] = {name: {} for name in SECTIONS}
    for file in files:
        if os.path.exists(file):
            for section, name, value in _entries(file, problems):
                sections.setdefault(section, {})[_normalized(name)] = value
    variables = {_normalized(name[4:]): value for name, value in os.environ.items() if name.startswith("PIP_")}
    sections[":env:"] = {name: value for name, value in variables.items() if name not in ("version", "help")}
    return sections


def _entries(file: str, problems: "list[str]") -> "Iterator[tuple[str, str, str]]":
    parser = configparser.RawConfigParser()
    encoding = "locale" if sys.version_info >= (3, 10) else None  # pip reads in the locale's encoding, too
    try:
        with open(file, encoding=encoding) as stream:
            parser.read_file(stream)
    except (OSError, UnicodeDecodeError, configparser.Error) as error:
        problems.append(f"pip's configuration file {file} was passed over: {_reason(error)}.")
        return
    for section in parser.sections():
        for name, value in parser.items(section):
            yield section, name, value


def _reason(error: Exception) -> str:
    """Tell what is wrong without quoting the line, which may hold a password."""
    if isinstance(error, OSError):
        return error.strerror or type(error).__name__
    if isinstance(error, UnicodeDecodeError):
        return f"it is not encoded in {error.encoding}"
    line = getattr(error, "lineno", None) or next((number for number, _ in getattr(error, "errors", [])), None)
    return f"line {line} is malformed ({type(error).__name__})"


def _normalized(name: str) -> str:
    name = name.lower().replace("_", "-")
    return name[2:] if name.startswith("--") else name


def settings_in(sections: "dict[str, dict[str, str]]", problems: "list[str]") -> "dict[str, Any]":
    """Read values as ``pip install`` reads them.

    Args:
        sections: as `read_sections` gives them.
        problems: receives a sentence for each value that pip would refuse.

    Returns:
        The last valid value of each name that concerns an installer.
    """
    settings: dict[str, Any] = {"only-binary": set(), "no-binary": set()}
    for section in SECTIONS:
        for key, value in sections[section].items():
            name = ALIASES.get(key, key)
            try:
                if value:
                    _take(settings, name, value)
            except ValueError as error:
                problems.append(f"pip's setting {name} was passed over: {error}.")
    formats = {name: sorted(settings.pop(name)) for name in ("only-binary", "no-binary")}
    return {**settings, **{name: packages for name, packages in formats.items() if packages}}


def _take(settings: "dict[str, Any]", name: str, value: str) -> None:
    if name in TEXTS:
        settings[name] = value
    elif name in PATHS:
        settings[name] = os.path.expanduser(value)
    elif name in LISTS:
        settings[name] = [_home_expanded(each) if name == "find-links" else each for each in value.split()]
    elif name in SWITCHES:
        settings[name] = _truth(value)
    elif name == "no-cache-dir":
        _truth(value)
        settings[name] = True  # pip takes even "no" for yes here
    elif name == "timeout":
        settings[name] = _number(float, value)
    elif name == "retries":
        settings[name] = _number(int, value)
    elif name == "uploaded-prior-to":
        settings[name] = _moment(value)
    elif name == "keyring-provider":
        if value not in KEYRING_PROVIDERS:
            raise ValueError(f"{value!r} is none of {', '.join(KEYRING_PROVIDERS)}")
        settings[name] = value
    elif name in ("only-binary", "no-binary"):
        other = "no-binary" if name == "only-binary" else "only-binary"
        _control_formats(value, settings[name], settings[other])


def _home_expanded(link: str) -> str:
    expanded = os.path.expanduser(link)
    return expanded if os.path.exists(expanded) else link


def _truth(value: str) -> bool:
    if value.lower() not in TRUE + FALSE:
        raise ValueError(f"{value!r} is neither yes nor no")
    return value.lower() in TRUE


def _number(kind: "type[int] | type[float]", value: str) -> float:
    try:
        number = kind(value)
    except ValueError:
        raise ValueError(f"{value!r} is no number") from None
    if not 0 <= number < sys.maxsize:
        raise ValueError(f"{value!r} is out of range")
    return number


def _moment(value: str) -> str:
    """Give a span such as P3D as it is, and a date with its offset: without one pip means local time."""
    if re.fullmatch(r"P[0-9]+D", value):
        return value
    from datetime import datetime  # noqa: PLC0415 - rarely needed, and costs milliseconds

    try:
        return datetime.fromisoformat(value.replace("Z", "+00:00")).astimezone().isoformat()
    except ValueError:
        raise ValueError(f"{value!r} is neither a date nor a number of days such as P3D") from None


def _control_formats(value: str, target: "set[str]", other: "set[str]") -> None:
    """Add packages to one of two sets; naming a package in one takes it out of the other."""
    names = [name.strip() for name in value.split(",") if name.strip()]
    if not all(name in (":all:", ":none:") or PACKAGE.fullmatch(name) for name in names):
        raise ValueError(f"{value!r} is no list of packages")
    for name in names:
        if name == ":all:":
            other.clear()
            target.clear()
            target.add(name)
        elif name == ":none:":
            target.clear()
        else:
            package = re.sub(r"[-_.]+", "-", name).lower()
            other.discard(package)
            target.add(package)


def main() -> None:
    """Print the settings, and what was passed over."""
    problems: list[str] = []
    settings = settings_in(read_sections(configuration_files(), problems), problems)
    answer = json.dumps({"settings": settings, "problems": problems})
    print("settings", binascii.b2a_base64(answer.encode(), newline=False).decode())


if __name__ == "__main__":
    main()
