"""An incident as it may be shown outside: people by their role, secrets masked, chosen entries left out.

It is made from the facts and is itself an incident, so that every export reads it like any other. Nothing of it is
written back: the log keeps what it holds, and only `warroom redact` takes a text out of it.
"""

from collections.abc import Collection, Iterator
from typing import Any

import msgspec

from ..core import events as ev
from ..core import masking
from ..core.acts.remains import repeating
from ..core.cadence import AUDIENCES
from ..core.events import Event
from ..core.fold import fold
from ..core.grown import Facts, Timeline
from ..core.incident import Incident
from ..core.order import tombstone
from ..core.values import (
    ENTRY_KINDS,
    IMPACT_STATES,
    ITEM_STATES,
    LINK_KINDS,
    MILESTONES,
    PHASES,
    SEVERITIES,
    SIMULATED,
    By,
)
from ..render.timeline import kind_of
from .names import Names
from .roles import cast, key
from .ways import LEFT_OUT, Ways

# Without these it would be told as another incident than it was.
WHAT_IT_IS = (ev.Declared, ev.Renamed, ev.SeverityChanged, ev.PhaseChanged)

# Words by which facts find each other: they stay, even where somebody is called the same.
_FIXED = frozenset(
    (
        *(*SEVERITIES, *PHASES, *MILESTONES, *IMPACT_STATES, *ITEM_STATES, *ENTRY_KINDS, *LINK_KINDS, *AUDIENCES),
        *(*ev.ITEM_KINDS, *ev.ITEM_STATES_OF_WORK, *ev.HYPOTHESIS_STATES, *ev.REVIEW_STATES, *ev.delivery.STATES),
        *("agreed", "rejected", "withdrawn", "applied", "undone", "answered", "dismissed"),
    )
)
_OF_FIXED = frozenset(
    ("severity", "phase", "was", "milestone", "state", "kind", "link", "audience", "what_for", "outcome", "how")
)
_PERSON = frozenset(("who", "owner", "asker", "heard_by", "offered_to", "declined_by", "was"))
_CONTACT = frozenset(("phone", "reach", "dial", "passcode", "address", "remote"))  # how somebody, or a room, is reached
_UNSEEN = frozenset(("brief", "whole", "diff"))  # long texts that no export shows


class Redactions(msgspec.Struct, frozen=True):
    """What was done, as sentences that give none of it away."""

    people: int
    secrets: int
    left_out: int
    ways: int
    sentences: tuple[str, ...]


def left_out(state: Incident, ids: Collection[str] = (), kinds: Collection[str] = ()) -> set[str]:
    """The ids of these facts and of facts shown as these kinds, with all that refers to them or repeats their words."""
    gone: set[str] = set()
    others = _beside_entries(state)
    for event in state.facts:
        if isinstance(event.body, WHAT_IT_IS):
            continue
        if event.id in ids or kind_of(state, event) in kinds:
            gone.add(event.id)
            gone.update(_again(others if isinstance(event.body, ev.Logged) else state, event))
        elif getattr(event.body, "of", "") in gone:
            gone.add(event.id)
    return gone


def _again(state: Incident, event: Event) -> Iterator[str]:
    """What repeats the words of this fact. All that its holder said repeats a role, and none of that is meant."""
    if not isinstance(event.body, ev.RoleAssigned | ev.RoleOffered | ev.ChecklistAttached):
        for each in repeating(state, event):
            if not isinstance(each.body, (ev.RoleOffered, *WHAT_IT_IS)):
                yield each.id


def _beside_entries(state: Incident) -> Incident:
    """Without entries and deliveries: there are thousands of these, and none of them repeats an entry."""
    facts = Facts()
    for event in state.facts:
        if not isinstance(event.body, ev.Logged | ev.DeliveryChanged):
            facts = facts.append(event)
    return msgspec.structs.replace(state, facts=facts)


def redacted(state: Incident, gone: Collection[str] = (), people: bool = True) -> tuple[Incident, Redactions]:
    """The incident without the facts in `gone` and, with `people`, nobody named; and what was changed for that."""
    hand = _Hand(state) if people else None
    out = Incident()
    for event in state.facts:
        # What a fact replaced stays replaced without it: else something older would be told as what is so now.
        out = fold(out, tombstone(event) if event.id in gone else hand.event(event) if hand else event)
    kinds = [kind_of(state, event) for event in state.facts if event.id in gone]
    return _without(out, gone), _told(hand, kinds)


