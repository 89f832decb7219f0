"""A whole incident as one file: its log and its evidence, to move it to another machine.

A zip file with `bundle.json`, `log.jsonl` and `evidence/SHA256`; its comment has the hash of all before it. What comes
in is bounded, and nothing in it names a path: the log is checked hash by hash, every piece of evidence by its own name.
"""

import io
import stat
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from hashlib import sha256

import msgspec

from ..core import codec
from ..core.text import clean, clip
from ..core.values import is_drill
from ..store.evidence import LARGEST as LARGEST_PIECE
from ..store.evidence import named_by
from .facts import Whole, read_facts
from .problem import BadInput, Problem, shown

MAGIC = b"PK\x03\x04"
FORMAT = 1
LARGEST_LOG = 64 * 1024 * 1024
LARGEST = 512 * 1024 * 1024  # of all that it holds, unpacked
MOST_PIECES = 2_000
_LOG, _ABOUT, _EVIDENCE = "log.jsonl", "bundle.json", "evidence/"
_SEAL = b"warroom bundle, sha256 "
_SEALED = len(_SEAL) + 64
_MIB = 1024 * 1024
_DAMAGED = (
    *(zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, NotImplementedError),
    *(ValueError, KeyError, IndexError, OverflowError),
)


class About(msgspec.Struct, frozen=True):
    """What a bundle says of itself. `heads`: the last hash of each replica's chain."""

    format: int
    inc: str
    title: str
    facts: int
    heads: dict[str, str]
    evidence: tuple[str, ...]
    missing: tuple[str, ...] = ()  # evidence that was gone, or changed, where the bundle was made


class _Format(msgspec.Struct, frozen=True):
    format: int


class Bundle(msgspec.Struct, frozen=True):
    """A bundle that was read and checked."""

    about: About
    whole: Whole
    evidence: dict[str, bytes]


# ── out ──


def too_much(inc: str, log: int, pieces: int, size: int) -> str:
    """Why no bundle can hold this, as a sentence; empty where one can. `log`, `size`: bytes of log and evidence."""
    if is_drill(inc):
        return "A drill stays where it was played: a bundle of it would stand among real incidents."
    if log > LARGEST_LOG:
        return f"Its log has {log // _MIB} MiB, and a bundle holds {LARGEST_LOG // _MIB}."
    if pieces > MOST_PIECES:
        return f"It has {pieces} pieces of evidence, and a bundle holds {MOST_PIECES}."
    if log + size > LARGEST - _MIB:
        return f"It has {(log + size) // _MIB} MiB with its evidence, and a bundle holds {LARGEST // _MIB}."
    return ""


def pack(about: About, log: str, evidence: Mapping[str, bytes]) -> bytes:
    """The bundle's bytes: the same for the same incident."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in (
            (_ABOUT, msgspec.json.format(msgspec.json.encode(about), indent=1)),
            (_LOG, log.encode()),
            *((_EVIDENCE + sha, evidence[sha]) for sha in sorted(evidence)),
        ):
            info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = (stat.S_IFREG | 0o600) << 16
            archive.writestr(info, data)
        archive.comment = _SEAL + b"0" * 64
    body = target.getvalue()[:-_SEALED]
    return body + _seal(body)


def _seal(body: bytes) -> bytes:
    return _SEAL + sha256(body).hexdigest().encode()


# ── in ──


def unpack(data: bytes, name: str) -> Bundle:
    """What the bundle holds. Raises `BadInput` with everything that is wrong."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            _check(name, _foreign(archive))
            _check(name, _broken(data))
            members = archive.infolist()
            _check(name, _odd(members))
            about = _about(_read(archive, _ABOUT, _MIB))
            whole = read_facts(_read(archive, _LOG, LARGEST_LOG), f"{name}, {_LOG}")
            evidence = {
                each.filename.removeprefix(_EVIDENCE): _read(archive, each.filename, LARGEST_PIECE)
                for each in members
                if each.filename.startswith(_EVIDENCE)
            }
    except _DAMAGED as wrong:
        raise BadInput(name, [Problem(0, f"is no whole bundle: {clip(clean(str(wrong)), 200)}")]) from None
    _check(name, _unfitting(about, whole, evidence))
    return Bundle(about, whole, evidence)


def _check(name: str, found: Iterable[str]) -> None:
    if problems := [Problem(0, reason) for reason in found]:
        raise BadInput(name, problems[:20])


