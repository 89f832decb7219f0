"""Polls, questions and stakeholder updates, and the rhythm that was in force for these."""

from typing import ClassVar

import msgspec

from ..values import Ms
from .envelope import Body, Value, because


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


class PollClosed(Value, frozen=True, gc=False, omit_defaults=True):
    """What came of a proposal: `agreed`, `rejected` or `withdrawn`, and by whom it was decided."""

    type: ClassVar = "poll.closed"
    kind: ClassVar = "poll"
    of: str
    outcome: str
    proposal: str = ""
    who: str = ""
    why: str = ""

    def key(self) -> tuple[str, ...]:
        return (self.type, self.of)

    def says(self) -> object:
        return self.outcome

    def text(self) -> str:
        return because(f"{self.outcome}: {self.proposal}".rstrip(": "), self.why)


class QuestionAsked(Body, frozen=True, gc=False, omit_defaults=True):
    """A stakeholder's question or, with `report`, what they say of the impact; `users` where they said how many.

    `page`: a reader of the stakeholder page asked it; nobody else sees it there before somebody here has answered it.
    `audience`: whose page that was, which is a link's; empty where nobody wrote it down.
    """

    type: ClassVar = "question.asked"
    kind: ClassVar = "question"
    what: str
    asker: str = ""
    due: Ms | None = None
    report: bool = False
    users: int | None = None
    page: bool = False
    audience: str = ""

    def text(self) -> str:
        return f"impact reported: {self.what}" if self.report else self.what


class QuestionTaken(Value, frozen=True, gc=False, omit_defaults=True):
    """Who finds the answer, and by when."""

    type: ClassVar = "question.taken"
    kind: ClassVar = "question"
    of: str
    owner: str
    due: Ms | None = None
    question: str = ""

    def key(self) -> tuple[str, ...]:
        return (self.type, self.of)

    def says(self) -> object:
        return (self.owner, self.due)

    def text(self) -> str:
        return f"{self.owner} finds the answer: {self.question}".rstrip(": ")


class QuestionModerated(Value, frozen=True, gc=False, omit_defaults=True):
    """Whether the readers of the stakeholder page see this question, whatever was decided before; `why` where not."""

    type: ClassVar = "question.moderated"
    kind: ClassVar = "question"
    of: str
    shown: bool
    why: str = ""
    question: str = ""

    def key(self) -> tuple[str, ...]:
        return (self.type, self.of)

    def says(self) -> object:
        return self.shown

    def text(self) -> str:
        return because(f"{'shown' if self.shown else 'not shown'} on the page: {self.question}".rstrip(": "), self.why)


class QuestionAnswered(Body, frozen=True, gc=False, omit_defaults=True):
    type: ClassVar = "question.answered"
    kind: ClassVar = "answer"
    of: str
    what: str
    question: str = ""

    def text(self) -> str:
        return f"{self.question} → {self.what}" if self.question else self.what


class UpdateDrafted(Value, frozen=True, gc=False, omit_defaults=True):
    """What is to be said next to an audience. `next` is when the one after it is promised, `estimate` when the repair
    may be done (both UTC ms); `basis` names the severity, phase and impact that it was written on."""

    type: ClassVar = "update.drafted"
    kind: ClassVar = "draft"
    audience: str
    what: str
    next: Ms | None = None
    estimate: Ms | None = None
    basis: str = ""
    number: int = 1
    corrects: str = ""  # the update that it puts right

    def key(self) -> tuple[str, ...]:
        return (self.type, self.audience)

    def says(self) -> object:
        return (self.what, self.next, self.estimate)

    def text(self) -> str:
        return f"{self.audience} #{self.number}  {self.what}"


class UpdateApproved(Value, frozen=True, gc=False, omit_defaults=True):
    """The commander's word for one draft, by its text's hash. It lapses when `basis` no longer is what is so.

    `who` approved it; `alone`: whoever wrote it also approved it, since nobody else was there to.
    """

    type: ClassVar = "update.approved"
    kind: ClassVar = "approved"
    audience: str
    of: str
    sha: str
    basis: str
    who: str
    alone: bool = False
    number: int = 1

    def key(self) -> tuple[str, ...]:
        return (self.type, self.audience)

    def says(self) -> object:
        return self.of

    def text(self) -> str:
        own = ", alone: their own words" if self.alone else ""
        return f"{self.audience} #{self.number} approved by {self.who}{own}"


class UpdatePosted(Body, frozen=True, gc=False, omit_defaults=True):
    """A stakeholder update as it went out; `next` is when the next one was promised.

    `sha` is the SHA-256 of the approved text, `of` its draft, `ways` where it is sent, `corrects` the update that it
    puts right; `same`: nothing has changed since the last one.
    """

    type: ClassVar = "update.posted"
    kind: ClassVar = "update"
    audience: str
    what: str
    next: Ms | None = None
    number: int = 1
    estimate: Ms | None = None
    sha: str = ""
    of: str = ""
    ways: tuple[str, ...] = ()
    corrects: str = ""
    same: bool = False

    def text(self) -> str:
        word = ", a correction" if self.corrects else ""
        return f"{self.audience} #{self.number}{word}  {self.what}"


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
