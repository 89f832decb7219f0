"""A server's folder as one tar file, made while the server runs, and a folder made of one again.

Each incident is read under its shared lock, so that it is whole as of one moment. The last thing in the tar is the list
of all that is in it, with sizes and hashes: a tar that was cut has none. What comes in is believed to be hostile.
"""

import io
import os
import re
import shutil
import tarfile
from collections.abc import Iterator
from hashlib import sha256

import msgspec

from ..core.text import clean, clip
from ..core.values import Ms
from ..store import disk
from ..store.errors import StoreError, reason
from ..store.file import AppendFile
from ..store.verify import check

FORMAT = 1
LIST = "backup.json"
_MIB = 1024 * 1024
_LARGEST = {"evidence": 10 * _MIB, "small": 64 * _MIB}
_ROOM = 16 * _MIB  # bytes that stay free on the disk
_KINDS = (
    (re.compile(r"incidents/[0-9A-Z]{26}\.json"), ""),
    (re.compile(r"incidents/[0-9A-Z]{26}\.meta"), "small"),
    (re.compile(r"incidents/evidence/[0-9a-f]{64}"), "evidence"),
    (re.compile(r"tables/[a-z][a-z0-9-]{0,39}"), "small"),
    (re.compile(r"pager/[a-z][a-z0-9-]{0,39}\.toml"), "small"),
    (re.compile(re.escape(LIST)), "small"),
)


class Bad(Exception):
    """The backup cannot be made or restored; `str()` says why, and that nothing was changed."""


class Contents(msgspec.Struct, frozen=True):
    """What is in a backup: name → (size, SHA-256). `at`: when it was begun."""

    format: int
    at: Ms
    files: dict[str, tuple[int, str]]

    @property
    def incidents(self) -> int:
        return sum(name.endswith(".json") and name.startswith("incidents/") for name in self.files)

    @property
    def evidence(self) -> int:
        return sum(name.startswith("incidents/evidence/") for name in self.files)

    @property
    def size(self) -> int:
        return sum(size for size, _ in self.files.values())


# ── out ─────────────────────────────────────────────────────────────────────────────────────────


def make(folder: str, target: str, at: Ms) -> Contents:
    """The backup at `target`, durable, in one step; an older file there is not touched. Raises `Bad`."""
    if not os.path.isdir(os.path.join(folder, "incidents")):
        raise Bad(f"There is no server's folder at {folder}; `--dir` says where it is.")
    temporary = f"{target}.{os.getpid()}.new"
    try:
        with open(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600), "wb") as file:
            contents = _written(folder, file, at)
            file.flush()
            os.fsync(file.fileno())
        os.link(temporary, target)
        disk.sync_folder(os.path.dirname(os.path.abspath(target)))
    except FileExistsError:
        raise Bad(f"{target} is there already: choose another name.") from None
    except StoreError as problem:
        raise Bad(f"{problem} No backup was made.") from problem
    except OSError as problem:
        raise Bad(f"{target} cannot be written ({reason(problem)}). No backup was made.") from problem
    finally:
        disk.forget(temporary)
    return contents


