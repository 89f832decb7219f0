"""Any file that can be imported → what it holds. The format is what the bytes look like, unless somebody says."""

import os
import stat
from typing import IO

import msgspec

from . import bundle
from .facts import Whole, read_facts
from .found import Found, Options
from .lists import read_list
from .problem import BadInput, Problem
from .records import read_csv, read_json, read_lines

LARGEST = 64 * 1024 * 1024
FORMATS = ("json", "jsonl", "csv", "md", "log")

_tree = msgspec.json.Decoder(dict[str, msgspec.Raw])
_BY_ENDING = {".csv": "csv", ".tsv": "csv", ".md": "md", ".markdown": "md", ".txt": "md"}


def load(path: str) -> bytes:
    """The bytes of a file. Raises `BadInput` for what is no file, cannot be read, or is too large."""
    name = os.path.basename(path) or path
    try:
        if stat.S_ISDIR(os.stat(path).st_mode):
            raise BadInput(name, [Problem(0, "is a folder")])
        with open(path, "rb") as source:
            return whole(source, name)
    except (OSError, ValueError) as wrong:
        reason = getattr(wrong, "strerror", None) or str(wrong)
        raise BadInput(name, [Problem(0, f"cannot be read: {reason}")]) from None


def whole(source: IO[bytes], name: str) -> bytes:
    """All of `source` if it is small enough to be a timeline, or a bundle. Raises `BadInput`."""
    data = source.read(LARGEST + 1)
    if len(data) <= LARGEST:
        return data
    if not data.startswith(bundle.MAGIC):
        raise BadInput(name, [Problem(0, f"is larger than {LARGEST // 1024 // 1024} MiB; split it up")])
    data += source.read(bundle.LARGEST - len(data) + 1)
    if len(data) > bundle.LARGEST:
        raise BadInput(name, [Problem(0, f"is larger than a bundle can be, {bundle.LARGEST // 1024 // 1024} MiB")])
    return data


def read(data: bytes, name: str, options: Options, format: str = "") -> Found | Whole:
    """What `data` holds. Raises `BadInput`, with everything that is wrong."""
    if data.startswith(bundle.MAGIC):
        raise BadInput(
            name, [Problem(0, "is a zip file, and no timeline; `warroom import` takes it where it is a bundle")]
        )
    data = data.removeprefix(b"\xef\xbb\xbf")
    text = _text(data, name)
    title = os.path.splitext(name)[0].replace("_", " ").replace("-", " ").strip() or "imported timeline"
    match format or _looks_like(data, name):
        case "json":
            return read_json(data, name, title, options)
        case "jsonl":
            return read_lines(data, name, title, options)
        case "log":
            return read_facts(data, name)
        case "csv":
            return read_csv(text, name, title, options)
    return read_list(text, name, title, options)


def _text(data: bytes, name: str) -> str:
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise BadInput(name, [Problem(1, "is UTF-16; save it as UTF-8")])
    try:
        text = data.decode()
    except UnicodeDecodeError as wrong:
        raise BadInput(name, [Problem(data.count(b"\n", 0, wrong.start) + 1, "is not UTF-8 text")]) from None
    if (at := data.find(b"\0")) >= 0:
        raise BadInput(name, [Problem(data.count(b"\n", 0, at) + 1, "holds a NUL character")])
    if not data.strip():
        raise BadInput(name, [Problem(0, "is empty")])
    return text


def _looks_like(data: bytes, name: str) -> str:
    start = data.lstrip()
    if start[:1] == b"{":
        first = _object(start.partition(b"\n")[0])
        if first is None or "events" in first:
            return "json"
        return "log" if "e" in first and "h" in first else "jsonl"
    ending = os.path.splitext(name)[1].lower()
    if ending in (".json", ".jsonl", ".ndjson", ".log") or start[:1] == b"[":
        return {".jsonl": "jsonl", ".ndjson": "jsonl", ".log": "log"}.get(ending, "json")
    if ending in _BY_ENDING:
        return _BY_ENDING[ending]
    first_line = start.partition(b"\n")[0].lower()
    return "csv" if any(mark in first_line for mark in (b",", b";", b"\t")) and b"text" in first_line else "md"


def _object(line: bytes) -> dict[str, msgspec.Raw] | None:
    try:
        return _tree.decode(line)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None
