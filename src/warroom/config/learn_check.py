"""What the library's own loaders say of a changed file before it is there: it is tried beside copies of the others."""

import os
import shutil
import tempfile
from collections.abc import Callable, Sequence
from os.path import isfile, join

from warroom.core.values import Refused

from . import check as whole
from . import drills
from .learn_target import FOLDERS, Target
from .load import Library
from .paths import Paths
from .problem import Problem

Tried = Callable[[str, str], Sequence[str]]
"""Fills the template of this name from this folder; what is wrong with it, as sentences."""

_SHOWN = 5


def checked(paths: Paths, target: Target, text: str, tried: Tried) -> tuple[str, ...]:
    """What is worth knowing about the file with this text. Raises `Refused` where it could not be used."""
    folder = tempfile.mkdtemp(prefix="warroom-")
    try:
        beside = Paths(folder, paths.data, paths.state)
        try:
            _mirror(paths.config, folder)
            file = _put(folder, target.name, text)
        except OSError as problem:
            raise Refused(f"{target.name} could not be tried in {folder}: {problem.strerror}.") from None
        notes: list[str] = []
        if target.folder == "templates":
            wrong = [_near(said, folder) for said in tried(os.path.basename(file), folder)]
        elif target.folder == "drills":
            wrong = [_said(each, folder) for each in drills.check(Library(beside), file)]
        else:
            wrong, notes = _judged(paths, beside, file)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    if wrong:
        more = f" And {len(wrong) - _SHOWN} more." if len(wrong) > _SHOWN else ""
        raise Refused(f"{' '.join(wrong[:_SHOWN])}{more}")
    return tuple(notes)


def _judged(paths: Paths, beside: Paths, file: str) -> tuple[list[str], list[str]]:
    """Mistakes that make the file, or another one because of it, useless; and what it says about other files."""
    before = {_plain(each, paths.config) for each in _of_form(Library(paths))}
    after = _of_form(Library(beside))
    wrong = [each for each in after if each.file == file or _plain(each, beside.config) not in before]
    known = {_plain(each, paths.config) for each in whole.check(paths)}
    told = [each for each in whole.check(beside) if _plain(each, beside.config) not in known and each not in wrong]
    return [_said(each, beside.config) for each in wrong], [_said(each, beside.config) for each in told]


def _of_form(library: Library) -> list[Problem]:
    library.read_all()
    len(library.drill_rules)
    return library.problems


def _mirror(config: str, folder: str) -> None:
    """Everything that the library reads, as links."""
    for below in ("", *FOLDERS):
        source = join(config, below)
        names = os.listdir(source) if os.path.isdir(source) else []
        os.makedirs(join(folder, below), 0o700, exist_ok=True)
        for name in names:
            if isfile(join(source, name)) and (below or name.endswith(".toml")):
                os.symlink(os.path.abspath(join(source, name)), join(folder, below, name))


def _put(folder: str, name: str, text: str) -> str:
    path = join(folder, name)
    if os.path.lexists(path):
        os.unlink(path)
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(text.encode())
    return path


def _plain(problem: Problem, folder: str) -> tuple[str, str]:
    """The problem wherever it stands: lines move when a step is added."""
    return problem.file.removeprefix(folder), problem.reason


def _said(problem: Problem, folder: str) -> str:
    where = ", ".join(filter(None, (problem.file.removeprefix(folder).lstrip("/"), problem.place)))
    return f"{where}: {problem.reason}."


def _near(said: str, folder: str) -> str:
    return said.replace(folder + "/", "")
