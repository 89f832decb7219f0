"""`warroom evidence`: files and links that prove something, brought, listed, shown, checked against their hashes."""

import os
from typing import TYPE_CHECKING

from ..core import evidence as core
from ..core import masking
from ..core.acts.entries import AttachEvidence, Log
from ..core.commands import Stamp
from ..core.telltales import MASK, TOKEN
from ..core.values import Refused
from ..room import syncing
from ..store import beside
from ..store import evidence as store
from ..store.errors import Missing, StoreError
from . import out
from .log import insist, printed, told
from .session import Session
from .stop import FAILED, OK, No, NotHere, Stop, Usage
from .verb import Arguments, Parser, Verb

if TYPE_CHECKING:
    from ..core.incident import Incident

ELSEWHERE = "on the server"

_PIPED = "output.txt"  # what standard input brought and nobody named


def _arguments(parser: Parser) -> None:
    parser.add_argument(
        "what",
        choices=("add", "list", "show", "fetch", "verify"),
        help="bring some; all there is; one of them whole; from the server what is not here yet; whether the kept "
        "bytes are those that were brought",
    )
    parser.add_argument(
        "names",
        metavar="FILE|URL|SHA",
        nargs="*",
        help="add: files, links, - for standard input; show: one hash or name; fetch: some of them, or all",
    )
    parser.add_argument("--as", dest="name", metavar="NAME", default="", help="add: what it is called")
    parser.add_argument("--with", dest="of", metavar="ENTRY", help="add: the entry that it proves: its id, or last")
    parser.add_argument("-o", "--output", metavar="FILE", help="show: a new file instead of standard output")
    insist(parser)


def _run(session: Session, arguments: Arguments) -> int:
    match arguments.what:
        case "add":
            return _add(session, arguments)
        case "list":
            return _list(session, arguments)
        case "show":
            return _show(session, arguments)
        case "fetch":
            return _fetch(session, arguments)
    return _verify(session, arguments)


# ── bring ──


def bring(session: Session, names: list[str], name: str = "", of: str = "") -> list[AttachEvidence]:
    """The files and links as commands; the files' bytes are kept already. Says what was masked. Raises `StoreError`."""
    folder = beside.evidence(session.path)
    keep = bool(session.arguments.insist)
    found: list[AttachEvidence] = []
    for each in names:
        if store.is_link(each):
            link = AttachEvidence(name=name, link=each, of=of) if keep else store.linked(each, name, of)
            told(masking.Masked("", link.masked, (TOKEN,) if link.masked else ()), " in the link")
            found.append(link)
            continue
        called = name or (_PIPED if each == "-" else os.path.basename(each))
        if each == "-":
            kept = store.keep(folder, _piped(), called, keep)
        else:
            kept = store.keep_file(folder, each, called, keep)
        told(masking.Masked("", kept.masked, kept.kinds), f" in {called}")
        found.append(store.attached(kept, called, of))
    return found


def _piped() -> bytes:
    """All of standard input, or one byte more than evidence may have. Raises `Usage`."""
    if out.is_terminal(0):
        raise Usage("Nothing is piped in: kubectl get pods | warroom log - --evidence pods.txt")
    parts: list[bytes] = []
    size = 0
    while size <= store.LARGEST and (piece := os.read(0, 1 << 20)):
        parts.append(piece)
        size += len(piece)
    if not size:
        raise Usage("Nothing came through the pipe; there is nothing to keep.")
    return b"".join(parts)[: store.LARGEST + 1]


