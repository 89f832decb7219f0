"""`warroom learn list` and `steps`: over all incidents, those in the archive too."""

from collections.abc import Iterator

from ..core.incident import Incident
from ..core.learn.habits import habits
from ..core.learn.proposals import proposals
from ..core.values import By
from ..core.values import handle as spelt
from ..render.learn import change_data, change_line, habits_data, habits_lines
from ..render.paint import Paint
from ..room.room import Room
from ..store import folder
from ..store.errors import StoreError
from ..store.log import Log
from . import out
from .session import Session, wall
from .stop import OK, No
from .verb import Arguments

_PROPOSED = b'"type":"learn.proposed"'


def listed(session: Session, arguments: Arguments) -> int:
    """Every change that was ever proposed, and what became of it."""
    ids = _ids(session)
    found = [
        (each, spelt(state.id, ids), state.drill)
        for state in _states(session, only=_PROPOSED)
        for each in proposals(state)
    ]
    found.sort(key=lambda row: -row[0].at)
    if arguments.json:
        out.json([change_data(each, handle, drill=drill) for each, handle, drill in found])
        return OK
    for each, handle, drill in found:
        out.data(change_line(each, handle, drill=drill))
    if not found:
        out.say('Nothing was proposed yet. `warroom learn propose INC playbooks/general.toml --add-step "…"` does.')
    return OK


def steps(session: Session, arguments: Arguments) -> int:
    """How the steps of checklists are used, and what is done without one."""
    known = {id: [step.text for step in each.step] for id, each in session.library.playbooks.items()}
    if arguments.playbook and arguments.playbook not in known:
        raise No(f"There is no playbook “{arguments.playbook}”; there is {', '.join(known)}.")
    found = habits(_states(session), known, arguments.playbook)
    ids = _ids(session)
    if arguments.json:
        out.json(habits_data(found, lambda inc: spelt(inc, ids)))
    else:
        out.painted(habits_lines(found, lambda inc: spelt(inc, ids), Paint(out.colours())))
    return OK


def _folders(session: Session) -> tuple[str, str]:
    return session.paths.incidents, session.paths.archive


def _ids(session: Session) -> list[str]:
    return [entry.inc for each in _folders(session) for entry in folder.entries(each)]


def _states(session: Session, only: bytes = b"") -> Iterator[Incident]:
    """Every incident that can be read, the earliest name first; with `only` those whose file has these bytes in it."""
    for each in _folders(session):
        for entry in reversed(folder.entries(each)):
            if only and not _has(entry.path, only):
                continue
            try:
                yield _read(entry.path)
            except StoreError as failed:
                out.say(str(failed))


def _has(path: str, wanted: bytes) -> bool:
    try:
        with open(path, "rb") as file:
            return wanted in file.read()
    except OSError:
        return False


def _read(path: str) -> Incident:
    room = Room(Log.open(path, "", read_only=True), By(""), wall)
    try:
        return room.load()
    finally:
        room.log.close()
