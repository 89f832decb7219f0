"""The frozen state of one incident: what every pane, command and export reads. `fold` alone makes a new one.

A key's visible values are the facts on it that no known fact's `over` names. The last in order is shown;
more than one that say different things are a conflict, which a fact that saw both settles.
"""

from collections.abc import Iterator
from typing import Any

import msgspec

from . import events as ev
from .events import Event, RoleCard, Step
from .grown import Facts, Timeline
from .run import Run
from .values import ENDED, At, Ms, handle, is_drill

Key = tuple[str, ...]


class Held(msgspec.Struct, frozen=True, gc=False):
    """A role and who has it since when; `who` is empty while it is free."""

    role: str
    name: str
    short: str
    who: str
    since: Ms | None
    offered_to: str = ""
    card: RoleCard | None = None


class StepView(msgspec.Struct, frozen=True, gc=False):
    """One step as it stands: its checklist, number within all of them from 1, state, due time and who changed it."""

    list: str
    number: int
    step: Step
    state: str
    due: Ms | None
    by: str = ""
    at: Ms | None = None
    why: str = ""


class Checklist(msgspec.Struct, frozen=True, gc=False):
    id: str
    title: str
    steps: tuple[StepView, ...]


class TaskView(msgspec.Struct, frozen=True, gc=False):
    """A task for a named person. `state`: open, done or dropped."""

    id: str
    who: str
    what: str
    state: str
    due: Ms | None
    given: Ms
    result: str = ""
    read_back: Ms | None = None  # when it was said back
    number: int = 0  # among all that were ever given, from 1


class Conflict(msgspec.Struct, frozen=True, gc=False):
    """Values written at the same time that say different things: the last in order is shown, the others are named."""

    key: Key
    shown: Event
    others: tuple[Event, ...]


