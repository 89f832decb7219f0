"""The facts of the inbox of alerts, a log of its own: most alerts never meet an incident.

An alert is named by its source and its sender's key: the key is the same for its repeats and for its end.
"""

from typing import ClassVar

import msgspec

from ..events import ASIDE, Body, Value
from ..values import Ms

FIRING, ACKNOWLEDGED, RESOLVED = "firing", "acknowledged", "resolved"
REASONS = ("flapping", "known", "not actionable", "duplicate", "test")
ACKNOWLEDGE, RESOLVE, SILENCE, UNSILENCE = ACTS = ("acknowledge", "resolve", "silence", "unsilence")
LOGIN = "intake"  # of a fact that a sender told, and no person


class Alert(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """One alert as its sender told it. `since`: when it began to fire; `ended`: when it stopped.

    `told`: when its sender said so, where that is known: of two words about one firing the later one holds.
    `severity` and the labels are the sender's words; `url` leads to where it came from.
    """

    key: str
    rule: str
    state: str = FIRING
    since: Ms = 0
    ended: Ms | None = None
    service: str = ""
    severity: str = ""
    summary: str = ""
    url: str = ""
    labels: dict[str, str] = {}
    told: Ms = 0


class AlertsReceived(Body, frozen=True, gc=False, omit_defaults=True):
    """Alerts that were not known in this state. `more`: so many others of a storm, which are counted and not told.

    `delivery`: the sender's own key of what it sent, where it has one.
    """

    type: ClassVar = "alerts.received"
    kind: ClassVar = "alert"
    source: str
    alerts: tuple[Alert, ...] = ()
    more: int = 0
    delivery: str = ""

    def text(self) -> str:
        count = len(self.alerts) + self.more
        return f"{count} alert{'' if count == 1 else 's'} from {self.source}"


class AlertWorded(Body, frozen=True, gc=False, omit_defaults=True):
    """What the message says that the alert `of` was made of: its sender told of it without its words."""

    type: ClassVar = "alert.worded"
    kind: ClassVar = "alert"
    of: str
    summary: str

    def text(self) -> str:
        return self.summary


class AlertDismissed(Value, frozen=True, gc=False, omit_defaults=True):
    """This alert is noise, and why: one of `REASONS`; no reason: it is taken back."""

    type: ClassVar = "alert.dismissed"
    kind: ClassVar = "alert"
    of: str
    reason: str = ""
    note: str = ""

    def key(self) -> tuple[str, ...]:
        return (self.type, self.of)

    def says(self) -> object:
        return self.reason

    def text(self) -> str:
        return f"dismissed as {self.reason}" if self.reason else "no longer dismissed"


class AlertHandled(Value, frozen=True, gc=False, omit_defaults=True):
    """Somebody here acknowledged or resolved the alert."""

    type: ClassVar = "alert.handled"
    kind: ClassVar = "alert"
    of: str
    state: str
    note: str = ""

    def key(self) -> tuple[str, ...]:
        return (self.type, self.of)

    def says(self) -> object:
        return self.state

    def text(self) -> str:
        return f"{self.state} here"


class AlertAttached(Body, frozen=True, gc=False, omit_defaults=True):
    """The alert belongs to this incident, which was `opened` from it or was there before."""

    type: ClassVar = "alert.attached"
    kind: ClassVar = "alert"
    of: str
    inc: str
    title: str = ""
    opened: bool = False

    def text(self) -> str:
        return f"{'opened' if self.opened else 'attached to'} INC-{self.inc[:4]}  {self.title}".rstrip()


class AlertsSilenced(Body, frozen=True, gc=False, omit_defaults=True):
    """Alerts with all of these labels are quiet until then: a silence always ends. `of`: the alert it began with.

    `source`: it was made there, and is about its alerts alone.
    """

    type: ClassVar = "alerts.silenced"
    kind: ClassVar = "alert"
    labels: dict[str, str]
    until: Ms
    why: str
    of: str = ""
    source: str = ""

    def text(self) -> str:
        return f"silenced {', '.join(f'{k}={v}' for k, v in self.labels.items())}: {self.why}"


class SilenceEnded(Body, frozen=True, gc=False, omit_defaults=True):
    """The silence that began with the fact `of` ends before its time."""

    type: ClassVar = "silence.ended"
    kind: ClassVar = "alert"
    of: str

    def text(self) -> str:
        return "a silence was ended"


class AlertCarried(Value, frozen=True, gc=False, omit_defaults=True):
    """What became of an act here at the place where its alert came from: a delivery, with all of its states.

    `cause`: the fact that it carries; `to`: the source that is told; `of`: the alert; `act`: one of `ACTS`; `state` as
    of a page's delivery; `far`: its name there; `again`: when it is tried next (UTC ms).
    """

    type: ClassVar = "alert.carried"
    kind: ClassVar = "alert"
    cause: str
    to: str
    act: str
    state: str
    of: str = ""
    attempt: int = 0
    again: Ms | None = None
    far: str = ""
    why: str = ""
    token: str = ""  # the process that carries it

    def key(self) -> tuple[str, ...]:
        return (self.type, self.cause, self.to)

    def says(self) -> object:
        return self.state

    def text(self) -> str:
        return f"{self.act} at {self.to}: {self.state}{' · ' + self.why if self.why else ''}"


ALERTS: dict[str, type[Body]] = {
    each.type: each
    for each in (
        AlertsReceived,
        AlertWorded,
        AlertDismissed,
        AlertHandled,
        AlertAttached,
        AlertsSilenced,
        SilenceEnded,
        AlertCarried,
    )
}
ASIDE.update(ALERTS)