def _without(state: Incident, gone: Collection[str]) -> Incident:
    if not gone:
        return state
    timeline = Timeline()
    for t, event in zip(state.timeline.times(), state.timeline, strict=True):
        if event.id not in gone:
            timeline = timeline.append(event, t)
    return msgspec.structs.replace(state, timeline=timeline)


class _Hand:
    """Goes over one fact after the other, and counts what it changes in those that an export can show."""

    def __init__(self, state: Incident) -> None:
        self.cast = cast(state)
        self.names = Names(self.cast)
        self.ways = Ways(state)
        self.used: set[str] = set()
        self.reached: set[str] = set()
        self.secrets = 0
        self._shown = True

    def event(self, event: Event) -> Event:
        """The fact with nobody named in it; it keeps its identity, and no hash."""
        body = event.body
        self._shown = body.kind != "attached"
        by = event.by.name if event.by.login == SIMULATED else self._name(event.by.name)
        event = msgspec.structs.replace(event, by=By(by, SIMULATED if event.by.login == SIMULATED else ""), hash="")
        if not isinstance(body, ev.Body):
            return event
        if isinstance(body, ev.BridgeSet) and body.where:
            self._reached(body.where)
        changed = self._walk(msgspec.to_builtins(_placeless(body)), "")
        return msgspec.structs.replace(event, body=msgspec.convert(changed, type(body)), salt="")

    def _walk(self, value: Any, field: str) -> Any:
        if isinstance(value, dict):
            person = "ref" in value  # somebody who can be called
            return {
                name: self._walk(each, "who" if person and name == "name" else name) for name, each in value.items()
            }
        if isinstance(value, list | tuple):
            return [self._walk(each, field) for each in value]
        if not isinstance(value, str) or not value or (field in _OF_FIXED and value in _FIXED):
            return value
        if field in _CONTACT:
            self._reached(value)
            return ""
        if field in _UNSEEN:
            return ""
        if field in _PERSON and key(value) in self.cast.people:
            return self._name(value)
        return self._text(value)

    def _name(self, name: str) -> str:
        role = self.cast.people.get(key(name))
        return self._use(role) if role else name

    def _text(self, text: str) -> str:
        found = masking.text(text)
        self.secrets += found.count if self._shown else 0
        return self.names.replaced(self.ways.replaced(found.text, self._reached), self._use)

    def _use(self, role: str) -> str:
        if self._shown and role in self.names.roles:
            self.used.add(role)
        return role

    def _reached(self, way: str) -> None:
        if self._shown:
            self.reached.add(way)


def _placeless(body: ev.Body) -> ev.Body:
    """The fact without the place that people could come to, or that it was written at."""
    match body:
        case ev.BridgeSet(where=where) if where:
            return msgspec.structs.replace(body, where=LEFT_OUT)
        case ev.PagerHeld(where=where, was=was):
            return msgspec.structs.replace(body, where=where and "one machine", was=was and "another")
        case ev.ClockStepped():
            return msgspec.structs.replace(body, where="")
    return body


# ── what is told of it ──


def _told(hand: _Hand | None, left: list[str]) -> Redactions:
    people = sorted(hand.used, key=_natural) if hand else []
    secrets, ways = (hand.secrets, len(hand.reached)) if hand else (0, 0)
    said = []
    if people:
        said.append(f"{_many(len(people), 'person is', 'people are')} named by their role: {', '.join(people)}.")
    if secrets:
        said.append(
            f"{_many(secrets, 'place that looks like a secret is', 'places that look like a secret are')} masked."
        )
    if ways:
        said.append(
            f"{_many(ways, 'way', 'ways')} to reach somebody, or a room, {'is' if ways == 1 else 'are'} left out."
        )
    if left:
        kinds = ", ".join(f"{left.count(kind)} {kind}" for kind in dict.fromkeys(left))
        said.append(f"{_many(len(left), 'entry is', 'entries are')} left out: {kinds}.")
    if not said:
        said.append("Nothing in it had to be changed.")
    return Redactions(len(people), secrets, len(left), ways, tuple(said))


def _many(count: int, one: str, more: str) -> str:
    return f"{count} {one if count == 1 else more}"


def _natural(role: str) -> tuple[str, int]:
    word, _, number = role.rpartition(" ")
    return (word, int(number)) if word and number.isdecimal() else (role, 0)