def _written(folder: str, file: "io.BufferedWriter", at: Ms) -> Contents:
    files: dict[str, tuple[int, str]] = {}
    with tarfile.open(fileobj=file, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        for name, data in _pieces(folder):
            _put(tar, name, data, at)
            files[name] = (len(data), sha256(data).hexdigest())
        contents = Contents(FORMAT, at, files)
        _put(tar, LIST, msgspec.json.format(msgspec.json.encode(contents), indent=1), at)
    return contents


def _put(tar: tarfile.TarFile, name: str, data: bytes, at: Ms) -> None:
    info = tarfile.TarInfo(name)
    info.size, info.mode, info.mtime = len(data), 0o600, at // 1000
    tar.addfile(info, io.BytesIO(data))


def _pieces(folder: str) -> Iterator[tuple[str, bytes]]:
    """Every file that counts. An incident before its meta, and that before evidence: each names what comes later."""
    for place in ("incidents", "incidents/evidence", "tables", "pager"):
        for name in sorted(_names(os.path.join(folder, place)), key=lambda name: (name.endswith(".meta"), name)):
            path = os.path.join(folder, place, name)
            if _kind(f"{place}/{name}") is None or not os.path.isfile(path):
                continue
            data = _whole(path) if place == "incidents" and name.endswith(".json") else _read(path)
            if data is not None:
                yield f"{place}/{name}", data


def _names(folder: str) -> list[str]:
    try:
        return os.listdir(folder)
    except FileNotFoundError:
        return []


def _whole(path: str) -> bytes:
    """An incident's file as it is between two writes."""
    file = AppendFile(path, "events", read_only=True)
    try:
        with file.sharing():
            return file.read()
    finally:
        file.close()


def _read(path: str) -> bytes | None:
    try:
        with open(path, "rb") as file:
            return file.read()
    except FileNotFoundError:
        return None  # a redaction took it away meanwhile


# ── in ──────────────────────────────────────────────────────────────────────────────────────────


def restore(source: str, folder: str) -> Contents:
    """A server's folder made of this backup: all of it, or nothing. Raises `Bad`."""
    folder = os.path.abspath(folder)
    if os.path.lexists(folder) and (os.path.islink(folder) or not os.path.isdir(folder) or os.listdir(folder)):
        raise Bad(f"{folder} is not empty: a backup is restored into a folder that is empty or not there yet.")
    temporary = f"{folder}.{os.getpid()}.restoring"
    try:
        os.makedirs(os.path.dirname(folder), 0o700, exist_ok=True)
        os.mkdir(temporary, 0o700)
        with tarfile.open(source, "r:") as tar:
            contents = _unpacked(tar, temporary)
        for place, _, _ in os.walk(temporary):
            disk.sync_folder(place)
        if os.path.isdir(folder):
            os.rmdir(folder)
        os.rename(temporary, folder)
        disk.sync_folder(os.path.dirname(folder))
    except (tarfile.TarError, EOFError, ValueError, RecursionError) as wrong:
        raise Bad(f"{source} is no whole backup ({clip(clean(str(wrong)), 120)}). Nothing was restored.") from None
    except OSError as problem:
        raise Bad(f"The system refused: {reason(problem)}. Nothing was restored.") from problem
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
    return contents


def _unpacked(tar: tarfile.TarFile, folder: str) -> Contents:
    """Writes every piece below `folder`, and compares all of them with the list at the end."""
    found: dict[str, tuple[int, str]] = {}
    contents: Contents | None = None
    for member in tar:
        if contents is not None:
            raise Bad("There is something in the backup after its end. Nothing was restored.")
        _check(member, found, folder)
        data = _taken(tar, member)
        if member.name == LIST:
            contents = _listed(data)
            continue
        found[member.name] = (len(data), sha256(data).hexdigest())
        path = os.path.join(folder, member.name)
        os.makedirs(os.path.dirname(path), 0o700, exist_ok=True)
        disk.create(path, data)
    if contents is None:
        raise Bad("The backup was cut: its end is missing. Nothing was restored.")
    wrong = sorted(name for name in {*found, *contents.files} if found.get(name) != contents.files.get(name))
    if wrong:
        raise Bad(f"{clean(wrong[0])} is not as it was when the backup was made. Nothing was restored.")
    for place in ("incidents", "tables"):
        os.makedirs(os.path.join(folder, place), 0o700, exist_ok=True)
    return contents


def _check(member: tarfile.TarInfo, found: dict[str, tuple[int, str]], folder: str) -> None:
    """Raises `Bad` for whatever this program would not have put there."""
    shown = clip(clean(member.name), 80)
    kind = _kind(member.name)
    if kind is None or not member.isreg() or member.issparse():
        raise Bad(f"The backup holds “{shown}”, which is no file of a server. Nothing was restored.")
    if member.name in found:
        raise Bad(f"The backup holds “{shown}” twice. Nothing was restored.")
    if member.size > _LARGEST.get(kind, member.size):
        raise Bad(f"“{shown}” is too large ({member.size // _MIB} MiB). Nothing was restored.")
    if member.size > shutil.disk_usage(folder).free - _ROOM:
        raise Bad(f"The disk has no room for “{shown}” ({member.size // _MIB} MiB). Nothing was restored.")


def _taken(tar: tarfile.TarFile, member: tarfile.TarInfo) -> bytes:
    piece = tar.extractfile(member)
    data = piece.read() if piece is not None else b""
    if len(data) != member.size:
        raise Bad("The backup was cut. Nothing was restored.")
    return data


def _listed(data: bytes) -> Contents:
    try:
        contents = msgspec.json.decode(data, type=Contents)
    except msgspec.MsgspecError as wrong:
        raise Bad(f"The backup's list cannot be read ({clip(clean(str(wrong)), 80)}). Nothing was restored.") from None
    if contents.format != FORMAT:
        raise Bad("A newer War room made this backup: update this one first. Nothing was restored.")
    return contents


def _kind(name: str) -> str | None:
    return next((kind for pattern, kind in _KINDS if pattern.fullmatch(name)), None)


# ── is it whole ─────────────────────────────────────────────────────────────────────────────────


class Verified(msgspec.Struct):
    """What a look at every chain and row of a server's folder found."""

    incidents: int = 0
    facts: int = 0
    evidence: int = 0
    troubles: list[str] = []


def verify(folder: str) -> Verified:
    """Looks at every file; the server may be running. Raises `Bad` where there is none."""
    if not os.path.isdir(os.path.join(folder, "incidents")):
        raise Bad(f"There is no server's folder at {folder}; `--dir` says where it is.")
    found = Verified()
    for name in sorted(_names(os.path.join(folder, "incidents"))):
        inc, _, ending = name.partition(".")
        path = os.path.join(folder, "incidents", name)
        if ending == "json":
            _verify_incident(found, inc, path)
        elif ending == "meta":
            _verify_meta(found, inc, path)
    for sha in sorted(_names(os.path.join(folder, "incidents", "evidence"))):
        data = _read(os.path.join(folder, "incidents", "evidence", sha)) if len(sha) == 64 else None
        if data is not None:
            found.evidence += 1
            if sha256(data).hexdigest() != sha:
                found.troubles.append(f"evidence {sha[:12]} was changed")
    return found


def _verify_incident(found: Verified, inc: str, path: str) -> None:
    from ..store import rows
    from ..store.verify import line_of

    found.incidents += 1
    try:
        data = _whole(path)
    except StoreError as problem:
        found.troubles.append(f"{inc}: {problem}")
        return
    found.facts += len(rows.split(data) or ())
    found.troubles += [f"{inc}: {line_of(trouble)}" for trouble in check(data, inc, path)]
    if not os.path.exists(path.removesuffix(".json") + ".meta"):
        found.troubles.append(f"{inc}: nothing says who may see it (its .meta file is missing); nobody sees it")


def _verify_meta(found: Verified, inc: str, path: str) -> None:
    from .stores.base import Meta

    try:
        meta = msgspec.json.decode(_read(path) or b"", type=Meta)
    except msgspec.MsgspecError as wrong:
        found.troubles.append(f"{inc}: who may see it cannot be read ({clip(clean(str(wrong)), 80)})")
        return
    if meta.inc != inc:
        found.troubles.append(f"{inc}: its .meta file is that of another incident")
    if not os.path.exists(path.removesuffix(".meta") + ".json"):
        found.troubles.append(f"{inc}: its facts are missing (its .json file)")
