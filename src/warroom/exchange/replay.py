"""An incident of one's own as a drill with its future hidden: what its timeline gives, and the scenario's file."""

import os

from ..config.drill_replay import Moment, replay
from ..config.drills import check
from ..config.load import Library
from ..config.paths import Paths
from ..config.problem import Problem
from ..core import events as ev
from ..core.incident import Incident
from ..core.values import Refused
from ..render.timeline import kind_of, text_of, who_of
from ..store import disk
from ..store.access import ready
from ..store.errors import StoreError

_ACTED = (
    ev.SeverityChanged,
    ev.PhaseChanged,
    ev.TaskGiven,
    ev.UpdatePosted,
    ev.Escalated,
    ev.SpecialistCalled,
    ev.RoleAssigned,
)


def timeline(state: Incident) -> list[Moment]:
    """What a replay is made of: what people wrote, and what they did."""
    found = []
    for event in state.timeline:
        body = event.body
        if not state.stands(event.id) or not isinstance(body, (ev.Logged, *_ACTED)):
            continue
        at = state.when(event)
        kind = kind_of(state, event)
        who = who_of(state, event) or event.by.name
        words = text_of(state, event)
        said = words if isinstance(body, ev.Logged) else f"{kind}: {words}"
        found.append(Moment(at.t, said, kind, who, at.approx))
    return found


def scenario(state: Incident, minutes: int) -> str:
    """The text of its scenario's file. Raises ValueError where there is nothing to practise on."""
    return replay(state.title, state.severity, timeline(state), minutes=minutes)


def keep(library: Library, path: str, text: str) -> list[Problem]:
    """Writes the scenario's file; what is wrong with it, and then there is none. Raises OSError."""
    disk.create(path, text.encode())
    problems = check(library, path)
    if problems:
        disk.forget(path)
    return problems


def file_of(library: Library, paths: Paths, state: Incident, handle: str, minutes: int) -> str:
    """The file with the replay of this incident, as its person left it; made where there is none. Raises `Refused`."""
    name = f"replay-{handle.removeprefix('INC-').lower()}"
    path = os.path.join(paths.config, "drills", f"{name}.toml")
    if os.path.lexists(path):
        return path
    try:
        text = scenario(state, minutes)
        ready(os.path.dirname(path))
        problems = keep(library, path, text)
    except ValueError as wrong:
        raise Refused(f"{handle} {wrong}.") from None
    except StoreError as failed:
        raise Refused(str(failed)) from None
    except OSError as failed:
        raise Refused(f"{path} cannot be written: {failed.strerror}.") from None
    if problems:
        raise Refused(f"{handle} gives no replay: {problems[0]}")
    return path
