"""Declare, import, severity, phases, milestones, impact, services, bridge, links: the life of an incident.

Phases are strict: only an active incident resolves, only a resolved or cancelled one closes, only an ended one reopens
(resolved incidents that kept taking alerts: keephq/keep#2481).
"""

import re
from typing import ClassVar

import msgspec

from .. import events as ev
from .. import milestones
from ..commands import Command, Draft, Stamp, happened
from ..incident import Incident
from ..values import (
    ACTIVE,
    ENDED,
    ENTRY_KINDS,
    IMPACT_STATES,
    LINK_KINDS,
    MILESTONES,
    PHASES,
    SEVERITIES,
    At,
    Ms,
    Refused,
    is_drill,
)


def one_of(value: str, known: tuple[str, ...], what: str) -> str:
    """`value` as it is spelt among `known`, or by a beginning that fits only one. Raises `Refused`."""
    wanted = value.strip().casefold()
    hits = [k for k in known if k.casefold() == wanted] or [
        k for k in known if wanted and k.casefold().startswith(wanted)
    ]
    if len(hits) != 1:
        raise Refused(f"“{value}” is no {what}. Known: {', '.join(known)}.")
    return hits[0]


def severity_of(value: str) -> str:
    """SEV1 from "sev1", "1" or "SEV-1". Raises `Refused`."""
    wanted = value.strip().upper().replace("-", "").replace(" ", "")
    return one_of("SEV" + wanted if wanted.isdigit() else wanted, SEVERITIES, "severity")


def _titled(title: str) -> str:
    title = " ".join(title.split())
    if not title:
        raise Refused("An incident needs a title: what do users see?")
    return title


class Declare(Command, frozen=True, kw_only=True):
    """Open an incident, with everything that is in force from the start."""

    title: str
    severity: str
    services: tuple[str, ...] = ()
    restricted: bool = False
    attach: tuple[ev.Value, ...] = ()  # policy, checklists, cadence, roles
    bridge: str = ""
    inc: str = ""

    def drafts(self, state: Incident, stamp: Stamp) -> list[Draft]:
        if state.declaration is not None:
            raise Refused("This incident is declared already.")
        declared = ev.Declared(
            title=_titled(self.title),
            severity=severity_of(self.severity),
            services=tuple(dict.fromkeys(s.strip() for s in self.services if s.strip())),
            drill=bool(self.inc) and is_drill(self.inc),
            restricted=self.restricted,
        )
        bodies: list[ev.Body] = [*self.attach]
        if self.bridge.strip():
            bodies.append(ev.BridgeSet(self.bridge.strip()))
        # What is attached is in force from now on: nobody was called before the room knew of it.
        return [self.draft(state, stamp, declared), *(Draft(body, At(stamp.now)) for body in bodies)]


KINDS = frozenset(
    (*ENTRY_KINDS, "page", *(body.kind for body in ev.BODIES.values() if isinstance(body.kind, str))),
)
"""The kinds of imported entries: those of entries, and those of what the room writes itself."""


class Imported(msgspec.Struct, frozen=True):
    """One line of a timeline that was kept elsewhere; `word` is the kind it had there.

    `kind` may also be one that the room writes itself (update, page, phase): what happened elsewhere was just that.
    """

    at: At
    text: str
    kind: str = "note"
    word: str = ""
    who: str = ""


class ImportTimeline(Command, frozen=True, kw_only=True):
    """Make an incident out of a timeline that was kept elsewhere. Nothing counts down in it."""

    title: str
    severity: str
    entries: tuple[Imported, ...]
    source: str = ""
    resolved: At | None = None

    def drafts(self, state: Incident, stamp: Stamp) -> list[Draft]:
        if state.declaration is not None:
            raise Refused("This incident is declared already; a timeline is imported as a new one.")
        if not self.entries:
            raise Refused("The timeline has no entries; nothing was imported.")
        first = min((entry.at for entry in self.entries), key=lambda at: at.t)
        declared = ev.Declared(_titled(self.title), severity_of(self.severity), source=self.source)
        drafts = [Draft(declared, At(first.t))]
        for e in sorted(self.entries, key=lambda entry: entry.at.t):
            if e.kind not in KINDS:
                raise Refused(f"“{e.kind}” is no kind of entry. Known: {', '.join(sorted(KINDS))}.")
            _past(e.at, e.text, stamp)
            drafts.append(Draft(ev.Logged(text_=e.text, kind_=e.kind, who=e.who, word=e.word), e.at))
        if self.resolved:
            _past(self.resolved, "resolved", stamp)
            drafts.append(Draft(ev.PhaseChanged("resolved", was="investigating"), self.resolved))
        return drafts


