"""A whole incident as one file, evidence included: how it is made, and how it comes in."""

import os
from typing import TYPE_CHECKING

from ..store.errors import StoreError, not_written
from . import out
from .session import Session
from .stop import OK, No, Stop, Usage
from .verb import Arguments

if TYPE_CHECKING:
    from ..exchange.bundle import Bundle
    from ..room.room import Room

_TOLD = ("title", "severity", "source", "date")  # what a bundle says itself


def written(session: Session, arguments: Arguments, room: "Room") -> int:
    """Makes the file, which is read back before it counts."""
    from ..exchange import bundle, write
    from ..exchange.problem import BadInput
    from .export import into

    state = room.state
    pieces, missing = _evidence(room)
    rows = list(room.log.rows())
    log = write.as_log(rows)
    if why := bundle.too_much(state.id, len(log.encode()), len(pieces), sum(map(len, pieces.values()))):
        raise No(f"{why} Nothing was written.")
    try:
        about = bundle.About(
            bundle.FORMAT, state.id, state.title, len(rows), bundle.heads(rows), tuple(sorted(pieces)), tuple(missing)
        )
        data = bundle.pack(about, log, pieces)
        bundle.unpack(data, "the bundle")
    except (BadInput, ValueError) as wrong:
        said = wrong.lines()[0] if isinstance(wrong, BadInput) else str(wrong)
        raise No(f"This log is not whole, so that nobody could import it ({said}): see `warroom verify`.") from None
    into(arguments.bundle, data)
    if arguments.json:
        path = os.path.abspath(arguments.bundle)
        out.json({"file": path, "facts": len(rows), "evidence": len(pieces), "missing": missing})
    else:
        facts, evidence = out.many(len(rows), "fact", "facts"), _pieces(len(pieces))
        out.say(f"{session.handle(state.id)}: {facts} and {evidence}, in {arguments.bundle}.")
    return OK


def _evidence(room: "Room") -> tuple[dict[str, bytes], list[str]]:
    """The bytes of all evidence that is there as it was kept, and the hashes of what is not."""
    from ..store import beside
    from ..store import evidence as kept

    folder = beside.evidence(room.log.path)
    pieces: dict[str, bytes] = {}
    missing = []
    for sha in sorted(kept.named_by(room.state.facts)):
        try:
            pieces[sha] = kept.load(folder, sha)
        except StoreError as gone:
            missing.append(sha)
            out.say(f"{gone} The bundle goes without it, and says so.")
    return pieces, missing


def _pieces(count: int) -> str:
    return out.many(count, "piece of evidence", "pieces of evidence")


# ── in ──


def refuse_changes(arguments: Arguments) -> None:
    """What says it all itself cannot be told otherwise. Raises `Usage`."""
    if given := [f"--{name}" for name in _TOLD if getattr(arguments, name)]:
        raise Usage(
            f"This is a whole incident with its chain, which {' and '.join(given)} cannot change: leave it away."
        )


def taken(session: Session, bundle: "Bundle") -> int:
    """The incident with its evidence, which is durable before any fact names it; or nothing of either."""
    from ..store import access
    from .incident import made
    from .whole import refuse_twice, restored

    access.ready(session.paths.incidents)
    refuse_twice(session, bundle.whole.inc)
    new: list[str] = []
    try:
        _keep(session, bundle, new)
        room = restored(session, bundle.whole)
    except BaseException:
        _forget(session, bundle.whole.inc, new)
        raise
    with room.log:
        made(session, bundle.whole.inc, room.log.path, room.state)
    if bundle.evidence and not session.arguments.json:
        out.say(f"With {_pieces(len(bundle.evidence))}.")
    for sha in bundle.about.missing:
        out.say(f"Evidence {sha[:12]} was missing already where the bundle was made.")
    return OK


def _keep(session: Session, bundle: "Bundle", new: list[str]) -> None:
    """Writes the evidence that is not there yet; `new` is told of each piece."""
    from ..store import access, disk
    from ..store import evidence as kept

    if not bundle.evidence:
        return
    folder = access.ready(os.path.join(session.paths.incidents, "evidence"))
    for sha, data in bundle.evidence.items():
        path = os.path.join(folder, sha)
        if os.path.lexists(path):
            if kept.state_of(folder, sha) != kept.KEPT:
                raise Stop(f"{path} is there already and holds other bytes. Move it away, then import again.")
            continue
        new.append(sha)
        try:
            disk.create(path, data)
        except FileExistsError:
            new.remove(sha)  # somebody else kept the same at this moment
        except OSError as problem:
            raise not_written(problem, path) from None


def _forget(session: Session, inc: str, new: list[str]) -> None:
    """Takes away the evidence that came in, where no incident here names it."""
    from ..store import evidence as kept

    if new:
        try:
            kept.sweep(os.path.join(session.paths.incidents, f"{inc}.json"), new)
        except StoreError as failed:
            out.say(f"{failed} Evidence that belongs to nothing stayed in {session.paths.incidents}/evidence.")