class Incident(msgspec.Struct, frozen=True, eq=False):
    """One incident, folded from its facts. Empty until `incident.declared` is among them."""

    id: str = ""
    facts: Facts = msgspec.field(default_factory=Facts)
    timeline: Timeline = msgspec.field(default_factory=Timeline)
    values: dict[Key, tuple[Event, ...]] = {}
    retracted: dict[str, Event] = {}
    redacted: dict[str, Event] = {}
    declaration: Event | None = None
    entry_count: int = 0
    run: Run | None = None
    specialists: dict[str, Run] = {}  # by topic: pages beside the hierarchy
    tasks_given: tuple[Event, ...] = ()
    polls: tuple[Event, ...] = ()
    objections: tuple[Event, ...] = ()
    questions: tuple[Event, ...] = ()
    answers: tuple[Event, ...] = ()
    updates: tuple[Event, ...] = ()
    links: tuple[Event, ...] = ()
    evidence: dict[str, tuple[Event, ...]] = {}  # by the entry that it belongs to; "": to none
    pages: tuple[Event, ...] = ()
    items_raised: tuple[Event, ...] = ()  # action items
    skips: tuple[Event, ...] = ()  # levels that came due while nobody paged
    phase_changes: tuple[Event, ...] = ()
    ended: Ms | None = None  # when it was resolved or cancelled, while it is
    last_entry: Ms | None = None  # when somebody last wrote something, by the writer's clock
    seen: dict[str, Ms] = {}  # when each person last wrote something or was written about

    # ── values ──

    def visible(self, key: Key) -> tuple[Event, ...]:
        """The visible values under `key`, in order; the last one is shown."""
        return self.values.get(key, ())

    def over(self, key: Key) -> tuple[str, ...]:
        """The ids that a new value under `key` replaces, as this state sees them."""
        return tuple(e.id for e in self.visible(key))

    def value(self, key: Key) -> Any:
        """The body shown under `key`, or None."""
        events = self.values.get(key)
        return events[-1].body if events else None

    def _event(self, key: Key) -> Event | None:
        events = self.values.get(key)
        return events[-1] if events else None

    def under(self, type: str) -> Iterator[tuple[Key, Event]]:
        """Every shown value of this type, with its key."""
        return ((k, v[-1]) for k, v in self.values.items() if k[0] == type and v)

    @property
    def conflicts(self) -> tuple[Conflict, ...]:
        found = []
        for key, events in self.values.items():
            if len(events) > 1 and any(_says(e) != _says(events[-1]) for e in events):
                found.append(Conflict(key, events[-1], events[:-1]))
        return tuple(found)

    # ── the incident ──

    @property
    def declared(self) -> ev.Declared | None:
        body = self.declaration.body if self.declaration else None
        return body if isinstance(body, ev.Declared) else None

    @property
    def declared_at(self) -> Ms:
        return self.declaration.at.t if self.declaration else 0

    @property
    def drill(self) -> bool:
        """Whether it is a drill: by its identity, and by what it was declared with, where that was edited by hand."""
        if not self.id or is_drill(self.id):
            return bool(self.id)
        return bool(self.declared and self.declared.drill) or (ev.DrillStarted.type,) in self.values

    @property
    def restricted(self) -> bool:
        """Whether it must stay among those who were told; what was worth a redaction is treated as if it must."""
        return self.declared.restricted if self.declared else self.declaration is not None

    def handle(self, others: "list[str] | tuple[str, ...]" = ()) -> str:
        """`INC-K3F9`; longer where another of `others` begins the same."""
        return handle(self.id, others) if self.id else ""

    @property
    def title(self) -> str:
        renamed = self.value((ev.Renamed.type,))
        if renamed:
            return str(renamed.title)
        return self.declared.title if self.declared else "(title redacted)" if self.declaration else ""

    @property
    def severity(self) -> str:
        changed = self.value((ev.SeverityChanged.type,))
        return str(changed.severity) if changed else self.declared.severity if self.declared else ""

    @property
    def phase(self) -> str:
        changed = self.value((ev.PhaseChanged.type,))
        return str(changed.phase) if changed else "investigating"

    @property
    def phase_since(self) -> Ms:
        changed = self._event((ev.PhaseChanged.type,))
        return changed.at.t if changed else self.declared_at

    @property
    def open(self) -> bool:
        return bool(self.declaration) and self.phase not in ENDED

    def elapsed(self, now: Ms) -> Ms:
        """From the declaration to now, or to when it was resolved."""
        return max(0, (self.ended if self.ended is not None else now) - self.declared_at)

    @property
    def impact(self) -> ev.ImpactStated | None:
        body = self.value((ev.ImpactStated.type,))
        return body if isinstance(body, ev.ImpactStated) else None

    @property
    def bridge(self) -> str:
        body = self.value((ev.BridgeSet.type,))
        return str(body.where) if body else ""

    @property
    def call(self) -> ev.BridgeSet:
        """Where people talk, with the number to dial and the code to get in; each is empty where there is none."""
        body = self.value((ev.BridgeSet.type,))
        return body if isinstance(body, ev.BridgeSet) else ev.BridgeSet("")

    @property
    def services(self) -> tuple[str, ...]:
        named = list(self.declared.services) if self.declared else []
        for (_, service), event in self.under(ev.ServiceNamed.type):
            affected = getattr(event.body, "affected", True)
            if affected and service not in named:
                named.append(service)
            elif not affected and service in named:
                named.remove(service)
        return tuple(named)

    # ── people ──

    @property
    def cards(self) -> tuple[RoleCard, ...]:
        body = self.value((ev.RolesAttached.type,))
        return tuple(body.roles) if body else ()

    def role(self, role: str) -> ev.RoleAssigned | None:
        """Who has this role, by its id."""
        body = self.value((ev.RoleAssigned.type, role))
        return body if isinstance(body, ev.RoleAssigned) and body.who else None

    @property
    def roles(self) -> tuple[Held, ...]:
        """Every role of the cards in their order, then any other that somebody has."""
        held = {key[1]: event for key, event in self.under(ev.RoleAssigned.type)}
        cards = {card.id: card for card in self.cards}
        out = []
        for role in [*cards, *(r for r in held if r not in cards)]:
            event = held.get(role)
            who = getattr(event.body, "who", "") if event else ""
            offer = self._event((ev.RoleOffered.type, role))
            open_offer = offer is not None and (event is None or offer.order > event.order)
            card = cards.get(role)
            name = card.name if card else role[:1].upper() + role[1:]
            out.append(
                Held(
                    role,
                    name,
                    (card.short or card.name) if card else name,
                    who,
                    event.at.t if event and who else None,
                    getattr(offer.body, "who", "") if offer and open_offer else "",
                    card,
                )
            )
        return tuple(out)

    @property
    def people(self) -> tuple[str, ...]:
        """Everybody who has written, been written about, or has a role, the most recent first."""
        return tuple(sorted(self.seen, key=lambda name: -self.seen[name]))

    @property
    def attendance(self) -> dict[str, bool]:
        """Who joined the bridge, and whether they are still there."""
        return {key[1]: bool(getattr(event.body, "here", False)) for key, event in self.under(ev.BridgeAttended.type)}

    # ── pages ──

    @property
    def runs(self) -> dict[str, Run]:
        """Every escalation that was started: the hierarchy's under "", the specialists' under their topics."""
        return {"": self.run, **self.specialists} if self.run else dict(self.specialists)

    @property
    def pager(self) -> ev.PagerHeld | None:
        """Which process pages, or None where none does."""
        body = self.value((ev.PagerHeld.type,))
        return body if isinstance(body, ev.PagerHeld) and body.token else None

    def delivery(self, key: str) -> ev.DeliveryChanged | None:
        """The delivery of this key as it stands."""
        body = self.value((ev.DeliveryChanged.type, key))
        return body if isinstance(body, ev.DeliveryChanged) else None

    @property
    def deliveries(self) -> tuple[ev.DeliveryChanged, ...]:
        """Every delivery as it stands, the oldest first."""
        return tuple(e.body for _, e in self.under(ev.DeliveryChanged.type) if isinstance(e.body, ev.DeliveryChanged))

    # ── checklist and tasks ──

    @property
    def checklists(self) -> tuple[Checklist, ...]:
        number = 0
        lists = []
        for (_, id), event in self.under(ev.ChecklistAttached.type):
            body = event.body
            if not isinstance(body, ev.ChecklistAttached):
                continue
            steps = []
            for step in body.steps:
                number += 1
                steps.append(self._step(id, number, step, event.at.t))
            lists.append(Checklist(id, body.title, tuple(steps)))
        return tuple(lists)

    def _step(self, list: str, number: int, step: Step, attached: Ms) -> StepView:
        changed = self._event((ev.StepChanged.type, list, step.id))
        longer = self.value((ev.StepExtended.type, list, step.id))
        due = longer.due if longer else attached + step.due if step.due is not None else None
        body = changed.body if changed else None
        if changed is None or not isinstance(body, ev.StepChanged):
            return StepView(list, number, step, "todo", due)
        return StepView(list, number, step, body.state, due, changed.by.name, changed.at.t, body.why)

    @property
    def steps(self) -> tuple[StepView, ...]:
        return tuple(step for each in self.checklists for step in each.steps)

    @property
    def tasks(self) -> tuple[TaskView, ...]:
        out = []
        for number, event in enumerate(self.tasks_given, 1):
            body = event.body
            if event.id in self.retracted or event.id in self.redacted or not isinstance(body, ev.TaskGiven):
                continue
            now = self.value((ev.TaskChanged.type, event.id))
            state, due, result = (now.state, now.due, now.result) if now else ("open", body.due, "")
            said = self._event((ev.TaskReadBack.type, event.id))
            back = said.at.t if said else None
            out.append(TaskView(event.id, body.who, body.what, state, due, event.at.t, result, back, number))
        return tuple(out)

    @property
    def open_questions(self) -> tuple[Event, ...]:
        answered = {a.body.of for a in self.answers if isinstance(a.body, ev.QuestionAnswered)}
        return tuple(
            q for q in self.questions if q.id not in answered and self.stands(q.id) and not self._turned_down(q)
        )

    def _turned_down(self, question: Event) -> bool:
        """Whether it is one of the page's readers that the room will not answer."""
        word = self.value((ev.QuestionModerated.type, question.id))
        return bool(getattr(question.body, "page", False)) and word is not None and not word.shown

    # ── entries ──

    def proofs(self, entry: str) -> tuple[ev.EvidenceAttached, ...]:
        """The evidence that stands for this entry, in order."""
        found = (e for e in self.evidence.get(entry, ()) if self.stands(e.id))
        return tuple(e.body for e in found if isinstance(e.body, ev.EvidenceAttached))

    def stands(self, id: str) -> bool:
        """Whether this fact was neither taken back nor redacted."""
        return id not in self.retracted and id not in self.redacted

    def correction(self, id: str) -> ev.Amended | None:
        """The correction of this entry that is shown, or None."""
        body = self.value((ev.Amended.type, id))
        # One that was taken back stays as one that says nothing.
        return body if isinstance(body, ev.Amended) and body != ev.Amended(id) else None

    def when(self, event: Event) -> At:
        """When this fact happened, corrected where somebody corrected it."""
        fixed = self.correction(event.id) if isinstance(event.body, ev.Logged) else None
        return fixed.to_at if fixed and fixed.to_at else event.at

    def find(self, id: str) -> Event | None:
        """The fact with this id or, if only one begins so, this beginning of one."""
        id = id.upper()
        fact = self.facts.get(id)
        if fact or len(id) < 4:
            return fact
        found = [e for e in self.facts if e.id.startswith(id)]
        return found[0] if len(found) == 1 else None


def _says(event: Event) -> object:
    body = event.body
    if isinstance(body, ev.MilestoneMarked):
        return event.at
    return body.says() if isinstance(body, ev.Value) else None
