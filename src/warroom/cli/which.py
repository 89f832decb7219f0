"""Which incident is meant: by handle or title, or the only one that is open.

Reads of each file only the rows that say what phase it is in: `warroom log` waits for this.
"""

import msgspec

from ..config.paths import Paths
from ..core.text import clean
from ..core.values import ENDED, is_drill
from ..core.values import handle as spelt
from ..store import folder, layout
from ..store.errors import Ambiguous, NotFound
from . import out
from .stop import No, NotHere

_PHASE = b'"type":"phase.changed"'
_ENDED = b'"type":"drill.ended"'


class _Said(msgspec.Struct, gc=False):
    phase: str = ""


class _Fact(msgspec.Struct, gc=False):
    body: msgspec.Raw
    id: str
    lam: int
    salt: str = ""


class _Row(msgspec.Struct, gc=False):
    e: _Fact


_row = msgspec.json.Decoder(_Row)
_said = msgspec.json.Decoder(_Said)


def chosen(paths: Paths, named: str) -> str:
    """The path of the incident that `named` names, or of the only open one. Raises `NotHere` or `No`."""
    if named:
        return by_name(paths, named).path
    entries = folder.entries(paths.incidents)
    phases = {entry.path: phase(entry.path) for entry in entries if not is_drill(entry.inc)}
    open_ones = [entry for entry in entries if phases.get(entry.path, "closed") not in ENDED]
    if not open_ones:  # nobody who writes about a real incident must find it in a drill
        drills = [entry for entry in entries if is_drill(entry.inc) and phase(entry.path) not in ENDED]
        open_ones = [entry for entry in drills if not _over(entry.path)]
    if not open_ones:
        resolved = [entry for entry in entries if phases.get(entry.path) == "resolved"]
        if len(resolved) == 1:
            out.say(f"{handle(paths, resolved[0].inc)} is resolved; it is the only one that is not closed.")
            return resolved[0].path
        raise NotHere('No incident is open. Declare one: warroom declare "what users see" -s SEV2; -i says which.')
    if len(open_ones) == 1:
        if is_drill(open_ones[0].inc):
            out.say(f"{handle(paths, open_ones[0].inc)} is a drill; no real incident is open.")
        return open_ones[0].path
    lines = "\n".join(f"  {handle(paths, entry.inc)}  {clean(entry.title)}" for entry in open_ones)
    raise No(f"{len(open_ones)} incidents are open; say which with -i or WARROOM_INCIDENT:\n{lines}")


def _over(path: str) -> bool:
    """Whether the drill in this file has ended."""
    try:
        with open(path, "rb") as file:
            return _ENDED in file.read()
    except OSError:
        return False


def by_name(paths: Paths, named: str) -> folder.Entry:
    """The incident with this handle or title, also an archived one. Raises `NotHere` or `No`."""
    try:
        return folder.find(paths.incidents, named)
    except Ambiguous as several:
        raise No(str(several)) from None
    except NotFound as missing:
        try:
            return folder.find(paths.archive, named)
        except NotFound:
            raise NotHere(str(missing)) from None


def handle(paths: Paths, inc: str) -> str:
    """The shortest handle that is unique here."""
    return spelt(inc, [entry.inc for entry in folder.entries(paths.incidents)])


def phase(path: str) -> str:
    """The phase of the incident in this file; empty where nobody has changed it. A damaged row says nothing."""
    try:
        with open(path, "rb") as file:
            data = file.read()
    except OSError:
        return ""
    last, found = (-1, ""), ""
    at = data.find(_PHASE)
    while at >= 0:
        line = data[data.rfind(b"\n", 0, at) + 1 : (data.find(b"\n", at) + 1 or len(data) + 1) - 1]
        row = layout.parse_line(line.removesuffix(b","))
        order, said = _phase_in(row.data) if row else (last, "")
        if said and order > last:
            last, found = order, said
        at = data.find(_PHASE, at + 1)
    return found


def _phase_in(row: bytes) -> tuple[tuple[int, str], str]:
    try:
        fact = _row.decode(row).e
        said = _said.decode(fact.body).phase if fact.salt else ""  # a redacted one was said again, without its words
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return (-1, ""), ""
    return (fact.lam, fact.id), said
