"""The inbox: every alert with its history, folded from the facts in their order. Pure and total.

One line for each alert, named by source and key; lines of one rule and service stand together.
"""

from collections.abc import Container, Iterable

import msgspec

from ..events import Event
from ..values import MINUTE, Ms
from . import facts as fa
from .facts import ACKNOWLEDGED, FIRING, RESOLVED, Alert

KEPT = 60  # moments of firing that are kept of one alert, for its sparkline
FLAP = 10 * MINUTE  # what fires again this soon after its end has flapped


class Mark(msgspec.Struct, frozen=True, gc=False):
    """What somebody said of an alert, when, and by which fact. `rep`: the replica that it was written on.

    `person`: whoever wrote it is one of the room, and no sender of alerts.
    """

    what: str
    by: str
    at: Ms
    id: str
    note: str = ""
    rep: str = ""
    person: bool = True


class Carried(msgspec.Struct, frozen=True, gc=False):
    """How a delivery to a source stands: its last fact, that fact's id, and the replica that wrote it."""

    fact: fa.AlertCarried
    id: str
    rep: str


class Silence(msgspec.Struct, frozen=True, gc=False):
    """Alerts with these labels are quiet from `at` to `until` (UTC ms). `begin` and `end` are by whose facts.

    `source`: it was made where its alerts come from, and is about no others.
    """

    id: str
    labels: dict[str, str]
    at: Ms
    until: Ms
    why: str
    by: str
    of: str = ""
    ended: Ms | None = None
    begin: Mark | None = None
    end: Mark | None = None
    source: str = ""

    def holds(self, labels: dict[str, str], now: Ms) -> bool:
        end = self.until if self.ended is None else min(self.until, self.ended)
        return self.at <= now < end and self.covers(labels)

    def quiets(self, line: "Line", now: Ms) -> bool:
        """Whether the alert is quiet under it at `now`."""
        return self.source in ("", line.source) and self.holds(line.labels, now)

    def covers(self, labels: dict[str, str]) -> bool:
        """Whether it is about an alert with these labels, whenever."""
        return all(labels.get(name) == value for name, value in self.labels.items())


class Line(msgspec.Struct, frozen=True, gc=False):
    """One alert: as it was told last, how often it fired, and what became of it.

    `fired`: times it began to fire; `times`: the last of those (UTC ms); `resolved`: times it ended; `flaps`: times it
    fired again within ten minutes of its end.
    `theirs`: it was acknowledged or resolved where it came from. `dismissed` and `handled` are of this firing;
    `carried` too; `reasons` counts the dismissals of all of them, `answered` how long each took until somebody reacted
    (ms).
    """

    id: str
    source: str
    alert: Alert
    first: Ms
    last: Ms
    fired: int = 0
    resolved: int = 0
    flaps: int = 0
    times: tuple[Ms, ...] = ()
    theirs: str = ""
    reasons: dict[str, int] = {}
    answered: tuple[Ms, ...] = ()
    dismissed: Mark | None = None
    handled: Mark | None = None
    attached: tuple[Mark, ...] = ()  # `what` is the incident
    carried: tuple[fa.AlertCarried, ...] = ()

    @property
    def group(self) -> tuple[str, str]:
        """The rule and the service that it stands under."""
        return (self.alert.service, self.alert.rule)

    def waits(self, going_on: Container[str]) -> bool:
        """Whether it waits for somebody: it fires, and nobody has reacted to this firing.

        `going_on`: the incidents that are open; what belongs to one of those does not wait.
        """
        if self.alert.state != FIRING or self.dismissed or self.handled:
            return False
        began = self.times[-1] if self.times else self.first
        return not any(mark.what in going_on or mark.at >= began for mark in self.attached)

    @property
    def labels(self) -> dict[str, str]:
        """What a silence looks at: the sender's labels, with its rule and service."""
        return {"alertname": self.alert.rule, **({"service": self.alert.service} if self.alert.service else {})} | (
            self.alert.labels
        )


