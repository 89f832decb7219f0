"""Polls, questions and stakeholder updates, and the rhythm that was in force for these."""

from typing import ClassVar

import msgspec

from ..values import Ms
from .envelope import Body, Value


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
