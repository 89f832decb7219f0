"""What people wrote while it lasted, as it stands now: corrections in their place, what was taken back left out."""

import re

import msgspec

from .. import events as ev
from ..events import Event
from ..evidence import named
from ..incident import Incident
from ..values import At, Ms

_NOTED = re.compile(r"^~\s*|;?\s*\b(?:time|hour|end|date) not published\s*$", re.IGNORECASE)


class Entry(msgspec.Struct, frozen=True):
    """One fact in words. `who` said or did it, `by` wrote it down at `rec` (UTC ms).

    `imported`: it came with a timeline that was kept elsewhere, where `word` was its kind; who wrote it is not known.
    """

    id: str
    at: At
    rec: Ms
    kind: str
    text: str
    who: str = ""
    by: str = ""
    word: str = ""
    proof: str = ""
    imported: bool = False


def entries(state: Incident) -> tuple[Entry, ...]:
    """What people logged, in the order in which it happened."""
    return tuple(
        entry(state, event) for event in state.timeline if isinstance(event.body, ev.Logged) and state.stands(event.id)
    )


def timeline(state: Incident) -> tuple[Entry, ...]:
    """Everything that happened until the incident was over, in that order, without what only serves the room."""
    found = (event for event in state.timeline if _tells(state, event))
    return tuple(entry(state, event) for event in found)


def entry(state: Incident, event: Event) -> Entry:
    """This fact as it stands now."""
    body = event.body
    fixed = state.correction(event.id)
    kind, text, who = body.kind, body.text(), str(getattr(body, "who", "") or "")
    if fixed:
        kind = fixed.kind_ or kind
        text = text if fixed.text_ is None else fixed.text_
        who = who if fixed.who is None else fixed.who
    word = body.word.casefold() if isinstance(body, ev.Logged) else ""
    imported = came_with(state, event)
    return Entry(
        id=event.id,
        at=state.when(event),
        rec=event.rec,
        kind=kind,
        text=said(text) if imported else text,
        who=who if isinstance(body, ev.Logged) else "",
        by="" if imported else event.by.name,
        word=word,
        proof=named(state, event.id),
        imported=imported,
    )


def came_with(state: Incident, event: Event) -> bool:
    """Whether this fact was made by importing a timeline: it was written together with the declaration."""
    first, declared = state.declaration, state.declared
    return bool(declared and declared.source and first and event.rec == first.rec)


def said(text: str) -> str:
    """The words of an imported entry without its remarks on its own time, which the time itself says."""
    return _NOTED.sub("", _NOTED.sub("", text)).strip() or text


_OF_THE_ROOM = (
    *(ev.Amended, ev.Retracted, ev.FactRedacted, ev.EvidenceAttached, ev.PagerHeld, ev.ReplicaForked),
    *(ev.PolicyAttached, ev.ChecklistAttached, ev.CadenceAttached, ev.RolesAttached, ev.OnCallAnswered),
    *(ev.UpdateDrafted, ev.UpdateApproved, ev.PromptSettled, ev.TaskReadBack, ev.QuestionTaken, ev.StepExtended),
)


def _tells(state: Incident, event: Event) -> bool:
    body = event.body
    if isinstance(body, ev.Declared | ev.PhaseChanged) and came_with(state, event):
        return False  # made by the import, and no part of what was kept
    if ev.hidden(body) or isinstance(body, (*_OF_THE_ROOM, *ev.REVIEW)) or not state.stands(event.id):
        return False
    if isinstance(body, ev.DeliveryChanged):
        return not body.echoes and state.visible(body.key())[-1:] == (event,)
    return True