class Inbox(msgspec.Struct, frozen=True, eq=False):
    """Every alert there is. `counted`: of storms, by source, how many alerts were counted and not told.

    `carried`: by the fact that is carried, and the source that is told.
    """

    lines: dict[str, Line] = {}
    silences: dict[str, Silence] = {}
    counted: dict[str, int] = {}
    carried: dict[tuple[str, str], Carried] = {}

    def silenced(self, line: Line, now: Ms) -> Silence | None:
        """The silence under which the alert is quiet now."""
        found = [each for each in self.silences.values() if each.quiets(line, now)]
        return max(found, key=lambda each: each.until, default=None)

    def waiting(self, now: Ms, going_on: Container[str] = ()) -> list[Line]:
        """The alerts that wait for somebody, the latest first; `going_on`: the incidents that are open."""
        found = [line for line in self.lines.values() if line.waits(going_on) and self.silenced(line, now) is None]
        return sorted(found, key=lambda line: (-line.last, line.id))


def name_of(source: str, key: str) -> str:
    """How an alert is named in every fact about it."""
    return f"{source}:{key}"


def fold_all(events: Iterable[Event]) -> Inbox:
    """The inbox after these facts, in whatever order they came; each counts once."""
    once: dict[str, Event] = {}
    for event in events:
        known = once.get(event.id)
        if known is None or event.order < known.order:
            once[event.id] = event
    folding = Folding()
    for event in sorted(once.values(), key=lambda each: each.order):
        folding.take(event)
    return folding.inbox


