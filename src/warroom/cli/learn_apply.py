"""`warroom learn apply`, `reject` and `undo`: the file first, with its record, then the fact on the incident's log."""

from ..config import learn
from ..config.learn_history import Record, record
from ..core.acts.learn import DecideChange
from ..core.events import Event
from ..core.learn.proposals import APPLIED, REJECTED, UNDONE, Proposal, proposal
from ..core.text import clean
from ..core.values import Refused
from ..render.learn import diff_lines, tried
from ..render.paint import Paint
from ..room.room import Room
from ..store.errors import StoreError
from . import out
from .act import act, for_shell
from .session import Session, wall
from .stop import OK, No, NotHere
from .verb import Arguments


def apply(session: Session, arguments: Arguments, named: str) -> int:
    """Writes the change into the person's own copy."""
    room = session.room()
    with room.log:
        state = room.load()
        handle = session.handle(state.id)
        try:
            name = proposal(state, named).name
            with learn.held(session.paths):
                room.follow()
                change = proposal(room.state, name)
                if change.state in (APPLIED, REJECTED):
                    _decided(room, DecideChange(change=name, outcome=APPLIED))
                asker = learn.Asker(session.me.name, wall(), state.id, handle)
                done = learn.apply(session.paths, change, asker, tried(state, wall()), arguments.force)
                _noted(room, DecideChange(change=name, outcome=APPLIED, record=str(done.record.number)), done)
        except learn.Differs as no:
            raise _differs(session, no, "Propose it anew; --force puts the whole file there as proposed.") from None
        except Refused as no:
            raise No(for_shell(str(no))) from None
    _told_applied(session, change, handle, done)
    return OK


def reject(session: Session, arguments: Arguments, name: str, why: str) -> int:
    """The change is not wanted."""
    return act(session, DecideChange(change=name, outcome=REJECTED, why=why))


def undo(session: Session, arguments: Arguments, named: str = "") -> int:
    """Brings a file back to what it was, and says so on the log of the incident that it was changed after."""
    try:
        with learn.held(session.paths):
            asker = learn.Asker(session.me.name, wall())
            done = learn.undo(session.paths, named, asker, arguments.force, arguments.why)
            note = _on_log(session, done, arguments.why)
    except learn.Differs as no:
        way = "--force brings it back all the same; what it is now stays in the history."
        raise _differs(session, no, way) from None
    except Refused as no:
        raise No(for_shell(str(no))) from None
    back, kept = done.record.of, done.record.number
    if arguments.json:
        out.json({
            "undone": back, "record": kept, "target": done.record.target, "path": done.path, "diff": done.diff,
            "removed": done.record.after is None, "noted": not note, "already": done.already,
        })  # fmt: skip
    else:
        out.painted(diff_lines(done.diff, Paint(out.colours())))
        gone = "; the shipped file holds again" if done.record.after is None else ""
        out.say(f"{done.record.target} is as it was before record {back}{gone}. What it was is in record {kept}.")
    if note:
        out.say(note)
    return OK


def _on_log(session: Session, done: learn.Done, why: str) -> str:
    """Notes it on the incident; what kept that from happening, if anything did."""
    was: Record = record(session.paths, str(done.record.of))
    if not was.incident:
        return "No incident stands behind it, so no log says so."
    session.arguments.incident = was.incident
    try:
        room = session.room()
    except (NotHere, No):
        return "The incident it came from is not here, so its log does not say so."
    with room.log:
        found = proposal(room.load(), was.change)
        if found.state == APPLIED and found.record == str(was.number):
            command = DecideChange(change=found.name, outcome=UNDONE, why=why, record=str(done.record.number))
            _noted(room, command, done)
    return ""


def _noted(room: Room, command: DecideChange, done: learn.Done) -> None:
    """The fact that says what was done; the file is as it is now, whatever comes of it."""
    try:
        _decided(room, command)
    except (StoreError, Refused):
        out.say(f"{done.path} is written, but the log does not say so yet. Once it can be written, do this again.")
        raise


def _decided(room: Room, command: DecideChange) -> list[Event]:
    outcome = room.do(command)
    if isinstance(outcome, list):
        return outcome
    raise outcome


def _differs(session: Session, no: learn.Differs, way: str) -> No:
    """What would have to change in the file as it is now; the sentence comes with the exit code."""
    if session.arguments.json:
        out.json({"refused": str(no), "diff": no.diff})
    else:
        out.painted(diff_lines(no.diff, Paint(out.colours())))
    return No(f"{no} {way}")


def _told_applied(session: Session, change: Proposal, handle: str, done: learn.Done) -> None:
    number = done.record.number
    if session.arguments.json:
        out.json({
            "handle": handle, "change": change.name, "target": change.target, "path": done.path, "record": number,
            "moved": done.moved, "already": done.already, "diff": done.diff, "notes": list(done.notes),
        })  # fmt: skip
        return
    out.painted(diff_lines(done.diff, Paint(out.colours())))
    if done.moved:
        out.say(f"{change.target} had changed since this was proposed; it still fitted.")
    for note in done.notes:
        out.say(f"Worth knowing: {note}")
    head = "was in place already" if done.already else "is in place"
    out.say(clean(f"Change {change.name} {head}: {done.path} (record {number})."))
    out.say(f"`warroom learn undo {number}` brings the file back to what it was.")
