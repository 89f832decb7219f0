"""What stakeholders see of an incident: what is known, what is done, when the next update comes, their questions.

Only what was said to them: approved updates, severity, status and impact. No timeline, no names of who works on it.
"""

import msgspec

from . import events as ev
from .cadence import next_due
from .incident import Incident
from .questions import questions
from .values import Ms

STATUS = {
    "investigating": "We are finding out what is wrong.",
    "identified": "We know the cause and are working on it.",
    "mitigating": "We are putting it right.",
    "monitoring": "It is put right; we are watching whether it stays so.",
    "resolved": "It is over.",
    "closed": "It is over.",
    "cancelled": "It turned out to be no incident.",
}
_ALSO = {"public": ("public",), "internal": ("internal", "public"), "executive": ("executive", "internal", "public")}


class Update(msgspec.Struct, frozen=True):
    """One update as it went out; `corrects`: it puts an earlier one right."""

    number: int
    at: Ms
    text: str
    audience: str
    corrects: bool = False


class Asked(msgspec.Struct, frozen=True):
    """A question that is shown, and its answer where there is one."""

    what: str
    at: Ms
    answer: str = ""
    answered: Ms | None = None


class Page(msgspec.Struct, frozen=True):
    """The page at a moment. Times are UTC ms. `next`: when the next update is due; None: none was promised."""

    handle: str
    title: str
    severity: str
    phase: str
    status: str
    impact: str
    began: Ms
    ended: Ms | None
    next: Ms | None
    updates: tuple[Update, ...] = ()
    questions: tuple[Asked, ...] = ()

    @property
    def open(self) -> bool:
        return self.phase not in ("resolved", "closed", "cancelled")


def page(state: Incident, handle: str, audience: str = "internal") -> Page:
    """What this audience sees: the updates that were meant for it or for a wider one, the latest first."""
    stated = state.impact
    due = next_due(state, audience)
    return Page(
        handle=handle,
        title=state.title,
        severity=state.severity,
        phase=state.phase,
        status=STATUS.get(state.phase, state.phase),
        impact=stated.what if stated else "",
        began=state.declared_at,
        ended=state.ended,
        next=due[1] if due else None,
        updates=tuple(_updates(state, _ALSO.get(audience, (audience,)))),
        questions=tuple(_questions(state)),
    )


def _updates(state: Incident, audiences: tuple[str, ...]) -> list[Update]:
    found = [
        Update(body.number, event.at.t, body.what, body.audience, bool(body.corrects))
        for event in state.updates
        if isinstance(body := event.body, ev.UpdatePosted) and body.audience in audiences and state.stands(event.id)
    ]
    return sorted(found, key=lambda update: -update.at)


def _questions(state: Incident) -> list[Asked]:
    return [
        Asked(each.what, each.asked, each.answer, each.answered)
        for each in reversed(questions(state, answered=True))
        if shown(state, each.id)
    ]


def shown(state: Incident, question: str) -> bool:
    """Whether readers of the page see this question: as it was decided, else one of theirs that has its answer."""
    word = state.value((ev.QuestionModerated.type, question))
    if isinstance(word, ev.QuestionModerated):
        return word.shown
    event = state.facts.get(question)
    body = event.body if event else None
    return isinstance(body, ev.QuestionAsked) and body.page and _answered(state, question)


def _answered(state: Incident, question: str) -> bool:
    return any(
        isinstance(event.body, ev.QuestionAnswered) and event.body.of == question and state.stands(event.id)
        for event in state.answers
    )
