"""The changes that came out of an incident, each with what became of it."""

import msgspec

from .. import events as ev
from ..events import Event
from ..incident import Incident
from ..values import Ms, Refused

OPEN, APPLIED, REJECTED, UNDONE = "open", "applied", "rejected", "undone"


class Proposal(msgspec.Struct, frozen=True):
    """One change and its state. `fact` is the id of what proposed it, `record` names it in the history of files."""

    name: str
    fact: str
    target: str
    why: str
    summary: str
    diff: str
    whole: str
    base: str
    by: str
    at: Ms
    state: str = OPEN
    decided_by: str = ""
    decided_at: Ms | None = None
    decided_why: str = ""
    record: str = ""


def proposals(state: Incident) -> tuple[Proposal, ...]:
    """Every change, the first one first. Two that were proposed at once under one name are both there."""
    found = []
    for key, events in state.values.items():
        if key[0] == ev.ChangeProposed.type:
            found += [_view(state, event, n) for n, event in enumerate(events)]
    return tuple(sorted((each for each in found if each), key=lambda each: (_number(each.name), each.name)))


def proposal(state: Incident, named: str) -> Proposal:
    """The change of this name; an empty one means the only one. Raises `Refused`."""
    known = proposals(state)
    wanted = named.strip().removeprefix("#")
    if not known:
        raise Refused("No change was proposed here. `warroom learn propose INC playbooks/general.toml --edit` does.")
    if not wanted and len(known) == 1:
        return known[0]
    for each in known:
        if each.name == wanted:
            return each
    there = "; ".join(f"{each.name} {each.target}" for each in known[:6])
    raise Refused(f"There is no change “{wanted}” here: {there}." if wanted else f"Which change? {there}.")


def next_name(state: Incident) -> str:
    """The name of the next change: a number that none ever had here."""
    taken = [_number(key[1]) for key in state.values if key[0] in (ev.ChangeProposed.type, ev.ChangeDecided.type)]
    gone = sum(_was_proposal(state, id) for id in state.redacted)
    return str(max([gone, *taken], default=0) + 1)


def _view(state: Incident, event: Event, place: int) -> Proposal | None:
    body = event.body
    if not isinstance(body, ev.ChangeProposed):
        return None
    name = body.change + (chr(ord("a") + place) if 0 < place < 26 else "")
    said = state.visible((ev.ChangeDecided.type, name))
    decided = said[-1] if said else None
    now = decided.body if decided else None
    whole = Proposal(
        name, event.id, body.target, body.why, body.summary, body.diff, body.whole, body.base, event.by.name, event.at.t
    )
    if decided is None or not isinstance(now, ev.ChangeDecided):
        return whole
    return msgspec.structs.replace(
        whole,
        state=now.outcome,
        decided_by=decided.by.name,
        decided_at=decided.at.t,
        decided_why=now.why,
        record=now.record,
    )


def _was_proposal(state: Incident, id: str) -> bool:
    fact = state.facts.get(id)
    body = fact.body if fact else None
    return isinstance(body, ev.Redacted) and body.type == ev.ChangeProposed.type


def _number(name: str) -> int:
    digits = name.rstrip("abcdefghijklmnopqrstuvwxyz")
    return int(digits) if digits.isascii() and digits.isdecimal() and len(digits) < 9 else 0
