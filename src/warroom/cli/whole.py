"""An incident out of an exported log: whole under its own name in one step, or not there at all."""

from ..core import codec
from ..exchange.facts import Whole
from ..room.room import Room
from ..store import access, disk, folder
from ..store.log import Log
from .session import Session
from .stop import No, Stop


def refuse_twice(session: Session, inc: str) -> None:
    """Raises `No` where this incident is here already."""
    for place in (session.paths.incidents, session.paths.archive):
        if any(entry.inc == inc for entry in folder.entries(place)):
            raise No("This incident is here already; nothing was imported.")


def restored(session: Session, whole: Whole) -> Room:
    """The incident's room, loaded. Raises `Stop` and `StoreError`; then nothing is left of it."""
    incidents = access.ready(session.paths.incidents)
    refuse_twice(session, whole.inc)
    path = folder.path_for(incidents, whole.inc, whole.title, whole.at)
    part = f"{path}.new"
    try:
        _write(part, session.replica, whole)
        folder.publish(part, path)
    finally:
        disk.forget(part)
    room = Room(Log.open(path, session.replica), session.me, session.now)
    room.load()
    return room


def _write(part: str, replica: str, whole: Whole) -> None:
    with Log.create(part, whole.inc, replica) as log:
        with log.writing() as writing:
            for fact, hash in whole.facts:
                try:
                    writing.accept(fact, hash)
                except codec.Bad as bad:
                    raise Stop(f"The log is damaged: {bad}. Nothing was imported.") from None
            writing.write()
        if troubles := log.verify():
            raise Stop(f"The log is damaged: {troubles[0].text}. Nothing was imported.")
