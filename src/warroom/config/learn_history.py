"""The history of what was changed in the configuration folder: one file a change, never written over, never taken away.

`history/0007-playbooks-database.json` holds the file as it was and as it became, who did it, when and why.
"""

import os
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from os.path import dirname, join

import msgspec

from warroom.core.values import Ms, Refused
from warroom.store import access, disk, lock
from warroom.store.errors import not_written

from .learn_target import Target, digest
from .paths import Paths

APPLIED, UNDONE = "applied", "undone"
_NAME = re.compile(r"(\d{4,9})-.*\.json")
_MOST = 2 * 1024 * 1024


class Record(msgspec.Struct, frozen=True, omit_defaults=True):
    """One change to one file. `before` and `after` are whole texts; None: there was no copy of one's own.

    `of` names the record that was undone by it.
    """

    number: int
    action: str
    target: str
    at: Ms
    by: str
    before: str | None
    after: str | None
    incident: str = ""
    change: str = ""
    of: int = 0
    why: str = ""
    sha_before: str = ""
    sha_after: str = ""

    @property
    def day(self) -> str:
        return time.strftime("%Y-%m-%d", time.gmtime(self.at / 1000))


def folder(paths: Paths) -> str:
    return join(paths.config, "history")


def records(paths: Paths) -> list[Record]:
    """Every record that can be read, the first one first."""
    found = []
    for number, name in _names(paths):
        try:
            with open(join(folder(paths), name), "rb") as file:
                record = msgspec.json.decode(file.read(_MOST), type=Record)
        except (OSError, msgspec.MsgspecError, UnicodeDecodeError):
            continue
        found.append(msgspec.structs.replace(record, number=number))
    return found


def record(paths: Paths, named: str) -> Record:
    """The record of this number. Raises `Refused`."""
    known = records(paths)
    digits = named.strip().removeprefix("#")
    for each in known:
        if digits.isascii() and digits.isdecimal() and len(digits) < 10 and each.number == int(digits):
            return each
    there = ", ".join(f"{each.number} ({each.target})" for each in known[-5:]) or "none yet"
    raise Refused(f"There is no record “{named.strip()[:20]}” in {folder(paths)}; there is {there}.")


@contextmanager
def held(paths: Paths, wait: float = lock.WAIT) -> Iterator[None]:
    """Nobody else changes a file of the configuration meanwhile. Raises `StoreError`."""
    access.ready(paths.config)
    path = join(access.ready(folder(paths)), ".lock")
    try:
        fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as problem:
        raise not_written(problem, path) from None
    try:
        lock.take(fd, path, False, wait)
        yield
    finally:
        os.close(fd)


def written(paths: Paths, target: Target, entry: Record) -> Record:
    """Puts `entry.after` in the place of the file, with a record of it on disk first. Call it while `held`.

    Raises `StoreError`; then the file is as it was, and no record says otherwise.
    """
    number = 1 + max((number for number, _ in _names(paths)), default=0)
    entry = msgspec.structs.replace(entry, number=number, sha_before=_sha(entry.before), sha_after=_sha(entry.after))
    name = f"{number:04d}-{target.name.removesuffix('.toml').replace('/', '-')}.json"
    path = join(folder(paths), name)
    try:
        disk.create(path, msgspec.json.format(msgspec.json.encode(entry)))
    except OSError as problem:
        raise not_written(problem, path) from None
    try:
        _replace(target.own, entry.after)
    except OSError as problem:
        disk.forget(path)  # it did not happen
        raise not_written(problem, target.own) from None
    return entry


def _replace(path: str, text: str | None) -> None:
    if text is None:
        disk.forget(path)
        disk.sync_folder(dirname(path))
        return
    os.makedirs(dirname(path), 0o700, exist_ok=True)
    try:
        mode = os.stat(path).st_mode & 0o777
    except FileNotFoundError:
        mode = 0o600
    disk.replace(path, text.encode(), mode)


def _sha(text: str | None) -> str:
    return "" if text is None else digest(text)


def _names(paths: Paths) -> list[tuple[int, str]]:
    try:
        names = os.listdir(folder(paths))
    except OSError:
        return []
    return sorted((int(found[1]), name) for name in names if (found := _NAME.fullmatch(name)))
