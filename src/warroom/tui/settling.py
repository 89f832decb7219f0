"""Settling what was set twice: the chosen value stands by a new fact that saw them all, with its reason."""

from typing import TYPE_CHECKING

from ..core.acts.lifecycle import Settle, has_reason
from ..core.events import Event, Value
from ..core.text import clean
from .overlays.conflicts import Conflicts, settled
from .practice.acts import do
from .rows import about, value

if TYPE_CHECKING:
    from ..core.incident import Conflict
    from .incident_screen import IncidentScreen


def settle(room: "IncidentScreen", fact: str) -> None:
    """Let the value of this fact stand, after asking why where its kind says why."""
    state = room.live.state
    chosen = state.facts.get(fact)
    conflict = next((c for c in state.conflicts if chosen in (c.shown, *c.others)), None)
    sheet = next(iter(room.query(Conflicts)), None)
    if chosen is None or conflict is None or not isinstance(chosen.body, Value):
        room.tell("That is settled already.")
    elif has_reason(chosen.body):
        _ask(room, conflict, chosen, sheet)
    else:
        _do(room, conflict, Settle(fact=fact), sheet)


def _ask(room: "IncidentScreen", conflict: "Conflict", chosen: Event, sheet: Conflicts | None) -> None:
    from .overlays.ask import Ask

    others = [e for e in (conflict.shown, *conflict.others) if e.id != chosen.id and isinstance(e.body, Value)]
    said = ", ".join(f"{value(e.body)} by {e.by.name}" for e in others if isinstance(e.body, Value))
    assert isinstance(chosen.body, Value)
    question = f"{about(conflict)}: let {value(chosen.body)} by {chosen.by.name} stand?"
    keys = (("↵", "it stands"), ("esc", "back"))
    dialog = Ask(
        question, f"Instead of {clean(said)}. All of them stay on the log.", reason="why, if you like", keys=keys
    )
    if sheet is not None:
        sheet.reason = (conflict.key, dialog)

    def answered(why: str | None) -> None:
        if sheet is not None:
            sheet.reason = None
        if why is not None:
            _do(room, conflict, Settle(fact=chosen.id, why=why), sheet)

    room.app.push_screen(dialog, answered)


def _do(room: "IncidentScreen", conflict: "Conflict", command: Settle, sheet: Conflicts | None) -> None:
    do(room, command, lambda done: settled(room.live.state, conflict.key), sheet)
