"""After the incident: what people wrote into its review, its state, action items, and what was learned from it."""

from typing import ClassVar

from ..values import Ms
from .envelope import Body, Value, because

REVIEW_STATES = ("draft", "in review", "reviewed", "closed")
ITEM_KINDS = ("prevent", "detect", "mitigate", "learn")
ITEM_STATES_OF_WORK = ("open", "done", "dropped")


class SectionWritten(Value, frozen=True, gc=False, omit_defaults=True):
    """A section of the review as somebody wrote it. Where the log's own lines stand in it, a mark stands for them.

    `after`: behind which section a new one stands; `sha`: of the log's lines as the writer saw them.
    """

    type: ClassVar = "review.section"
    kind: ClassVar = "review"
    section: str
    title: str
    body: str
    after: str = ""
    sha: str = ""

    def key(self) -> tuple[str, ...]:
        return (self.type, self.section)

    def says(self) -> object:
        return self.body

    def text(self) -> str:
        return f"review: {self.title or 'before the first heading'}"


class ReviewMoved(Value, frozen=True, gc=False, omit_defaults=True):
    """The review's state: draft, in review, reviewed, closed."""

    type: ClassVar = "review.state"
    kind: ClassVar = "review"
    state: str
    was: str = ""
    why: str = ""

    def says(self) -> object:
        return self.state

    def text(self) -> str:
        return because(f"review {self.was} → {self.state}" if self.was else f"review {self.state}", self.why)


class ReviewOwned(Value, frozen=True, gc=False, omit_defaults=True):
    type: ClassVar = "review.owner"
    kind: ClassVar = "review"
    who: str = ""

    def text(self) -> str:
        return f"{self.who} owns the review" if self.who else "nobody owns the review"


class ItemRaised(Body, frozen=True, gc=False, omit_defaults=True):
    """An action item. `due` is UTC ms; `what_for` is prevent, detect, mitigate or learn; `of`: the follow-up it was."""

    type: ClassVar = "item.raised"
    kind: ClassVar = "item"
    what: str
    owner: str = ""
    due: Ms | None = None
    what_for: str = "prevent"
    of: str = ""

    def text(self) -> str:
        return f"{self.what_for}: {self.what}" + (f" ({self.owner})" if self.owner else "")


class ItemChanged(Value, frozen=True, gc=False, omit_defaults=True):
    """How an action item stands now; every field is as it is from now on."""

    type: ClassVar = "item.changed"
    kind: ClassVar = "item"
    of: str
    state: str = "open"
    owner: str = ""
    due: Ms | None = None
    what: str = ""
    what_for: str = "prevent"
    why: str = ""

    def key(self) -> tuple[str, ...]:
        return (self.type, self.of)

    def text(self) -> str:
        return because(f"{self.state}: {self.what}", self.why)


class ItemFiled(Value, frozen=True, gc=False, omit_defaults=True):
    """An action item is to be opened as an issue elsewhere by this way, and what became of it there.

    `remote` finds it there, `link` shows it to people, `there` is its state there: open or closed.
    """

    type: ClassVar = "item.filed"
    kind: ClassVar = "item"
    of: str
    way: str
    remote: str = ""
    link: str = ""
    there: str = ""
    what: str = ""

    def key(self) -> tuple[str, ...]:
        return (self.type, self.of)

    def says(self) -> object:
        return (self.way, self.remote, self.there)

    def text(self) -> str:
        if not self.remote:
            return f"to be filed by {self.way}: {self.what}"
        return because(f"filed by {self.way}: {self.what}", " ".join(filter(None, (self.link, self.there))))


class ChangeProposed(Value, frozen=True, gc=False, omit_defaults=True):
    """What was learned, as a change to a file: `target` is playbooks/database.toml; `diff` is against the file then.

    `whole` is the file as it would be; `base` the SHA-256 of the file that it was made from.
    """

    type: ClassVar = "learn.proposed"
    kind: ClassVar = "learn"
    change: str  # its name among this incident's changes: "1", "2"
    target: str
    why: str
    diff: str
    whole: str
    base: str = ""
    summary: str = ""

    def key(self) -> tuple[str, ...]:
        return (self.type, self.change)

    def text(self) -> str:
        return because(f"change {self.change} to {self.target}: {self.summary}".rstrip(": "), self.why)


class ChangeDecided(Value, frozen=True, gc=False, omit_defaults=True):
    """What became of a proposed change: applied, rejected or undone. `record` names it in the history of files."""

    type: ClassVar = "learn.decided"
    kind: ClassVar = "learn"
    change: str
    outcome: str
    target: str = ""
    why: str = ""
    record: str = ""

    def key(self) -> tuple[str, ...]:
        return (self.type, self.change)

    def says(self) -> object:
        return self.outcome

    def text(self) -> str:
        return because(f"change {self.change} to {self.target} {self.outcome}", self.why)


REVIEW = (
    SectionWritten,
    ReviewMoved,
    ReviewOwned,
    ItemRaised,
    ItemChanged,
    ItemFiled,
    ChangeProposed,
    ChangeDecided,
)
"""What is written after the incident: it moves no clock of it, and breaks no silence."""