def log_proven(session: Session, entry: Log) -> int:
    """`log TEXT --evidence FILE…`, and `log - [TEXT] --evidence [NAME]` for what is piped in."""
    from ..room.proven import write_proven

    names: list[str] = session.arguments.evidence
    said = entry.text
    if said == "-" or said.startswith("- "):
        if len(names) > 1:
            raise Usage("With - there is one piece of evidence, and --evidence takes one name for it.")
        called = names[0] if names else _PIPED
        said = said[1:].strip() or called
        proofs = ["-"]
    elif names:
        called, proofs = "", names
    else:
        raise Usage("--evidence: which file or link? After - it keeps what is piped in.")
    found = masking.Masked(said) if session.arguments.insist else masking.text(said)
    command = Log(text=found.text, kind=entry.kind, who=entry.who, at=entry.at)
    if not said.strip():
        raise No("There is nothing to log: the text is empty.")
    kept = bring(session, proofs, called)
    with session.log() as log:
        outcome = write_proven(log, command, kept, Stamp(session.now(), session.me), session.beside())
    code = printed(session, outcome)
    told(found)
    return code


def _add(session: Session, arguments: Arguments) -> int:
    if not arguments.names:
        raise Usage("Which file or link? warroom evidence add app.log https://grafana.example/d/1")
    if arguments.name and len(arguments.names) > 1:
        raise Usage("--as names one piece of evidence; bring them one by one.")
    room = session.room()
    with room.log:
        of = _entry(session, room.load(), arguments.of) if arguments.of else ""
        outcomes = room.commit([(each, session.me) for each in bring(session, arguments.names, arguments.name, of)])
        for outcome in outcomes:
            if isinstance(outcome, StoreError):
                raise outcome
            if isinstance(outcome, Refused):
                raise No(str(outcome))
            body = outcome[0].body
            if session.arguments.json:
                out.json({"id": outcome[0].id, "sha256": getattr(body, "sha", "") or None, "text": body.text()})
            else:
                out.data(getattr(body, "sha", "") or outcome[0].id)
                out.say(f"evidence: {body.text()}")
    return OK


def _entry(session: Session, state: "Incident", id: str) -> str:
    from .entries import named

    try:
        return named(session, state, id)
    except Refused as no:
        raise NotHere(str(no)) from None


# ── look ──


def _list(session: Session, arguments: Arguments) -> int:
    from ..render.times import iso, moment

    state = session.seen().state
    folder = beside.evidence(session.path)
    found = core.items(state)
    elsewhere = _elsewhere(session)
    rows = [(item, _state(folder, item.body.sha, elsewhere) if item.body.sha else "link") for item in found]
    if arguments.json:
        out.json([_row(item, iso(item.at), there) for item, there in rows])
        return OK
    for item, there in rows:
        notes = [
            *(["taken back"] if item.retracted else []),
            *([there.upper()] if there in (store.GONE, store.CHANGED) else []),
            *([f"{there}: warroom evidence fetch"] if there == ELSEWHERE else []),
            *([f"for {item.body.of[:8]}"] if item.body.of else []),
        ]
        said = "  ".join((item.body.text(), *notes))
        out.data(f"{moment(item.at, session.now(), session.zone)}  {item.by}  {said}".replace("\n", " "))
    if not rows:
        out.say("No evidence yet: warroom evidence add FILE, or … | warroom log - --evidence.")
    return OK


def _elsewhere(session: Session) -> frozenset[str]:
    """What the joined server has."""
    status = syncing.status(session.path) if syncing.joined(session.paths.data) is not None else None
    return frozenset(status.blobs) if status is not None else frozenset()


def _state(folder: str, sha: str, there: frozenset[str]) -> str:
    found = store.state_of(folder, sha)
    return ELSEWHERE if found == store.GONE and sha in there else found


def _row(item: core.Item, at: str, there: str) -> dict[str, object]:
    body = item.body
    return {
        "id": item.id,
        "at": at,
        "by": item.by,
        "name": body.name or None,
        "sha256": body.sha or None,
        "size": body.size if body.sha else None,
        "media": body.media or None,
        "link": body.link or None,
        "of": body.of or None,
        "masked": body.masked,
        "state": there,
        "retracted": item.retracted,
    }


