"""Roles, checklists and tasks: who does what."""

from typing import ClassVar

import msgspec

from ..values import Ms
from .envelope import Body, Value, because


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
        after = f", after {self.was}" if self.was and self.was != self.who else ""
        heard = f"; accepted aloud, heard by {self.heard_by}" if self.heard_by else ""
        return f"{self.role} is {self.who}{after}{heard}"


class RoleOffered(Value, frozen=True, gc=False, omit_defaults=True):
    """A handover that was begun, with the brief that goes with it. Until it is accepted nothing has changed.

    Without `who` it was taken back, or `declined_by` somebody.
    """

    type: ClassVar = "role.offered"
    kind: ClassVar = "role"
    role: str
    who: str
    brief: str = ""
    why: str = ""
    declined_by: str = ""

    def key(self) -> tuple[str, ...]:
        return (self.type, self.role)

    def says(self) -> object:
        return self.who

    def text(self) -> str:
        if self.who:
            return because(f"{self.role} offered to {self.who}, not accepted yet", self.why)
        if self.declined_by:
            return because(f"{self.declined_by} declined {self.role}", self.why)
        return because(f"the offer of {self.role} was taken back", self.why)


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
        return because(f"{self.state}: {self.what or self.item}", self.why)


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


class TaskGiven(Body, frozen=True, gc=False, omit_defaults=True):
    type: ClassVar = "task.given"
    kind: ClassVar = "task"
    who: str
    what: str
    due: Ms | None = None

    def text(self) -> str:
        return f"@{self.who} {self.what}"


class TaskReadBack(Value, frozen=True, gc=False, omit_defaults=True):
    """The one who has the task has said it back: it was understood."""

    type: ClassVar = "task.read_back"
    kind: ClassVar = "task"
    of: str
    who: str
    what: str = ""
    words: str = ""

    def key(self) -> tuple[str, ...]:
        return (self.type, self.of)

    def says(self) -> object:
        return self.of

    def text(self) -> str:
        return because(f"read back by {self.who}: {self.what}".rstrip(": "), self.words)


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
