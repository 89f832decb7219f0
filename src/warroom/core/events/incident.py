"""The incident: declared, severity, phase, milestones, impact, services, bridge, links; a replica that forked."""

from typing import ClassVar

from ..values import Ms
from .envelope import Body, Value, because


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
        return because(f"{self.was} → {self.severity}" if self.was else self.severity, self.why)


class PhaseChanged(Value, frozen=True, gc=False, omit_defaults=True):
    type: ClassVar = "phase.changed"
    kind: ClassVar = "phase"
    phase: str
    why: str = ""
    was: str = ""

    def says(self) -> object:
        return self.phase

    def text(self) -> str:
        return because(f"{self.was} → {self.phase}" if self.was else self.phase, self.why)


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
    users: int | None = None  # how many are affected, where somebody said

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
    """Where people talk: a link, a number to dial, the code to get in."""

    type: ClassVar = "bridge.set"
    kind: ClassVar = "bridge"
    where: str
    dial: str = ""
    passcode: str = ""

    @property
    def said(self) -> bool:
        """Whether there is any way to get there."""
        return bool(self.where or self.dial or self.passcode)

    def text(self) -> str:
        parts = (self.where, self.dial and f"dial {self.dial}", self.passcode and f"code {self.passcode}")
        return ", ".join(part for part in parts if part) or "no bridge"


class Linked(Body, frozen=True, gc=False, omit_defaults=True):
    type: ClassVar = "incident.linked"
    kind: ClassVar = "link"
    link: str  # one of LINK_KINDS
    to: str  # the other incident's identity
    title: str = ""

    def text(self) -> str:
        return f"{self.link} INC-{self.to[:4]}  {self.title}".rstrip()


class ReplicaForked(Body, frozen=True, gc=False, omit_defaults=True):
    """A replica's numbers were used twice (a copied folder): its later facts go on under another replica."""

    type: ClassVar = "replica.forked"
    kind: ClassVar = "attached"
    rep: str
    seq: int

    def text(self) -> str:
        return "this folder was copied; its facts go on under a new replica"