def _past(at: At, text: str, stamp: Stamp) -> None:
    try:
        happened(at, stamp)
    except Refused as no:
        raise Refused(f"“{text[:40]}”: {no} Nothing was imported.") from None


class Rename(Command, frozen=True, kw_only=True):
    title: str
    after_close: ClassVar = True

    def drafts(self, state: Incident, stamp: Stamp) -> list[Draft]:
        return [self.draft(state, stamp, ev.Renamed(_titled(self.title)))]


class ChangeSeverity(Command, frozen=True, kw_only=True):
    severity: str
    why: str = ""

    def drafts(self, state: Incident, stamp: Stamp) -> list[Draft]:
        severity = severity_of(self.severity)
        if severity == state.severity and len(state.visible((ev.SeverityChanged.type,))) < 2:
            raise Refused(f"It is {severity} already.")
        return [self.draft(state, stamp, ev.SeverityChanged(severity, self.why, was=state.severity))]


class ChangePhase(Command, frozen=True, kw_only=True):
    """To the phase that `phase` names, where the lifecycle allows it."""

    phase: str
    why: str = ""
    after_close: ClassVar = True

    def drafts(self, state: Incident, stamp: Stamp) -> list[Draft]:
        to = one_of(self.phase, PHASES, "phase")
        was = state.phase
        if to == was and len(state.visible((ev.PhaseChanged.type,))) < 2:
            raise Refused(f"It is {to} already{_since(state)}.")
        if was in ENDED and to in ACTIVE:
            raise Refused(f"It is {was}; reopen it first (`/reopen` or `warroom reopen`).")
        if to == "closed" and was not in ("resolved", "cancelled"):
            raise Refused(f"It is {was}; only a resolved or cancelled incident can be closed. Resolve it first.")
        if to in ("resolved", "cancelled") and was in ENDED and to != was:
            raise Refused(f"It is {was}; reopen it before it can be {to}.")
        return [self.draft(state, stamp, ev.PhaseChanged(to, self.why, was=was))]


def _since(state: Incident) -> str:
    event = state.visible((ev.PhaseChanged.type,))
    return f", said {event[-1].by.name}" if event and event[-1].by.name else ""


class Reopen(Command, frozen=True, kw_only=True):
    why: str = ""
    after_close: ClassVar = True

    def drafts(self, state: Incident, stamp: Stamp) -> list[Draft]:
        if state.phase not in ENDED:
            raise Refused(f"It is open already: {state.phase}.")
        return [self.draft(state, stamp, ev.PhaseChanged("investigating", self.why, was=state.phase))]


class MarkMilestone(Command, frozen=True, kw_only=True):
    milestone: str
    after_close: ClassVar = True

    def drafts(self, state: Incident, stamp: Stamp) -> list[Draft]:
        name = one_of(self.milestone.replace("_", " ").replace("-", " "), MILESTONES, "milestone")
        at = self.at or At(stamp.now)
        if not at.approx and (wrong := milestones.misplaced(state, name, at.t)):
            raise Refused(wrong)
        return [self.draft(state, stamp, ev.MilestoneMarked(name))]


class StateImpact(Command, frozen=True, kw_only=True):
    what: str
    scope: str = ""
    since: Ms | None = None
    state: str = "ongoing"
    users: int | None = None  # how many are affected; None: as the words say, where they do

    def drafts(self, state: Incident, stamp: Stamp) -> list[Draft]:
        if not self.what.strip():
            raise Refused("Say what users see, for instance: 38 % of card checkouts fail.")
        how = one_of(self.state, IMPACT_STATES, "state of an impact")
        if self.since is not None and self.since > stamp.now:
            raise Refused("The impact cannot begin in the future.")
        since = self.since
        if since is None and state.impact:
            since = state.impact.since
        users = users_in(f"{self.what} {self.scope}") if self.users is None else self.users
        if users is not None and not 0 <= users <= _MOST_USERS:
            raise Refused("That is no number of users.")
        return [self.draft(state, stamp, ev.ImpactStated(self.what.strip(), self.scope, since, how, users))]


