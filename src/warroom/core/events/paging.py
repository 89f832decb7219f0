"""The escalation policy that was in force, and what people did about the escalation."""

from typing import ClassVar

import msgspec

from ..values import Ms
from .envelope import Body, Value, because


class Shift(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """Who is on call from `start` (UTC ms) on, until the next shift begins."""

    start: Ms
    ref: str
    name: str
    phone: str = ""
    reach: tuple[str, ...] = ()


class Target(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """Somebody who can be called, with all that is needed to ring them by hand.

    With `shifts` it is a turn rather than a person; `asked` says when a far schedule told who has it (UTC ms).
    """

    ref: str  # "contact:dana", "oncall:web"
    name: str
    phone: str = ""
    reach: tuple[str, ...] = ()
    example: bool = False
    shifts: tuple[Shift, ...] = ()
    asked: Ms | None = None


class Level(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """One level of an escalation policy. `after` counts from the start of the page, in ms.

    In its quiet hours (spans of UTC ms, worked out for the days to come) nobody in it is called.
    """

    after: Ms
    name: str = ""
    notify: tuple[Target, ...] = ()
    backup: tuple[Target, ...] = ()
    quiet: tuple[tuple[Ms, Ms], ...] = ()


class When(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """What must be so for a trigger to fire: all that is given here. Spans are ms, numbers are at least."""

    severity: tuple[str, ...] = ()
    elapsed: Ms | None = None  # since the declaration
    phase: tuple[str, ...] = ()
    in_phase: Ms | None = None
    users: int | None = None  # affected
    services: int | None = None  # affected
    alone: Ms | None = None  # only one person there for so long
    unacknowledged: Ms | None = None  # nobody has had it since the declaration
    missing: str = ""  # a role that nobody has …
    missing_for: Ms = 0  # … for so long
    silence: Ms | None = None  # nobody wrote anything for so long


class Trigger(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """Calls a level, or a specialist, when something is so. It fires once."""

    id: str
    when: When
    level: int = 0  # from 1
    topic: str = ""
    why: str = ""


class Specialist(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """Whom a topic calls, beside the hierarchy; the next one `gap` ms after the one before."""

    topic: str
    targets: tuple[Target, ...]
    gap: Ms = 5 * 60_000


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
    tested: bool = False  # whether a channel that reaches somebody was tried, and worked
    reachable: bool = False  # whether a channel is configured that reaches somebody
    waits: bool = False  # whether it calls nobody before a trigger or a person starts it
    triggers: tuple[Trigger, ...] = ()
    specialists: tuple[Specialist, ...] = ()
    version: str = ""  # of the files it was made from

    def text(self) -> str:
        levels = f"{len(self.levels)} level" + ("" if len(self.levels) == 1 else "s")
        return f"escalation policy {self.title or self.policy}, {levels}"


class OnCallAnswered(Value, frozen=True, gc=False, omit_defaults=True):
    """What a far schedule said when it was asked at `asked`: it stands in for what the policy was attached with."""

    type: ClassVar = "oncall.answered"
    kind: ClassVar = "attached"
    ref: str  # "oncall:web"
    shifts: tuple[Shift, ...]
    asked: Ms

    def key(self) -> tuple[str, ...]:
        return (self.type, self.ref)

    def says(self) -> object:
        return self.shifts

    def text(self) -> str:
        first = self.shifts[0].name if self.shifts else "nobody"
        return f"{self.ref.partition(':')[2]}: {first} is on call"


class Acknowledged(Body, frozen=True, gc=False, omit_defaults=True):
    type: ClassVar = "page.acknowledged"
    kind: ClassVar = "acked"
    who: str
    level: int = 0  # 1-based; 0: no level was waiting
    why: str = ""
    topic: str = ""  # of a specialist's page
    via: str = ""  # the channel on whose far side they answered; empty: here

    def text(self) -> str:
        place = self.topic or (f"L{self.level}" if self.level else "")
        where = f", on {self.via}" if self.via else ""
        return because(f"{self.who} has it" + (f" ({place})" if place else "") + where, self.why)


class NoAnswer(Body, frozen=True, gc=False, omit_defaults=True):
    type: ClassVar = "page.unanswered"
    kind: ClassVar = "no answer"
    who: str
    level: int
    backup: int = 0  # 0: the level's own target, n: its nth backup
    declined: bool = False
    why: str = ""
    topic: str = ""
    tried: str = ""  # how they were tried: a channel, "phone"
    via: str = ""

    def text(self) -> str:
        head = f"{self.who} ({self.topic or f'L{self.level}'})"
        head += " declined" if self.declined else ""
        head += f", {self.tried}" if self.tried else ""
        return because(head + (f", on {self.via}" if self.via else ""), self.why)


class Escalated(Body, frozen=True, gc=False, omit_defaults=True):
    type: ClassVar = "page.escalated"
    kind: ClassVar = "escalate"
    level: int
    who: str = ""
    why: str = ""
    trigger: str = ""  # the trigger that did it; empty: a person

    def text(self) -> str:
        return because(f"L{self.level} {self.who}".rstrip(), self.why)


class SpecialistCalled(Body, frozen=True, gc=False, omit_defaults=True):
    """Somebody is called for what they know, beside the hierarchy and not instead of it."""

    type: ClassVar = "page.specialist"
    kind: ClassVar = "escalate"
    topic: str
    targets: tuple[Target, ...]
    gap: Ms = 5 * 60_000
    ack_expires: Ms = 30 * 60_000
    why: str = ""
    trigger: str = ""

    def text(self) -> str:
        who = self.targets[0].name if self.targets else "nobody"
        return because(f"{self.topic}: {who}", self.why)


class Snoozed(Body, frozen=True, gc=False, omit_defaults=True):
    type: ClassVar = "page.snoozed"
    kind: ClassVar = "snooze"
    until: Ms
    why: str

    def text(self) -> str:
        return because("no paging for a while", self.why)


class CalledOff(Body, frozen=True, gc=False, omit_defaults=True):
    """Nobody is called any more, until somebody escalates again."""

    type: ClassVar = "page.called_off"
    kind: ClassVar = "called off"
    why: str
    topic: str = ""

    def text(self) -> str:
        return because(f"{self.topic or 'nobody'} is called any more", self.why)


class ClockStepped(Body, frozen=True, gc=False, omit_defaults=True):
    """The pager's clock was set by `by` ms: what was left of every countdown is left now too."""

    type: ClassVar = "clock.stepped"
    kind: ClassVar = "clock"
    by: Ms
    where: str = ""

    def text(self) -> str:
        from ..duration import spell

        way = "forward" if self.by > 0 else "back"
        return f"the clock of {self.where or 'the pager'} was set {way} by {spell(abs(self.by))}; countdowns go on"


PAGES = (Acknowledged, NoAnswer, Escalated, SpecialistCalled, Snoozed, CalledOff, ClockStepped)
"""What moves the escalation, together with the policy and the phases."""
