"""An alert and an incident: what the incident's log says of the alert, what one is called that is opened from it,
and an open incident in short, for whatever suggests it.
"""

from collections.abc import Iterable, Iterator

from ..acts.entries import Log
from ..events import Event, Logged
from ..incident import Incident
from ..values import At, Ms
from .inbox import Inbox, Line
from .match import Open, words
from .standing import began

LATELY = 300  # facts whose words may tell what an incident is about
_TITLE = 120


def entry(line: Line, now: Ms, others: int = 0) -> Log:
    """What the incident's timeline says: its sender observed it, at the time when it began to fire.

    `others`: so many more of the same rule and service belong to it.
    """
    alert = line.alert
    about = f" on {alert.service}" if alert.service else ""
    severity = f" ({alert.severity})" if alert.severity else ""
    more = f": {alert.summary}" if alert.summary and alert.summary != alert.rule else ""
    link = f" {alert.url}" if alert.url else ""
    like = f" (and {others} more like it)" if others else ""
    text = f"alert {alert.rule}{about}{severity}{more}{like}{link}"
    return Log(text=text, kind="observed", who=line.source, at=At(min(began(line), now)))


def stands(state: Incident, wanted: Log) -> bool:
    """Whether the timeline says so already: an attaching that was broken off may be done again."""
    return any(
        isinstance(fact.body, Logged)
        and fact.body.text_ == wanted.text
        and fact.body.who == wanted.who
        and fact.at == wanted.at
        and state.stands(fact.id)
        for fact in _lately(state)
    )


def title(line: Line) -> str:
    """What an incident is called that is opened from it: its rule, and what its sender says of it."""
    rule, summary = " ".join(line.alert.rule.split()), " ".join(line.alert.summary.split())
    said = f"{rule}: {summary}" if summary and summary.casefold() != rule.casefold() else rule
    return said if len(said) <= _TITLE else said[: _TITLE - 1].rstrip() + "…"


def attached(inbox: Inbox) -> dict[str, frozenset[tuple[str, str]]]:
    """By incident, the groups of the alerts that belong to it."""
    found: dict[str, set[tuple[str, str]]] = {}
    for line in inbox.lines.values():
        for mark in line.attached:
            found.setdefault(mark.what, set()).add(line.group)
    return {inc: frozenset(each) for inc, each in found.items()}


def in_short(state: Incident, alerts: frozenset[tuple[str, str]] = frozenset()) -> Open:
    """The incident as far as a suggestion looks at it; `alerts`: the groups that belong to it."""
    return Open(
        inc=state.id,
        title=state.title,
        services=state.services,
        began=_began(state),
        declared=state.declared_at,
        words=words(_said(state)),
        alerts=alerts,
    )


def _began(state: Incident) -> Ms:
    impact = state.impact
    return impact.since if impact is not None and impact.since is not None else state.declared_at


def _lately(state: Incident) -> Iterator[Event]:
    facts = state.facts
    return (facts[n] for n in range(max(0, len(facts) - LATELY), len(facts)))


def _said(state: Incident) -> Iterable[str]:
    if state.impact is not None:
        yield state.impact.what
    for fact in _lately(state):
        if isinstance(fact.body, Logged) and state.stands(fact.id):
            yield fact.body.text_