class Folding:
    """The fold while facts come in their order; `inbox` is a view that does not change any more once it was taken."""

    def __init__(self, inbox: Inbox | None = None) -> None:
        self._lines = dict(inbox.lines) if inbox else {}
        self._silences = dict(inbox.silences) if inbox else {}
        self._counted = dict(inbox.counted) if inbox else {}
        self._carried = dict(inbox.carried) if inbox else {}

    @property
    def inbox(self) -> Inbox:
        return Inbox(dict(self._lines), dict(self._silences), dict(self._counted), dict(self._carried))

    def knows(self, source: str, alert: Alert) -> bool:
        """Whether this alert was told before in this state: a repeat, or the same delivery once more."""
        line = self._lines.get(name_of(source, alert.key))
        return line is not None and not _news(line, alert)

    def has(self, id: str) -> bool:
        """Whether the alert of this name was ever told."""
        return id in self._lines

    def take(self, event: Event) -> None:
        """One fact more. Of another kind, or about an alert that is not there, it changes nothing."""
        body = event.body
        match body:
            case fa.AlertsReceived():
                for alert in body.alerts:
                    self._receive(body.source, alert, event)
                if body.more:
                    self._counted[body.source] = self._counted.get(body.source, 0) + body.more
            case fa.AlertWorded():
                self._word(body)
            case fa.AlertDismissed():
                self._dismiss(body, event)
            case fa.AlertHandled():
                self._react(body.of, event, handled=_mark(body.state, body.note, event))
            case fa.AlertAttached():
                self._attach(body, event)
            case fa.AlertsSilenced():
                at, begin = event.at.t, _mark("", "", event)
                self._silences[event.id] = Silence(
                    event.id, body.labels, at, body.until, body.why, begin.by, body.of, begin=begin, source=body.source
                )
            case fa.SilenceEnded():
                silence = self._silences.get(body.of)
                if silence is not None and silence.ended is None:
                    self._silences[body.of] = msgspec.structs.replace(
                        silence, ended=event.at.t, end=_mark("", "", event)
                    )
            case fa.AlertCarried():
                self._carry(body, event)

    def _receive(self, source: str, alert: Alert, event: Event) -> None:
        id = name_of(source, alert.key)
        line = self._lines.get(id)
        if line is None:
            line = Line(id, source, alert, first=alert.since or event.at.t, last=event.at.t)
            began, ended = alert.state != RESOLVED, alert.state == RESOLVED
        elif not _news(line, alert):
            return
        else:
            began = alert.state != RESOLVED and (alert.since > line.alert.since or line.alert.state == RESOLVED)
            ended = alert.state == RESOLVED and line.alert.state != RESOLVED
            if not alert.summary:  # an end often comes without the words of its beginning
                alert = msgspec.structs.replace(alert, summary=line.alert.summary)
        change: dict[str, object] = {"alert": alert, "last": max(line.last, event.at.t)}
        if alert.state == FIRING:
            change |= {"theirs": ""}  # an acknowledgement there was taken back, or ran out
        if began:
            moment = _began(line, alert, event)
            change |= {"fired": line.fired + 1, "times": (*line.times, moment)[-KEPT:]}
            if line.alert.state == RESOLVED and line.fired and moment - _ended(line) <= FLAP:
                change |= {"flaps": line.flaps + 1}
            if line.fired:
                # What was said was said of the firing before: nothing is quiet for ever.
                change |= {"handled": None, "dismissed": None, "carried": ()}
        if ended:
            change |= {"resolved": line.resolved + 1}
        if alert.state in (ACKNOWLEDGED, RESOLVED):
            change |= {"theirs": alert.state}
        self._lines[id] = msgspec.structs.replace(line, **change)

    def _word(self, body: fa.AlertWorded) -> None:
        line = self._lines.get(body.of)
        if line is not None:
            worded = msgspec.structs.replace(line.alert, summary=body.summary)
            self._lines[body.of] = msgspec.structs.replace(line, alert=worded)

    def _dismiss(self, body: fa.AlertDismissed, event: Event) -> None:
        line = self._lines.get(body.of)
        if line is None:
            return
        counts = dict(line.reasons)
        if line.dismissed is not None:
            counts[line.dismissed.what] = counts.get(line.dismissed.what, 1) - 1
        if not body.reason:
            self._lines[body.of] = msgspec.structs.replace(line, dismissed=None, reasons=counts)
            return
        counts[body.reason] = counts.get(body.reason, 0) + 1
        self._react(body.of, event, dismissed=_mark(body.reason, body.note, event), reasons=counts)

    def _attach(self, body: fa.AlertAttached, event: Event) -> None:
        line = self._lines.get(body.of)
        if line is not None:
            self._react(body.of, event, attached=(*line.attached, _mark(body.inc, body.title, event)))

    def _react(self, of: str, event: Event, **change: object) -> None:
        """Somebody did something about this firing; the first time counts for how long it took."""
        line = self._lines.get(of)
        if line is None:
            return
        began = line.times[-1] if line.times else line.first
        reacted = line.dismissed or line.handled or any(mark.at >= began for mark in line.attached)
        if not reacted:
            change["answered"] = (*line.answered, max(0, event.at.t - began))[-KEPT:]
        self._lines[of] = msgspec.structs.replace(line, **change)

    def _carry(self, body: fa.AlertCarried, event: Event) -> None:
        key = (body.cause, body.to)
        begun = key in self._carried
        self._carried[key] = Carried(body, event.id, event.rep)
        line = self._lines.get(body.of)
        # What an earlier firing's act came to stands in no line of this one.
        if line is not None and (not begun or any((c.cause, c.to) == key for c in line.carried)):
            others = tuple(each for each in line.carried if (each.cause, each.to) != key)
            self._lines[body.of] = msgspec.structs.replace(line, carried=(*others, body))


def _news(line: Line, alert: Alert) -> bool:
    """Whether this tells more than the line: a later firing, or another state of the same one."""
    known = line.alert
    if alert.since != known.since:
        return alert.since > known.since
    if alert.told and known.told and alert.told != known.told and alert.state != known.state:
        return alert.told > known.told
    rank = {FIRING: 0, ACKNOWLEDGED: 1, RESOLVED: 2}
    return rank.get(alert.state, 0) > rank.get(known.state, 0)


def _began(line: Line, alert: Alert, event: Event) -> Ms:
    """When this firing began, as its sender has it; one that was opened again there began when that was told."""
    if alert.since and (alert.since > line.alert.since or not line.fired):
        return alert.since
    return alert.told or event.at.t


def _ended(line: Line) -> Ms:
    return line.alert.ended or line.alert.told or line.last


def _mark(what: str, note: str, event: Event) -> Mark:
    return Mark(what, event.by.name, event.at.t, event.id, note, event.rep, event.by.login != fa.LOGIN)
