"""Files that prove something: masked, then kept once under the SHA-256 of what is kept.

A secret must not be copied into the room: what looks like one is masked in text before anything is written.
"""

import os
import stat
from collections.abc import Iterable
from hashlib import sha256

import msgspec

from ..core import masking
from ..core.acts.entries import AttachEvidence
from ..core.events import Event, EvidenceAttached
from . import access, beside, disk
from .errors import Missing, TooLarge, Unreadable, not_opened, not_written

LARGEST = 10 * 1024 * 1024

_KINDS = {
    ".txt": "text/plain",
    ".log": "text/plain",
    ".md": "text/markdown",
    ".csv": "text/csv",
    ".html": "text/html",
    ".json": "application/json",
    ".xml": "application/xml",
    ".yaml": "application/yaml",
    ".yml": "application/yaml",
    ".pdf": "application/pdf",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".gif": "image/gif",
    ".svg": "image/svg+xml",
    ".webp": "image/webp",
    ".gz": "application/gzip",
    ".zip": "application/zip",
    ".pcap": "application/vnd.tcpdump.pcap",
}


class Kept(msgspec.Struct, frozen=True):
    """What a fact says of its evidence: hash and size in bytes of what is kept, and how many places were masked."""

    sha: str
    size: int
    mime: str
    masked: int
    path: str
    kinds: tuple[str, ...] = ()  # what was masked


def attached(kept: Kept, name: str, of: str = "") -> AttachEvidence:
    """The command that puts kept evidence on the log, for the entry `of`; a secret in its name is masked too."""
    return AttachEvidence(
        name=masking.text(name).text, sha=kept.sha, size=kept.size, media=kept.mime, of=of, masked=kept.masked
    )


def linked(link: str, name: str = "", of: str = "") -> AttachEvidence:
    """The same for a link, which is a fact without bytes."""
    found = masking.text(link)
    return AttachEvidence(name=masking.text(name).text, link=found.text, of=of, masked=found.count)


def is_link(text: str) -> bool:
    """Whether this names a page, and no file."""
    return text.casefold().startswith(("https://", "http://")) and not any(c.isspace() for c in text)


def keep(folder: str, data: bytes, name: str, insist: bool = False) -> Kept:
    """`data` in `folder`/SHA256, durable. `name` tells its kind by its ending. `insist`: nothing is masked.

    Raises TooLarge, NotWritten, BadFolder.
    """
    if len(data) > LARGEST:
        raise TooLarge(
            f"{name} is too large: evidence may have {LARGEST // 1024 // 1024} MiB. "
            "Keep the part that matters, or write down where it lies."
        )
    found = masking.Masked("")
    if not insist:
        data, found = masking.data(data)
    sha = sha256(data).hexdigest()
    path = os.path.join(access.ready(folder), sha)
    try:
        disk.create(path, data)
    except FileExistsError:
        pass  # the same bytes: kept before
    except OSError as problem:
        raise not_written(problem, path) from problem
    kind = _KINDS.get(os.path.splitext(name)[1].lower(), "text/plain" if _is_text(data) else "application/octet-stream")
    return Kept(sha, len(data), kind, found.count, path, found.kinds)


def keep_file(folder: str, path: str, name: str = "", insist: bool = False, wait: bool = True) -> Kept:
    """The same for a file. `wait`: also for a pipe, until it is closed. Raises also NotOpened."""
    return keep(folder, read(path, wait), name or os.path.basename(path), insist)


def read(path: str, wait: bool = False) -> bytes:
    """The file's bytes, one more than evidence may have at most. Raises NotOpened."""
    try:
        with open(os.open(path, os.O_RDONLY | os.O_CLOEXEC | (0 if wait else os.O_NONBLOCK)), "rb") as file:
            if not wait and not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise Unreadable(f"{path} is no file: evidence is one file.")
            return file.read(LARGEST + 1)
    except IsADirectoryError as problem:
        raise Unreadable(f"{path} is a folder: evidence is one file.") from problem
    except FileNotFoundError as problem:
        raise Missing(f"There is no file {path}; nothing was kept.") from problem
    except OSError as problem:
        raise not_opened(problem, path) from problem


# ── what is kept ──

GONE, CHANGED, KEPT = "gone", "changed", "kept"


def state_of(folder: str, sha: str) -> str:
    """Whether the bytes of this hash are there as they were kept. Raises NotOpened."""
    try:
        return KEPT if sha256(_kept(folder, sha)).hexdigest() == sha else CHANGED
    except Missing:
        return GONE


def load(folder: str, sha: str) -> bytes:
    """The kept bytes. Raises NotOpened, also where they are not those that were kept."""
    data = _kept(folder, sha)
    if sha256(data).hexdigest() != sha:
        raise Unreadable(
            f"{os.path.join(folder, sha)} was changed after it was kept: its bytes no longer have this hash."
        )
    return data


def _kept(folder: str, sha: str) -> bytes:
    if not is_hash(sha):
        raise Missing(f"“{sha[:64]}” is no hash of a file.")
    path = os.path.join(folder, sha)
    try:
        with open(path, "rb") as file:
            return file.read()
    except FileNotFoundError as problem:
        raise Missing(f"The bytes of {sha[:12]} are gone from {folder}.") from problem
    except OSError as problem:
        raise not_opened(problem, path) from problem


def named_by(events: Iterable[Event]) -> set[str]:
    """The hashes of what these facts keep as evidence."""
    return {e.body.sha for e in events if isinstance(e.body, EvidenceAttached) and is_hash(e.body.sha)}


def sweep(path: str, shas: Iterable[str], going: bool = False) -> None:
    """Removes from beside the incident at `path` what neither it nor its neighbours name any more.

    `going`: it is about to be deleted itself, and its own word does not count.
    """
    folder = beside.evidence(path)
    # A fact may name anything as its hash: only a hash is the name of something to remove.
    there = [sha for sha in sorted(shas) if is_hash(sha) and os.path.exists(os.path.join(folder, sha))]
    if not there:
        return
    try:
        neighbours = [name for name in os.listdir(os.path.dirname(path)) if name.endswith(".json")]
        for name in neighbours:
            if going and name == os.path.basename(path):
                continue
            with open(os.path.join(os.path.dirname(path), name), "rb") as file:
                data = file.read()
            there = [sha for sha in there if sha.encode() not in data]
        for sha in there:
            disk.forget(os.path.join(folder, sha))
        disk.sync_folder(folder)
    except OSError as problem:
        raise not_written(problem, folder) from problem


def bring(shas: Iterable[str], path: str, target: str) -> None:
    """Copies these from beside the incident at `path` to beside `target`."""
    for sha in sorted(shas):
        source = os.path.join(beside.evidence(path), sha)
        if os.path.exists(source):
            folder = access.ready(beside.evidence(target))
            with open(source, "rb") as file:
                data = file.read()
            try:
                disk.create(os.path.join(folder, sha), data)
            except FileExistsError:
                pass


def is_hash(sha: str) -> bool:
    """Whether this can be the name of kept bytes."""
    return len(sha) == 64 and not sha.strip("0123456789abcdef")


def _is_text(data: bytes) -> bool:
    if b"\0" in data:
        return False
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True
