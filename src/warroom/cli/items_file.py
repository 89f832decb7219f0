"""`warroom items file`: an action item is to be opened as an issue elsewhere; the pager's process sends it."""

from collections.abc import Callable
from re import fullmatch
from typing import TYPE_CHECKING

from ..core.acts.items import FileItem
from ..core.commands import Command
from ..core.events import Event
from ..core.incident import Incident
from ..core.text import clean
from ..core.values import Refused
from . import out
from .act import act
from .session import Session
from .stop import KEPT, OK, No, NotHere, Usage

if TYPE_CHECKING:
    from ..config.channels import ChannelForm

_NONE = "docs/channels.md shows how to write one for GitHub or Jira"
_PLACES = {"github": ("owner/repo", r"[^/\s]+/[^/\s]+"), "jira": ("PROJ", r"[A-Za-z][A-Za-z0-9_]*")}
"""Kind of channel → how a place there is written, for people and as a pattern."""


def file(session: Session, which: str, told: Callable[[Session, Incident, list[Event]], None]) -> int:
    """Puts it on the log, and sees to it that some process sends it; 5 where none may."""
    if session.path.startswith(session.paths.archive):
        raise No("That incident is in the archive, and nothing leaves it from there; its items can still be changed.")
    way = _whole(session, session.arguments.way or _only_way(session))
    going: list[bool] = []

    def command(state: Incident) -> Command:
        _may_go(session, state, way)
        return FileItem(item=which, way=way)

    def said(state: Incident, events: list[Event]) -> None:
        told(session, state, events)
        going.append(_starts(session, state))

    act(session, command, told=said)
    return OK if all(going) else KEPT


def _whole(session: Session, way: str) -> str:
    """The way with the place that its channel means where none is named: a file that changes later changes no fact.

    Raises where nothing can go this way.
    """
    channels = session.library.channels
    known = [name for name in channels.by_name if channels.opens_issues(name)]
    found = channels.way(way) if channels.opens_issues(way) else None
    if found is None:
        there = f"there is {', '.join(map(clean, known))}" if known else _NONE
        raise NotHere(f"“{clean(way)}” is no channel that opens issues; {there}.")
    name, address = found
    form = channels.by_name[name]
    address = address or _place(form)
    like, pattern = _PLACES[form.kind]
    if not fullmatch(pattern, address):
        raise Usage(f"--way: say where, as {clean(name)}:{like}.")
    return f"{name}:{address}"


def _place(form: "ChannelForm") -> str:
    return str(getattr(form, "repo", "") or getattr(form, "project", ""))


def _only_way(session: Session) -> str:
    """The one channel that opens issues and says itself where."""
    channels = session.library.channels
    known = [name for name in channels.by_name if channels.opens_issues(name)]
    if not known:
        raise NotHere(f"No channel opens issues: {_NONE}.")
    placed = [name for name in known if _place(channels.by_name[name])]
    if len(placed) != 1:
        raise Usage(f"--way: say where, as {clean(known[0])}:{_PLACES[channels.by_name[known[0]].kind][0]}.")
    return placed[0]


def _may_go(session: Session, state: Incident, way: str) -> None:
    """Raises where nothing of this incident may go this way, before it is on the log."""
    name = way.partition(":")[0]
    if state.restricted and session.library.channels.by_name[name].shared:
        raise Refused(
            f"This incident is restricted, and many read what {clean(name)} opens; "
            "`shared = false` in channels.toml says that they do not."
        )


def _starts(session: Session, state: Incident) -> bool:
    """Sees to it that some process sends it; whether one does or will."""
    from ..room import pager

    paths = session.paths
    setting = session.settings.watch if session.settings else True
    if pager.ensure(paths.data, paths.state, state, setting) or pager.watching(paths.data) is not None:
        out.say(f"It is being opened; `warroom items show {session.handle(state.id)}` says what came of it.")
        return True
    out.say("It is kept, and opened once a watch runs: `warroom watch --detach` starts one.")
    return False
