"""The escalation policy that was in force, and what people did about the escalation."""

from typing import ClassVar

import msgspec

from ..values import Ms
from .envelope import Body, Value, because


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


class Acknowledged(Body, frozen=True, gc=False, omit_defaults=True):
    type: ClassVar = "page.acknowledged"
    kind: ClassVar = "acked"
    who: str
    level: int = 0  # 1-based; 0: no level was waiting
    why: str = ""

    def text(self) -> str:
        return because(f"{self.who} has it" + (f" (L{self.level})" if self.level else ""), self.why)


class NoAnswer(Body, frozen=True, gc=False, omit_defaults=True):
    type: ClassVar = "page.unanswered"
    kind: ClassVar = "no answer"
    who: str
    level: int
    backup: int = 0  # 0: the level's own target, n: its nth backup
    declined: bool = False
    why: str = ""

    def text(self) -> str:
        return because(f"{self.who} (L{self.level})" + (" declined" if self.declined else ""), self.why)


class Escalated(Body, frozen=True, gc=False, omit_defaults=True):
    type: ClassVar = "page.escalated"
    kind: ClassVar = "escalate"
    level: int
    who: str = ""
    why: str = ""

    def text(self) -> str:
        return because(f"L{self.level} {self.who}".rstrip(), self.why)


class Snoozed(Body, frozen=True, gc=False, omit_defaults=True):
    type: ClassVar = "page.snoozed"
    kind: ClassVar = "snooze"
    until: Ms
    why: str

    def text(self) -> str:
        return because("no paging for a while", self.why)


PAGES = (Acknowledged, NoAnswer, Escalated, Snoozed)
"""What people did about a page: together with the policy and the phases, all that moves the escalation."""
