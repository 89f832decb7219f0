"""Which open incident an alert may belong to, and why: each suggestion says its reasons, and without one there is none.

Pure: what it looks at are small summaries, so that a list of alerts can ask for every line.
"""

import re
from collections.abc import Iterable, Sequence

import msgspec

from ..duration import spell
from ..values import HOUR, MINUTE, Ms
from .inbox import Line

MOST = 3
NEAR = 2 * HOUR  # so long after an incident began an alert may still be of its first wave
BEFORE = 30 * MINUTE  # an alert is often there before anybody declares
_WORD = re.compile(r"[^\W_]{4,}(?:[-_.][^\W_]+)*")
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_COMMON = frozenset(
    re.findall(
        r"\w+",
        "alert alerts high after again been being cannot could does down error errors failed failing failure firing "
        "from have high into less level more most much must only over rate returns service services should slow than "
        "that their them then there these they this those threshold very warning critical were what when where which "
        "while will with would your",
    )
)


class Open(msgspec.Struct, frozen=True):
    """An open incident, in short. `began`: when its impact started, else when it was declared (UTC ms).

    `words`: those of its entries, as `words()` finds them; `alerts`: groups (service, rule) attached to it already.
    """

    inc: str
    title: str
    services: tuple[str, ...] = ()
    began: Ms = 0
    declared: Ms = 0
    words: frozenset[str] = frozenset()
    alerts: frozenset[tuple[str, str]] = frozenset()


class Suggestion(msgspec.Struct, frozen=True):
    """An incident that the alert may belong to, how well it fits, and the reasons, the weightiest first."""

    inc: str
    title: str
    score: int
    reasons: tuple[str, ...]

    def text(self) -> str:
        """`same service (checkout), 4m after it began`."""
        return ", ".join(self.reasons)


def words(texts: Iterable[str]) -> frozenset[str]:
    """The words that tell one incident from another: of four letters or more, without those that all of them use."""
    whole = list(texts)
    parts = (_CAMEL.sub(" ", text) for text in whole)  # HighErrorRate
    found = {word for text in (*whole, *parts) for word in _WORD.findall(text.casefold())}
    return frozenset(word for word in found if word not in _COMMON and not word.isdecimal())


def suggest(line: Line, incidents: Sequence[Open]) -> list[Suggestion]:
    """At most three, the best first; equal ones in the order of their beginning, the latest first."""
    said = words((line.alert.rule, line.alert.summary, line.alert.service))
    found = [(_judge(line, each, said), each) for each in incidents]
    kept = [(score, reasons, each) for (score, reasons), each in found if score]
    kept.sort(key=lambda row: (-row[0], -row[2].began, row[2].inc))
    return [Suggestion(each.inc, each.title, score, reasons) for score, reasons, each in kept[:MOST]]


def _judge(line: Line, incident: Open, said: frozenset[str]) -> tuple[int, tuple[str, ...]]:
    """The score and its reasons. That it is near in time speaks for no incident alone: most alerts are near one."""
    reasons: list[tuple[int, str]] = []
    if any(mark.what == incident.inc for mark in line.attached):
        reasons.append((60, "it belonged to it before"))
    elif line.group in incident.alerts:
        reasons.append((50, f"{line.alert.rule} is attached to it already"))
    reasons += _service(line, incident)
    reasons += _place(line, incident)
    shared = sorted(said & words((incident.title,)))
    if shared:
        reasons.append((10 * min(3, len(shared)), f"its title says {_listed(shared)} too"))
    shared = sorted((said & incident.words) - words((incident.title,)))
    if len(shared) > 1 or (shared and reasons):
        reasons.append((5 * min(3, len(shared)), f"its entries say {_listed(shared)} too"))
    if not reasons or sum(score for score, _ in reasons) < 10:
        return 0, ()
    reasons += _time(line, incident)
    reasons.sort(key=lambda each: -each[0])
    return sum(score for score, _ in reasons), tuple(reason for _, reason in reasons)


def _service(line: Line, incident: Open) -> list[tuple[int, str]]:
    service = line.alert.service.casefold()
    if not service:
        return []
    if service in (each.casefold() for each in incident.services):
        return [(40, f"same service ({line.alert.service})")]
    return []


def _place(line: Line, incident: Open) -> list[tuple[int, str]]:
    """A label names a service of the incident: a job, a namespace, a cluster."""
    wanted = {each.casefold(): each for each in incident.services}
    service = line.alert.service.casefold()
    for name in sorted(line.alert.labels):
        value = line.alert.labels[name].casefold()
        if value in wanted and value != service:
            return [(25, f"its label {name} is {wanted[value]}")]
    return []


def _time(line: Line, incident: Open) -> list[tuple[int, str]]:
    if not incident.began:
        return []
    fired = line.times[-1] if line.times else line.first
    after = fired - incident.began
    if 0 <= after <= NEAR:
        return [(20 if after <= 15 * MINUTE else 10, f"{_span(after)} after it began")]
    if 0 < -after <= BEFORE:
        return [(15, f"{_span(-after)} before it began")]
    return []


def _span(ms: Ms) -> str:
    """A span in one unit, since nobody reads seconds behind hours here."""
    return f"{ms // MINUTE} min" if ms >= MINUTE else spell(ms)


def _listed(found: Sequence[str]) -> str:
    return ", ".join(f"“{word}”" for word in found[:3])
