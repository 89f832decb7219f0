"""The escalation as it went: each call, when it was due, when it was sent and how, who answered and when."""

import msgspec

from .. import events as ev
from .. import run as running
from ..events.delivery import ARRIVED, UNKNOWN
from ..incident import Incident
from ..run import Answer, Call, Run
from ..values import Ms

_ANSWERS = ("acked", "declined", "no answer", "expired")


class Called(msgspec.Struct, frozen=True):
    """One call. Times are UTC ms; None: it never came to that. `answer`: acked, declined, no answer, expired or empty.

    `state` is what became of the last message; `by_hand`: no channel sent anything, so whoever rang did so by phone.
    """

    place: str  # L2, L2 backup, a topic
    who: str
    due: Ms
    sent: Ms | None = None
    way: str = ""
    state: str = ""
    why: str = ""
    answer: str = ""
    answered: Ms | None = None
    answered_by: str = ""
    fact: str = ""
    round: int = 0

    @property
    def by_hand(self) -> bool:
        return not self.state

    @property
    def took(self) -> Ms | None:
        """From when it was due until somebody had it (ms); None where nobody had."""
        return self.answered - self.due if self.answer == "acked" and self.answered is not None else None


class Act(msgspec.Struct, frozen=True):
    """What a person or a trigger did about the escalation."""

    at: Ms
    kind: str
    text: str
    by: str
    fact: str


def called(state: Incident) -> tuple[Called, ...]:
    """Every call, in the order in which they were due."""
    found = [row for topic, run in state.runs.items() for row in _of(state, topic, run)]
    return tuple(sorted(found, key=lambda row: (row.due, row.place, row.who)))


def acts(state: Incident) -> tuple[Act, ...]:
    """Levels that were escalated to by hand or by a trigger, snoozes, calls that were called off, skipped levels."""
    kinds = ev.Escalated | ev.SpecialistCalled | ev.Snoozed | ev.CalledOff | ev.LevelSkipped
    found = [e for e in (*state.pages, *state.skips) if isinstance(e.body, kinds) and state.stands(e.id)]
    rows = [Act(e.at.t, e.body.kind, e.body.text(), e.by.name, e.id) for e in found]
    return tuple(sorted(rows, key=lambda row: row.at))


_Place = tuple[int, int, int, str]  # level, backup, round, cause


def _of(state: Incident, topic: str, run: Run) -> list[Called]:
    calls: dict[_Place, Call] = {}
    for call in (*run.called, *(answer.call for answer in run.answers)):
        calls.setdefault(_place(call), call)
    out: list[Called] = []
    sent = _sent(state, topic)
    for place, call in calls.items():
        answers = [a for a in run.answers if _place(a.call) == place and a.what in _ANSWERS]
        messages = sent.pop(place, {})
        names = [target.name for target in running.called_at(run, call)] if _known(run, call) else []
        for who in dict.fromkeys((*names, *messages)):
            out.append(_row(topic, call.level, call.backup, who, call.due, call.round, messages.get(who), answers))
    for (level, backup, round, _), messages in sent.items():
        for who, message in messages.items():
            out.append(_row(topic, level, backup, who, message.due, round, message, []))
    return out


def _place(call: Call) -> _Place:
    return (call.level, call.backup, call.round, call.cause)


def _known(run: Run, call: Call) -> bool:
    return 1 <= call.level <= len(run.policy.levels)


class _Message(msgspec.Struct):
    """What is known of a page to one person, over all the ways that it went."""

    due: Ms
    at: Ms | None = None
    way: str = ""
    state: str = ""
    why: str = ""


def _sent(state: Incident, topic: str) -> dict[_Place, dict[str, _Message]]:
    """The pages that went out, or should have, by whom they called; the first that arrived stands for all of them."""
    arrived = _arrived(state)
    found: dict[_Place, dict[str, _Message]] = {}
    for _, event in state.under(ev.DeliveryChanged.type):
        body = event.body
        if not isinstance(body, ev.DeliveryChanged) or body.what != "page" or body.topic != topic:
            continue
        place = (body.level, body.backup, body.round, body.cause)
        known = found.setdefault(place, {}).setdefault(body.who, _Message(body.due))
        at = arrived.get(body.delivery)
        if not known.state or (at is not None and (known.at is None or at < known.at)):
            known.way, known.state, known.why, known.at = body.channel, body.state, body.why, at
    return found


def _arrived(state: Incident) -> dict[str, Ms]:
    """When each delivery arrived, or may have, by its key."""
    found: dict[str, Ms] = {}
    for event in state.facts:
        if isinstance(event.body, ev.DeliveryChanged) and event.body.state in (*ARRIVED, UNKNOWN):
            found.setdefault(event.body.delivery, event.at.t)
    return found


def _row(
    topic: str, level: int, backup: int, who: str, due: Ms, round: int, message: _Message | None, answers: list[Answer]
) -> Called:
    last = _answer(answers, who)
    return Called(
        place=topic or f"L{level}" + (" backup" if backup else ""),
        who=who,
        due=due,
        sent=message.at if message else None,
        way=message.way if message else "",
        state=message.state if message else "",
        why=message.why if message and message.state == "failed" else "",
        answer=last.what if last else "",
        answered=last.at if last else None,
        answered_by=last.who if last else "",
        fact=last.fact if last else "",
        round=round,
    )


def _answer(answers: list[Answer], who: str) -> Answer | None:
    """What counts of the answers to this call: that somebody had it before anything else; of others, their own."""
    acked = [a for a in answers if a.what == "acked"]
    own = [a for a in answers if a.what in ("declined", "no answer") and a.who.casefold() in ("", who.casefold())]
    return next(iter([*acked, *own[::-1], *answers]), None)
