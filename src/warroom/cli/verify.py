"""`warroom verify`: whether log and evidence are whole, what the chains are, and what was taken out by whom."""

from typing import TYPE_CHECKING, Any

from ..core import events as ev
from ..core.events import Event
from ..render.times import iso, moment
from . import out
from .session import Session
from .stop import FAILED, OK
from .verb import Arguments, Parser, which

if TYPE_CHECKING:
    from ..core.incident import Incident
    from ..store.verify import Trouble

EXPLAINED = (
    "Every fact has a hash over its envelope and over digests of its words and its writer, and names the hash of the "
    "fact that the same replica wrote before it. Whoever changes, removes or inserts a fact breaks that chain. A "
    "redaction takes words and writer out and leaves their digests, so that the chain still holds and a tombstone says "
    "that something was there. What a chain cannot show is that facts were cut off its end: compare its last hash with "
    "one that was noted elsewhere. Where a folder was copied, two wrote on under one replica's numbers: then a fact "
    "says so, and what a server did not take of them stands once more, under a new replica, as the same fact."
)
BROKEN = (
    "What is named here was changed, damaged or cut after it was written; everything else on this log is as it was "
    "written. `warroom verify --explain` says how that is known."
)
BROKEN_EVIDENCE = (
    "The log says which evidence there was, and its bytes are gone or are others now: what rests on it cannot be shown "
    "any more."
)
_MOST = 20


def arguments(parser: Parser) -> None:
    which(parser)
    parser.add_argument("--explain", action="store_true", help="also say what the chains show, and what they cannot")


def verify(session: Session, arguments: Arguments) -> int:
    """Checks log and evidence, and says what it found."""
    from ..store.log import Log

    with Log.open(session.path, "", read_only=True) as log:
        troubles = log.verify()
        facts = len(log.all_rows())
        chains = _chains(log.load())
        handle = session.handle(log.inc)
    state = session.seen().state
    gone, pieces = _redactions(state), _evidence(session.path, state)
    bad = bool(troubles or pieces["gone"] or pieces["changed"])
    if arguments.json:
        rows = [{"row": t.row, "id": t.id or None, "text": t.text} for t in troubles]
        found = {"ok": not bad, "handle": handle, "facts": facts, "troubles": rows, "chains": chains}
        explained = EXPLAINED if arguments.explain else None
        redacted = [_taken_out(state, event) for event in gone]
        out.json({**found, "redacted": redacted, "evidence": pieces, "explained": explained})
        return FAILED if bad else OK
    _of_log(handle, facts, troubles)
    _of_chains(chains)
    for event in gone:
        _of_redaction(session, state, event)
    _of_evidence(pieces)
    if arguments.explain:
        out.say(EXPLAINED)
    elif troubles:
        out.say(BROKEN)
    return FAILED if bad else OK


def _of_log(handle: str, facts: int, troubles: "list[Trouble]") -> None:
    from ..store.verify import line_of

    if not troubles:
        out.data(f"{handle}: ok, {out.many(facts, 'fact', 'facts')}, every hash and every chain holds")
        return
    more = f", and {len(troubles) - 1} more" if len(troubles) > 1 else ""
    out.data(f"{handle}: broken: {line_of(troubles[0])}{more}")
    for trouble in troubles[1:_MOST]:
        out.say(line_of(trouble))


def _of_chains(chains: list[dict[str, Any]]) -> None:
    for chain in chains:
        facts = out.many(chain["facts"], "fact", "facts")
        out.data(f"  replica {chain['replica']}: {facts}, the last {chain['last'][:16]}")


def _of_redaction(session: Session, state: "Incident", event: Event) -> None:
    found = _taken_out(state, event)
    when = moment(event.at.t, session.now(), session.zone)
    what = found["what"].replace(".", " ").replace("_", " ")
    why = " ".join(found["why"].split())
    out.data(f"  redacted at {when} by {found['by'] or 'nobody'}: {what}. {why}".rstrip())


def _of_evidence(pieces: dict[str, Any]) -> None:
    for word in ("gone", "changed"):
        for sha in pieces[word]:
            out.data(f"  evidence {word}: {sha[:12]}")
    if pieces["kept"]:
        out.data(f"  evidence as it was kept: {pieces['kept']}")
    if pieces.get("on_server"):
        out.data(f"  evidence that is only on the server: {pieces['on_server']}")
    if pieces["gone"] or pieces["changed"]:
        out.say(BROKEN_EVIDENCE)


def _chains(events: list[Event]) -> list[dict[str, Any]]:
    """Each replica's chain: how many facts, copies of another's too, and its last hash."""
    last: dict[str, tuple[int, str]] = {}
    count: dict[str, int] = {}
    for event in events:
        count[event.rep] = count.get(event.rep, 0) + 1
        if event.seq >= last.get(event.rep, (0, ""))[0]:
            last[event.rep] = (event.seq, event.hash)
    return [{"replica": rep, "facts": count[rep], "last": last[rep][1]} for rep in sorted(count)]


def _redactions(state: "Incident") -> list[Event]:
    """The facts that say what was taken out."""
    return [event for event in state.facts if isinstance(event.body, ev.FactRedacted)]


def _taken_out(state: "Incident", event: Event) -> dict[str, Any]:
    """What sort of fact was taken out, by whom, when and why."""
    body = event.body
    assert isinstance(body, ev.FactRedacted)
    target = state.facts.get(body.of)
    what = target.body.type if target else "a fact"
    return {"id": body.of, "what": what, "by": event.by.name or None, "at": iso(event.at.t), "why": body.why}


def _evidence(path: str, state: "Incident") -> dict[str, Any]:
    from ..room import syncing
    from ..store import beside
    from ..store import evidence as kept

    folder = beside.evidence(path)
    found: dict[str, Any] = {"kept": 0, kept.GONE: [], kept.CHANGED: []}
    status = syncing.status(path)
    elsewhere = status.blobs if status is not None else ()
    for sha in sorted(kept.named_by(state.facts)):
        is_now = kept.state_of(folder, sha)
        if is_now == kept.KEPT:
            found["kept"] += 1
        elif is_now == kept.GONE and sha in elsewhere:
            found["on_server"] = found.get("on_server", 0) + 1
        else:
            found[is_now].append(sha)
    return found
