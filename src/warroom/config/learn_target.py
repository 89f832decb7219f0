"""Which file of a person's configuration a change is made to: where their own copy is, and the shipped one under it."""

import os
import re
from hashlib import sha256
from os.path import basename, commonpath, dirname, isfile, islink, join, lexists, realpath

import msgspec

from warroom.core.values import Refused

from . import shipped, toml
from .oncall import is_name
from .paths import Paths
from .problem import one_of, shown

FOLDERS = ("playbooks", "policies", "drills", "templates")
ALONE = ("roles.toml", "severities.toml", "drill-rules.toml")
KINDS = ("playbooks/NAME.toml", "policies/NAME.toml", "drills/NAME.toml", "templates/NAME", *ALONE)

_FORM = re.compile(rf"({'|'.join(FOLDERS)})/([^/\\]+)")


class Target(msgspec.Struct, frozen=True):
    """One file: its `name` below the configuration folder, the path of one's own copy, and of the shipped one."""

    name: str
    own: str
    shipped: str = ""  # empty: none ships

    @property
    def folder(self) -> str:
        """`playbooks`, `policies`, … or empty where it stands alone."""
        return self.name.partition("/")[0] if "/" in self.name else ""


class Held(msgspec.Struct, frozen=True):
    """What holds now: its text, and whether it is one's own copy."""

    text: str
    own: bool

    @property
    def sha(self) -> str:
        return digest(self.text)


def digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()


def target(paths: Paths, said: str) -> Target:
    """The file that `said` names, `playbooks/database.toml`; the ending may be left out. Raises `Refused`."""
    name, data = said.strip(), shipped.folder()
    if name.partition("/")[0] in FOLDERS[:3] and not name.endswith(".toml"):
        name += ".toml"
    if name not in ALONE:
        found = _FORM.fullmatch(name)
        if found is None:
            raise Refused(f"“{shown(name)}” is no file that a change can be made to: {one_of(KINDS)}.")
        _known(found[1], found[2], data)
    ours = join(data, name)
    return Target(name, _inside(paths.config, name), ours if isfile(ours) else "")


def held(it: Target) -> Held:
    """One's own copy, else the shipped file. Raises `Refused` where there is neither, or it cannot be read."""
    if lexists(it.own):
        return Held(_text(it.own), True)
    return Held(shipped_text(it), False)


def shipped_text(it: Target) -> str:
    """The file that ships; empty where none does. Raises `Refused` where it cannot be read."""
    return _text(it.shipped) if it.shipped else ""


def own_text(it: Target) -> str | None:
    """One's own copy as it is now; None where there is none. Raises `Refused`."""
    return _text(it.own) if lexists(it.own) else None


def _known(folder: str, file: str, data: str) -> None:
    if folder == "templates":
        try:
            ours = tuple(sorted(os.listdir(join(data, folder))))
        except OSError:
            ours = ()
        if file not in ours:
            raise Refused(f"Nothing reads a template “{shown(file)}”; there is {one_of(ours)}.")
    elif not is_name(file.removesuffix(".toml")):
        raise Refused(f"“{shown(file)}” is no name for a file here: letters, digits, “-” and “_”, then .toml.")


def _inside(config: str, name: str) -> str:
    """Where the file really is. Raises `Refused` where that is outside the configuration folder."""
    base, path = realpath(config), join(config, name)
    real = join(realpath(dirname(path)), basename(path))
    if islink(path):
        real = realpath(path)
    if commonpath((base, real)) != base:
        raise Refused(f"{path} leads out of {config}, to {real}. A change is only written inside: put a file there.")
    return real


def _text(path: str) -> str:
    """The text as it is, with its own ends of lines."""
    try:
        if not isfile(path):
            raise Refused(f"{path} is not a file.")
        with open(path, "rb") as file:
            data = file.read(toml.MAX_FILE + 1)
    except OSError as problem:
        raise Refused(f"{path} cannot be read: {problem.strerror or 'input/output error'}.") from None
    if len(data) > toml.MAX_FILE:
        raise Refused(f"{path} is larger than {toml.MAX_FILE // 1024} KiB.")
    try:
        return data.decode()
    except UnicodeDecodeError as problem:
        line = data.count(b"\n", 0, problem.start) + 1
        raise Refused(f"{path}, line {line}: is not UTF-8 text.") from None