_MOST_USERS = 10**12
_USERS = re.compile(
    r"(?<![\w.,])(\d{1,3}(?:[ ,.]\d{3})+|\d{1,12})\s*(k|m)?\s+(?:\w+\s+)?(?:users|customers|people)\b", re.I
)


def users_in(text: str) -> int | None:
    """The largest number of users that a sentence names ("1,200 users", "12k customers"), or None."""
    found = [
        int(re.sub(r"\D", "", number)) * {"k": 1_000, "m": 1_000_000}.get(unit.lower(), 1)
        for number, unit in _USERS.findall(text)
    ]
    return max(found, default=None)


class NameService(Command, frozen=True, kw_only=True):
    service: str
    affected: bool = True

    def drafts(self, state: Incident, stamp: Stamp) -> list[Draft]:
        service = self.service.strip()
        if not service:
            raise Refused("Which service?")
        settled = len(state.visible((ev.ServiceNamed.type, service))) < 2
        if (service in state.services) == self.affected and settled:
            raise Refused(f"{service} is {'named already' if self.affected else 'not among the affected services'}.")
        return [self.draft(state, stamp, ev.ServiceNamed(service, self.affected))]


class SetBridge(Command, frozen=True, kw_only=True):
    """Where people talk: a link, a number to dial, the code to get in."""

    where: str
    dial: str = ""
    passcode: str = ""

    def drafts(self, state: Incident, stamp: Stamp) -> list[Draft]:
        said = tuple(part.strip() for part in (self.where, self.dial, self.passcode))
        if not any(said):
            now = state.call
            raise Refused(
                f"The bridge is {now.text()}. `/bridge none` takes it away."
                if now.said
                else "No bridge is set. `/bridge https://meet.example/k3f9 dial +44 20 7946 0001 code 4711`."
            )
        body = ev.BridgeSet(*(("", "", "") if said == ("none", "", "") else said))
        return [self.draft(state, stamp, body)]


class Link(Command, frozen=True, kw_only=True):
    link: str
    to: str
    title: str = ""
    after_close: ClassVar = True

    def drafts(self, state: Incident, stamp: Stamp) -> list[Draft]:
        link = one_of(self.link.replace("-", " ").replace("_", " "), LINK_KINDS, "link")
        if self.to == state.id:
            raise Refused("An incident cannot be linked to itself.")
        if is_drill(self.to) != state.drill:
            raise Refused("A drill and a real incident cannot be linked.")
        for old in state.links:
            body = old.body
            if isinstance(body, ev.Linked) and (body.link, body.to) == (link, self.to) and state.stands(old.id):
                raise Refused("That link is there already.")
        return [self.draft(state, stamp, ev.Linked(link, self.to, self.title))]


class Attach(Command, frozen=True, kw_only=True):
    """Put a policy, checklist, cadence or the role cards in force."""

    body: ev.Value

    def drafts(self, state: Incident, stamp: Stamp) -> list[Draft]:
        key = self.body.key()
        if state.value(key) == self.body and len(state.visible(key)) < 2:
            raise Refused("That is in force already, with the same content.")
        return [self.draft(state, stamp, self.body)]


class Settle(Command, frozen=True, kw_only=True):
    """Of values that were set at the same time, let one stand: by a fact that saw them all.

    `why` takes the place of the reason that was given for the value, where its kind has one.
    """

    fact: str
    why: str = ""
    after_close: ClassVar = True

    def drafts(self, state: Incident, stamp: Stamp) -> list[Draft]:
        chosen = state.find(self.fact)
        body = chosen.body if chosen else None
        if chosen is None or not isinstance(body, ev.Value):
            raise Refused("That fact sets no value; there is nothing to settle.")
        conflict = next((c for c in state.conflicts if c.key == body.key()), None)
        if conflict is None or chosen.id not in state.over(body.key()):
            raise Refused("That is settled already.")
        if self.why.strip() and has_reason(body):
            body = msgspec.structs.replace(body, **{_WHY: self.why.strip()})
        if isinstance(body, ev.MilestoneMarked):  # whose value is its time
            return [Draft(body, chosen.at, state.over(body.key()))]
        return [self.draft(state, stamp, body)]


_WHY = "why"


def has_reason(body: ev.Value) -> bool:
    """Whether a value of this kind says why it was set."""
    return _WHY in body.__struct_fields__
