"""Files that prove something: masked, then kept once under the SHA-256 of what is kept.

A secret must not be copied into the room: what looks like one is masked in text before anything is written.
"""

import os
import re
from collections.abc import Iterable
from hashlib import sha256

import msgspec

from ..core.events import Event, EvidenceAttached
from . import access, beside, disk
from .errors import TooLarge, Unreadable, not_opened, not_written

LARGEST = 10 * 1024 * 1024
MASK = "‹masked›".encode()

_VALUE = rb"""(?:"[^"\r\n]*"|'[^'\r\n]*'|[^\s"',;&]+)"""
_SECRETS = (
    re.compile(
        rb"-----BEGIN [A-Z0-9 ]*PRIVATE KEY[A-Z ]*-----.*?(?:-----END [A-Z0-9 ]*PRIVATE KEY[A-Z ]*-----|\Z)", re.DOTALL
    ),
    re.compile(rb"(?im)(?<=authorization:)[ \t]*[^\r\n'\"]+"),
    re.compile(rb"(?i)\b(?<=bearer )[A-Za-z0-9._~+/=-]{8,}"),
    re.compile(rb"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b"),
    re.compile(rb"\b(?:gh[pousr]_[A-Za-z0-9]{30,}|github_pat_\w{30,}|xox[abeoprs]-[\w-]{10,}|glpat-[\w-]{20,})"),
    re.compile(rb"\beyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]+"),  # a JSON web token
    re.compile(rb"(?<=://)[^\s/:@]+:[^\s/@]+(?=@)"),  # user:password@ in an address
)
_NAMED = re.compile(
    rb"""(?i)(["']?[\w.-]*(?:passw(?:or)?d|passwd|secret|token|api[_-]?key|access[_-]?key)[\w.-]*["']?\s*[=:]\s*)"""
    + _VALUE
)

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


def keep(folder: str, data: bytes, name: str) -> Kept:
    """`data` in `folder`/SHA256, durable. `name` tells its kind by its ending.

    Raises TooLarge, NotWritten, BadFolder.
    """
    if len(data) > LARGEST:
        raise TooLarge(
            f"{name} has {len(data) / 1024 / 1024:.0f} MiB, and evidence may have {LARGEST // 1024 // 1024}. "
            "Keep the part that matters, or write down where it lies."
        )
    data, masked = mask(data)
    sha = sha256(data).hexdigest()
    path = os.path.join(access.ready(folder), sha)
    try:
        disk.create(path, data)
    except FileExistsError:
        pass  # the same bytes: kept before
    except OSError as problem:
        raise not_written(problem, path) from problem
    kind = _KINDS.get(os.path.splitext(name)[1].lower(), "text/plain" if _is_text(data) else "application/octet-stream")
    return Kept(sha, len(data), kind, masked, path)


def keep_file(folder: str, path: str) -> Kept:
    """The same for a file. Raises also NotOpened."""
    try:
        with open(path, "rb") as file:
            data = file.read(LARGEST + 1)
    except IsADirectoryError as problem:
        raise Unreadable(f"{path} is a folder: evidence is one file.") from problem
    except OSError as problem:
        raise not_opened(problem, path) from problem
    return keep(folder, data, os.path.basename(path))


def named_by(events: Iterable[Event]) -> set[str]:
    """The hashes of what these facts keep as evidence."""
    return {e.body.sha for e in events if isinstance(e.body, EvidenceAttached) and _is_hash(e.body.sha)}


def sweep(path: str, shas: Iterable[str]) -> None:
    """Removes from beside the incident at `path` what neither it nor its neighbours name any more."""
    folder = beside.evidence(path)
    there = [sha for sha in sorted(shas) if os.path.exists(os.path.join(folder, sha))]
    if not there:
        return
    try:
        neighbours = [name for name in os.listdir(os.path.dirname(path)) if name.endswith(".json")]
        for name in neighbours:
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


def _is_hash(sha: str) -> bool:
    return len(sha) == 64 and not sha.strip("0123456789abcdef")


def mask(data: bytes) -> tuple[bytes, int]:
    """`data` with what looks like a secret replaced by ‹masked›, and how often. Only in text."""
    if not _is_text(data):
        return data, 0
    count = 0
    for pattern in _SECRETS:
        data, n = pattern.subn(MASK, data)
        count += n
    data, n = _NAMED.subn(lambda found: found[0] if MASK in found[0] else found[1] + MASK, data)
    return data, count + n


def _is_text(data: bytes) -> bool:
    if b"\0" in data:
        return False
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True