def _show(session: Session, arguments: Arguments) -> int:
    if len(arguments.names) != 1:
        raise Usage("warroom evidence show: one hash, or the beginning of one; `warroom evidence list` has them.")
    found = core.matching(session.seen().state, arguments.names[0])
    if not found:
        raise NotHere(f"No evidence is called “{arguments.names[0]}”. `warroom evidence list` shows what there is.")
    if len(found) > 1:
        several = "; ".join(f"{item.body.sha[:12] or item.body.link} {item.body.name}" for item in found[:5])
        raise No(f"Several are called so; say which by its hash: {several}")
    body = found[0].body
    if body.link:
        out.data(body.link)
        return OK
    data = _bytes(session, body.sha)
    if body.masked:
        places = "1 place was" if body.masked == 1 else f"{body.masked} places were"
        out.say(f"{places} masked before it was kept: look for {MASK}.")
    if arguments.output:
        _into(arguments.output, data)
    elif out.is_terminal():
        if b"\0" in data:
            raise Stop(f"{body.name} is no text ({body.media}); `-o FILE` writes it to a file.")
        out.data(data.decode(errors="replace").rstrip("\n"))
    else:
        out.raw(data)
    return OK


def _bytes(session: Session, sha: str) -> bytes:
    """The kept bytes; where they are not here, those of the server. Raises `StoreError` and `Stop`."""
    try:
        return store.load(beside.evidence(session.path), sha)
    except Missing:
        if syncing.joined(session.paths.data) is None:
            raise
    from .fetch import fetch

    return fetch(session, sha)


def _fetch(session: Session, arguments: Arguments) -> int:
    from .fetch import fetch

    state = session.seen().state
    chosen = [item for name in arguments.names for item in core.matching(state, name)]
    if arguments.names and not chosen:
        raise NotHere("No evidence is called so. `warroom evidence list` shows what there is.")
    folder = beside.evidence(session.path)
    found = {item.body.sha: item.body.name for item in (chosen or core.items(state)) if item.body.sha}
    wanted = [sha for sha in found if store.state_of(folder, sha) == store.GONE]
    for sha in wanted:
        fetch(session, sha)
        if not arguments.json:
            out.data(f"{sha}  {found[sha]}")
    if arguments.json:
        out.json([{"sha256": sha, "name": found[sha]} for sha in wanted])
    elif not wanted:
        out.say("Everything is here already.")
    return OK


def _into(path: str, data: bytes) -> None:
    from ..store import disk

    path = os.path.abspath(path)
    try:
        disk.create(path, data)
    except FileExistsError:
        raise No(f"{path} is there already; nothing was written.") from None
    out.say(f"Written to {path}.")


def _verify(session: Session, arguments: Arguments) -> int:
    folder = beside.evidence(session.path)
    known = {item.body.sha: item for item in core.items(session.seen().state) if item.body.sha}
    elsewhere = _elsewhere(session)
    states = {sha: _state(folder, sha, elsewhere) for sha in known}
    wrong = {sha: there for sha, there in states.items() if there not in (store.KEPT, ELSEWHERE)}
    not_here = sum(there == ELSEWHERE for there in states.values())
    if arguments.json:
        troubles = [{"sha256": sha, "name": known[sha].body.name, "state": there} for sha, there in wrong.items()]
        more = {"on_server": not_here} if not_here else {}
        out.json({"ok": not wrong, "kept": len(known) - not_here, **more, "troubles": troubles})
        return FAILED if wrong else OK
    for sha, there in wrong.items():
        said = "is gone" if there == store.GONE else "was changed: its bytes no longer have this hash"
        out.data(f"{sha[:12]}  {known[sha].body.name}  {said}")
    if wrong:
        out.say(f"{len(wrong)} of {len(known)} pieces of evidence are not as they were brought.")
        return FAILED
    out.say(f"All evidence is as it was brought: {len(known)} file{'' if len(known) == 1 else 's'}.")
    if not_here:
        out.say(f"{not_here} of them only on the server: `warroom evidence fetch` brings them.")
    return OK


VERBS = {
    "evidence": Verb(
        "files and links that prove something: hashed, without their secrets, beside the incident",
        "warroom evidence add app.log --with last",
        _arguments,
        _run,
    )
}
