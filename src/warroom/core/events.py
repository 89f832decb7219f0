"""Facts, in the past tense: one frozen class per kind, with the word and the sentence the timeline shows for it.

A `Value` replaces an older value under the same `key()`; everything else stands beside what was there before.
A new kind of fact is a class here, a line in `fold` if it changes more than a value, and a command.
"""

from typing import ClassVar

import msgspec

from .values import At, By, Ms

Order = tuple[int, str, int, str, str]  # lam, rep, seq, id, hash


class Body(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """What a fact says. `type` names it on the wire, `kind` in the timeline; `text()` is its sentence."""

    type: ClassVar[str] = ""
    kind: ClassVar[str] = "note"

    def text(self) -> str:
        return ""


class Value(Body, frozen=True, gc=False, omit_defaults=True):
    """A fact that replaces the value under the same key."""

    def key(self) -> tuple[str, ...]:
        return (self.type,)

    def says(self) -> object:
        """What two writers must agree on for there to be no conflict."""
        return self


class Redacted(msgspec.Struct, frozen=True, gc=False):
    """The tombstone of a fact whose text was taken out: the digests that keep the chain whole."""

    type: str
    body: str
    by: str
    kind: ClassVar[str] = "redacted"

    def text(self) -> str:
        return "redacted"


class Unknown(msgspec.Struct, frozen=True, gc=False):
    """A fact of a kind this version does not know: kept whole, passed on, and said so."""

    type: str
    raw: bytes
    kind: ClassVar[str] = "newer"

    def text(self) -> str:
        return f"{self.type}, written by a newer warroom"


class Event(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """One fact with its envelope. `hash` names the whole; `id` never changes."""

    id: str
    inc: str
    rep: str
    seq: int
    lam: int
    at: At
    rec: Ms
    by: By
    body: Body | Redacted | Unknown
    over: tuple[str, ...] = ()
    prev: str = ""
    salt: str = ""
    hash: str = ""
    v: int = 1

    # A decoded fact is of a subclass for its kind (see codec), a sealed one is not: they are the same fact.
    def __eq__(self, other: object) -> bool:
        return isinstance(other, Event) and msgspec.structs.astuple(self) == msgspec.structs.astuple(other)

    def __hash__(self) -> int:
        return hash(self.id)

    @property
    def order(self) -> "Order":
        """The one total order in which facts are folded."""
        return (self.lam, self.rep, self.seq, self.id, self.hash)

    @property
    def type(self) -> str:
        return self.body.type


# ── the incident ────────────────────────────────────────────────────────────────────────────────


class Declared(Body, frozen=True, gc=False, omit_defaults=True):
    type: ClassVar = "incident.declared"
    kind: ClassVar = "declared"
    title: str
    severity: str
    services: tuple[str, ...] = ()
    drill: bool = False
    restricted: bool = False
    source: str = ""  # where an imported timeline came from

    def text(self) -> str:
        return f"{self.severity}  {self.title}"


class Renamed(Value, frozen=True, gc=False, omit_defaults=True):
    type: ClassVar = "incident.renamed"
    kind: ClassVar = "title"
    title: str

    def text(self) -> str:
        return self.title


class SeverityChanged(Value, frozen=True, gc=False, omit_defaults=True):
    type: ClassVar = "severity.changed"
    kind: ClassVar = "severity"
    severity: str
    why: str = ""
    was: str = ""

    def says(self) -> object:
        return self.severity

    def text(self) -> str:
        return _because(f"{self.was} → {self.severity}" if self.was else self.severity, self.why)


class PhaseChanged(Value, frozen=True, gc=False, omit_defaults=True):
    type: ClassVar = "phase.changed"
    kind: ClassVar = "phase"
    phase: str
    why: str = ""
    was: str = ""

    def says(self) -> object:
        return self.phase

    def text(self) -> str:
        return _because(f"{self.was} → {self.phase}" if self.was else self.phase, self.why)


class MilestoneMarked(Value, frozen=True, gc=False, omit_defaults=True):
    """When a milestone was reached is the fact's own `at`."""

    type: ClassVar = "milestone.marked"
    kind: ClassVar = "mark"
    milestone: str

    def key(self) -> tuple[str, ...]:
        return (self.type, self.milestone)

    def text(self) -> str:
        return self.milestone


class ImpactStated(Value, frozen=True, gc=False, omit_defaults=True):
    type: ClassVar = "impact.stated"
    kind: ClassVar = "impact"
    what: str
    scope: str = ""
    since: Ms | None = None
    state: str = "ongoing"

    def text(self) -> str:
        parts = [self.what]
        if self.scope:
            parts.append(f"({self.scope})")
        if self.state != "ongoing":
            parts.append(f"· {self.state}")
        return " ".join(parts)


class ServiceNamed(Value, frozen=True, gc=False, omit_defaults=True):
    type: ClassVar = "service.named"
    kind: ClassVar = "service"
    service: str
    affected: bool = True

    def key(self) -> tuple[str, ...]:
        return (self.type, self.service)

    def text(self) -> str:
        return f"{self.service} {'affected' if self.affected else 'not affected'}"


class BridgeSet(Value, frozen=True, gc=False, omit_defaults=True):
    type: ClassVar = "bridge.set"
    kind: ClassVar = "bridge"
    where: str

    def text(self) -> str:
        return self.where or "no bridge"


class Linked(Body, frozen=True, gc=False, omit_defaults=True):
    type: ClassVar = "incident.linked"
    kind: ClassVar = "link"
    link: str  # one of LINK_KINDS
    to: str  # the other incident's identity
    title: str = ""

    def text(self) -> str:
        return f"{self.link} INC-{self.to[:4]}  {self.title}".rstrip()


# ── what people write ───────────────────────────────────────────────────────────────────────────


class Logged(Body, frozen=True, gc=False, omit_defaults=True):
    """An entry. `who` said or did it; the envelope's `by` typed it. `word` is the kind an import found."""

    type: ClassVar = "entry.logged"
    text_: str = msgspec.field(name="text")
    kind_: str = msgspec.field(name="kind", default="note")
    who: str = ""
    word: str = ""

    @property
    def kind(self) -> str:  # type: ignore[override]  # every other body's kind is fixed, an entry's is its writer's choice
        return self.kind_

    def text(self) -> str:
        return self.text_


class EvidenceAttached(Body, frozen=True, gc=False, omit_defaults=True):
    """A log, a screenshot, a pasted block: the bytes are beside the incident under their SHA-256."""

    type: ClassVar = "evidence.attached"
    kind: ClassVar = "evidence"
    sha: str
    size: int
    name: str
    media: str = ""

    def text(self) -> str:
        size = f"{self.size} B" if self.size < 1024 else f"{self.size // 1024} KiB"
        return f"{self.name}  {size}  {self.sha[:8]}"


class Amended(Value, frozen=True, gc=False, omit_defaults=True):
    """A correction of an entry: what is not None stands instead; a new time is the fact's `to_at`."""

    type: ClassVar = "entry.amended"
    kind: ClassVar = "fixed"
    of: str
    text_: str | None = msgspec.field(name="text", default=None)
    kind_: str | None = msgspec.field(name="kind", default=None)
    who: str | None = None
    to_at: At | None = None

    def key(self) -> tuple[str, ...]:
        return (self.type, self.of)

    def text(self) -> str:
        return self.text_ or ""


class Retracted(Body, frozen=True, gc=False, omit_defaults=True):
    type: ClassVar = "fact.retracted"
    kind: ClassVar = "undo"
    of: str
    why: str = ""
    what: str = ""  # what sort of fact; never its text, which a redaction would have to find here too

    def text(self) -> str:
        return _because(f"took back {self.what or 'an entry'}", self.why)


class FactRedacted(Body, frozen=True, gc=False, omit_defaults=True):
    type: ClassVar = "fact.redacted"
    kind: ClassVar = "redact"
    of: str
    why: str

    def text(self) -> str:
        return _because("a fact was redacted", self.why)


# ── roles ───────────────────────────────────────────────────────────────────────────────────────


class RoleAssigned(Value, frozen=True, gc=False, omit_defaults=True):
    type: ClassVar = "role.assigned"
    kind: ClassVar = "role"
    role: str
    who: str = ""  # empty: the role is free again
    was: str = ""
    heard_by: str = ""  # who heard the acceptance on the bridge

    def key(self) -> tuple[str, ...]:
        return (self.type, self.role)

    def says(self) -> object:
        return self.who

    def text(self) -> str:
        if not self.who:
            return f"{self.role} is free again"
        return f"{self.role} is {self.who}" + (f", after {self.was}" if self.was and self.was != self.who else "")


class RoleOffered(Value, frozen=True, gc=False, omit_defaults=True):
    """A handover that was begun. Until it is accepted nothing has changed."""

    type: ClassVar = "role.offered"
    kind: ClassVar = "role"
    role: str
    who: str

    def key(self) -> tuple[str, ...]:
        return (self.type, self.role)

    def text(self) -> str:
        return f"{self.role} offered to {self.who}, not accepted yet"


class RoleCard(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """A role as it was in force: who must fill it when, its duties and the words to say."""

    id: str
    name: str
    duties: tuple[str, ...] = ()
    say: str = ""
    needed: tuple[str, ...] = ()  # severities in which it must be filled
    from_people: int = 0  # … once that many are there; 0: always
    short: str = ""


class RolesAttached(Value, frozen=True, gc=False, omit_defaults=True):
    type: ClassVar = "roles.attached"
    kind: ClassVar = "attached"
    roles: tuple[RoleCard, ...]

    def text(self) -> str:
        return "roles: " + ", ".join(r.name for r in self.roles)


# ── checklists ──────────────────────────────────────────────────────────────────────────────────


class Step(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """One step of a checklist. `due` counts from when the checklist was attached."""

    id: str
    text: str
    stage: str = ""  # identify, assess, escalate, communicate, restore, verify, review
    role: str = ""
    due: Ms | None = None
    why: str = ""
    origin: str = ""  # the incident after which it was added


class ChecklistAttached(Value, frozen=True, gc=False, omit_defaults=True):
    type: ClassVar = "checklist.attached"
    kind: ClassVar = "attached"
    list: str
    title: str
    steps: tuple[Step, ...]
    version: str = ""

    def key(self) -> tuple[str, ...]:
        return (self.type, self.list)

    def text(self) -> str:
        return f"checklist {self.title}, {len(self.steps)} steps"


class StepChanged(Value, frozen=True, gc=False, omit_defaults=True):
    type: ClassVar = "step.changed"
    kind: ClassVar = "step"
    list: str
    item: str
    state: str
    what: str = ""
    why: str = ""

    def key(self) -> tuple[str, ...]:
        return (self.type, self.list, self.item)

    def says(self) -> object:
        return self.state

    def text(self) -> str:
        return _because(f"{self.state}: {self.what or self.item}", self.why)


class StepExtended(Value, frozen=True, gc=False, omit_defaults=True):
    type: ClassVar = "step.extended"
    kind: ClassVar = "step"
    list: str
    item: str
    due: Ms
    what: str = ""

    def key(self) -> tuple[str, ...]:
        return (self.type, self.list, self.item)

    def says(self) -> object:
        return self.due

    def text(self) -> str:
        return f"more time: {self.what or self.item}"


# ── tasks, polls, questions, updates ────────────────────────────────────────────────────────────


class TaskGiven(Body, frozen=True, gc=False, omit_defaults=True):
    type: ClassVar = "task.given"
    kind: ClassVar = "task"
    who: str
    what: str
    due: Ms | None = None

    def text(self) -> str:
        return f"@{self.who} {self.what}"


class TaskChanged(Value, frozen=True, gc=False, omit_defaults=True):
    type: ClassVar = "task.changed"
    kind: ClassVar = "task"
    of: str
    state: str = "open"  # open | done | dropped
    due: Ms | None = None
    result: str = ""
    what: str = ""
    who: str = ""

    def key(self) -> tuple[str, ...]:
        return (self.type, self.of)

    def says(self) -> object:
        return (self.state, self.due, self.result)

    def text(self) -> str:
        head = f"@{self.who} {self.what}".strip()
        word = {"done": "done", "dropped": "dropped"}.get(self.state, "more time")
        return (f"{word}: {head}" if head else word) + (f" · {self.result}" if self.result else "")


class PollOpened(Body, frozen=True, gc=False, omit_defaults=True):
    type: ClassVar = "poll.opened"
    kind: ClassVar = "poll"
    proposal: str

    def text(self) -> str:
        return f"{self.proposal}  Any strong objections?"


class ObjectionRaised(Body, frozen=True, gc=False, omit_defaults=True):
    type: ClassVar = "poll.objection"
    kind: ClassVar = "poll"
    of: str
    who: str
    what: str

    def text(self) -> str:
        return f"strong objection by {self.who}: {self.what}"


class QuestionAsked(Body, frozen=True, gc=False, omit_defaults=True):
    type: ClassVar = "question.asked"
    kind: ClassVar = "question"
    what: str
    asker: str = ""

    def text(self) -> str:
        return self.what


class QuestionAnswered(Body, frozen=True, gc=False, omit_defaults=True):
    type: ClassVar = "question.answered"
    kind: ClassVar = "answer"
    of: str
    what: str
    question: str = ""

    def text(self) -> str:
        return f"{self.question} → {self.what}" if self.question else self.what


class UpdatePosted(Body, frozen=True, gc=False, omit_defaults=True):
    """A stakeholder update as its writer says it went out; `next` is when the next one was promised."""

    type: ClassVar = "update.posted"
    kind: ClassVar = "update"
    audience: str
    what: str
    next: Ms | None = None
    number: int = 1

    def text(self) -> str:
        return f"{self.audience} #{self.number}  {self.what}"


# ── escalation: what was in force, and what people did about it ─────────────────────────────────


class Target(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """Somebody who can be called, with all that is needed to ring them by hand."""

    ref: str  # "contact:dana"
    name: str
    phone: str = ""
    reach: tuple[str, ...] = ()
    example: bool = False


class Level(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """One level of an escalation policy. `after` counts from the start of the page, in ms."""

    after: Ms
    name: str = ""
    notify: tuple[Target, ...] = ()
    backup: tuple[Target, ...] = ()


class PolicyAttached(Value, frozen=True, gc=False, omit_defaults=True):
    type: ClassVar = "policy.attached"
    kind: ClassVar = "attached"
    policy: str
    levels: tuple[Level, ...]
    title: str = ""
    owner: str = ""
    repeat: int = 0  # how often the levels run again after the last one
    ack_expires: Ms = 30 * 60_000
    fallback: str = ""
    tested: bool = False  # whether a channel that reaches somebody was tested

    def text(self) -> str:
        return f"escalation policy {self.title or self.policy}, {len(self.levels)} levels"


class Rhythm(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """How often an audience hears from the room while it has one of `severities`, by phase, in ms."""

    audience: str
    severities: tuple[str, ...]
    every: dict[str, Ms]  # phases that are missing: no update is owed there; "resolved": 0 asks for one last
    first: Ms | None = None  # the first one, counted from the declaration; None: as `every` says


class CadenceAttached(Value, frozen=True, gc=False, omit_defaults=True):
    type: ClassVar = "cadence.attached"
    kind: ClassVar = "attached"
    rhythms: tuple[Rhythm, ...]
    silence: dict[str, Ms] = {}  # by severity: how long the timeline may be silent

    def text(self) -> str:
        return "updates: " + ", ".join(dict.fromkeys(r.audience for r in self.rhythms))


class Acknowledged(Body, frozen=True, gc=False, omit_defaults=True):
    type: ClassVar = "page.acknowledged"
    kind: ClassVar = "acked"
    who: str
    level: int = 0  # 1-based; 0: no level was waiting
    why: str = ""

    def text(self) -> str:
        return _because(f"{self.who} has it" + (f" (L{self.level})" if self.level else ""), self.why)


class NoAnswer(Body, frozen=True, gc=False, omit_defaults=True):
    type: ClassVar = "page.unanswered"
    kind: ClassVar = "no answer"
    who: str
    level: int
    backup: int = 0  # 0: the level's own target, n: its nth backup
    declined: bool = False
    why: str = ""

    def text(self) -> str:
        return _because(f"{self.who} (L{self.level})" + (" declined" if self.declined else ""), self.why)


class Escalated(Body, frozen=True, gc=False, omit_defaults=True):
    type: ClassVar = "page.escalated"
    kind: ClassVar = "escalate"
    level: int
    who: str = ""
    why: str = ""

    def text(self) -> str:
        return _because(f"L{self.level} {self.who}".rstrip(), self.why)


class Snoozed(Body, frozen=True, gc=False, omit_defaults=True):
    type: ClassVar = "page.snoozed"
    kind: ClassVar = "snooze"
    until: Ms
    why: str

    def text(self) -> str:
        return _because("no paging for a while", self.why)


PAGES = (Acknowledged, NoAnswer, Escalated, Snoozed)
"""What people did about a page: together with the policy and the phases, all that moves the escalation."""


class ReplicaForked(Body, frozen=True, gc=False, omit_defaults=True):
    """A replica's numbers were used twice (a copied folder): its later facts go on under another replica."""

    type: ClassVar = "replica.forked"
    kind: ClassVar = "attached"
    rep: str
    seq: int

    def text(self) -> str:
        return "this folder was copied; its facts go on under a new replica"


def _because(text: str, why: str) -> str:
    return f"{text} · {why}" if why else text


def _bodies(base: type[Body]) -> dict[str, type[Body]]:
    known: dict[str, type[Body]] = {}
    for cls in base.__subclasses__():
        if cls.type:
            known[cls.type] = cls
        known |= _bodies(cls)
    return known


BODIES: dict[str, type[Body]] = _bodies(Body)