def _foreign(archive: zipfile.ZipFile) -> Iterator[str]:
    """Whether it is a bundle at all, and one that can be read here: asked first, since the rest may have changed."""
    members = archive.infolist()
    if len(members) > MOST_PIECES + 2:
        yield f"holds {len(members)} files, and a bundle has at most {MOST_PIECES + 2}"
        return
    if _ABOUT not in archive.namelist():
        yield f"is a zip file, but no bundle: it has no {_ABOUT} in it"
        return
    if any(each.flag_bits & 1 for each in members):
        yield "is encrypted; take the password off before it is imported"
        return
    try:
        said = msgspec.json.decode(_read(archive, _ABOUT, _MIB), type=_Format).format
    except (msgspec.MsgspecError, RecursionError):
        return  # what is wrong with it is said where it is read
    if said != FORMAT:
        yield f"was written by another warroom (bundle format {said}; this one reads {FORMAT}); update warroom"


def _broken(data: bytes) -> Iterator[str]:
    """Every byte counts, also those that no reader of zip files looks at."""
    if data[-_SEALED:] != _seal(data[:-_SEALED]):
        yield "is not as it was written: it was changed, cut off or packed anew"


def _odd(members: list[zipfile.ZipInfo]) -> Iterator[str]:
    """What is in the file and must not be, before anything of it is unpacked."""
    names: set[str] = set()
    for each in members:
        name = each.filename
        sha = name.removeprefix(_EVIDENCE)
        known = name in (_ABOUT, _LOG) or (name.startswith(_EVIDENCE) and _is_sha(sha))
        kind = stat.S_IFMT(each.external_attr >> 16)
        if not known or each.orig_filename != name:
            yield f"holds {shown(each.orig_filename)}, which no bundle has"
        elif name in names:
            yield f"holds {shown(name)} twice"
        elif kind not in (0, stat.S_IFREG):
            yield f"holds {shown(name)} as something else than a file"
        elif each.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            yield f"holds {shown(name)} packed in a way that no bundle has"
        names.add(name)
    if sum(each.file_size for each in members) > LARGEST:
        yield f"holds more than a bundle can, {LARGEST // _MIB} MiB"
    if _LOG not in names:
        yield f"has no {_LOG} in it"


def _read(archive: zipfile.ZipFile, member: str, most: int) -> bytes:
    with archive.open(member) as source:
        data = source.read(most + 1)
    if len(data) > most:
        raise ValueError(f"{member} is larger than {most // _MIB} MiB")
    return data


def _about(data: bytes) -> About:
    try:
        return msgspec.json.decode(data, type=About)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as wrong:
        raise ValueError(f"{_ABOUT} cannot be read ({wrong})") from None


def _unfitting(about: About, whole: Whole, evidence: Mapping[str, bytes]) -> Iterator[str]:
    """What does not fit together: the heads of the chains, and the bytes of the evidence."""
    if about.inc != whole.inc:
        yield "says that it is another incident than its log"
    if about.facts != len(whole.facts):
        yield f"says that it has {about.facts} facts, and its log has {len(whole.facts)}"
    if about.heads != heads(whole.facts):
        yield "has a log that does not end where the bundle says: facts were taken off its end, or put there"
    for sha, data in evidence.items():
        if sha256(data).hexdigest() != sha:
            yield f"holds evidence {sha[:12]} whose bytes were changed"
    named = named_by(codec.decode(data, hash) for data, hash in whole.facts)
    told, missing = set(about.evidence), set(about.missing)
    yield from (f"lacks evidence {sha[:12]}, which it names" for sha in sorted(told - set(evidence)))
    yield from (f"lacks evidence {sha[:12]}, and does not say so" for sha in sorted(named - told - missing))
    yield from (
        f"holds evidence {sha[:12]} that its log does not name" for sha in sorted(set(evidence) - (named & told))
    )
    if not missing <= named - told:
        yield "says of evidence that it is missing which its log does not name, or which is there"


def heads(facts: Iterable[tuple[bytes, str]]) -> dict[str, str]:
    """The last hash of each replica's chain; of one that is there twice, the last of those with the largest number."""
    last: dict[str, tuple[int, str]] = {}
    for data, hash in facts:
        event = codec.decode(data, hash)
        if event.seq >= last.get(event.rep, (0, ""))[0]:
            last[event.rep] = (event.seq, hash)
    return {rep: hash for rep, (_, hash) in sorted(last.items())}


def _is_sha(name: str) -> bool:
    return len(name) == 64 and not name.strip("0123456789abcdef")
