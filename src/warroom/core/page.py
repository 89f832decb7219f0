"""What stakeholders see of an incident: what is known, what is done, when the next update comes, their questions.

Approved updates; title, severity, phase, impact and its scope as they stand in the room, in its own words. No timeline,
no names of who works on it.
"""

import msgspec

from . import events as ev
from .cadence import next_due
from .incident import Incident
from .questions import questions
from .values import Ms

AUDIENCE = "internal"  # where none is named
NOT_YET, HIDDEN = "not declared", "restricted"
STATUS = {
    NOT_YET: "Nothing is declared yet.",
    HIDDEN: "This incident is confidential and has no page.",
    "investigating": "We are finding out what is wrong.",
    "identified": "We know the cause and are working on it.",
    "mitigating": "We are putting it right.",
    "monitoring": "It is put right; we are watching whether it stays so.",
    "resolved": "It is over.",
    "closed": "It is over.",
    "cancelled": "It turned out to be no incident.",
}
GRAVE = {"SEV1": "critical", "SEV2": "major", "SEV3": "minor", "SEV4": "low", "SEV5": "cosmetic"}
_ALSO = {"public": ("public",), "internal": ("internal", "public"), "executive": ("executive", "internal", "public")}


class Update(msgspec.Struct, frozen=True):
    """One update as it went out; `corrects`: it puts an earlier one right; `corrected`: a later one does so to it."""

    number: int
    at: Ms
    text: str
    audience: str
    corrects: bool = False
    corrected: bool = False


class Asked(msgspec.Struct, frozen=True):
    """A question that is shown, and its answer where there is one."""

    what: str
    at: Ms
    answer: str = ""
    answered: Ms | None = None


class Page(msgspec.Struct, frozen=True):
    """The page at a moment. Times are UTC ms. `next`: when the next update is due; None: none was promised.

    `grave` is the severity in a word, `scope` who is concerned and who is not, `asks` whether questions are taken.
    """

    handle: str
    title: str
    severity: str
    grave: str
    phase: str
    status: str
    impact: str
    scope: str
    impact_is: str  # ongoing, reduced, ended
    began: Ms
    ended: Ms | None
    next: Ms | None
    asks: bool
    drill: bool
    updates: tuple[Update, ...] = ()
    questions: tuple[Asked, ...] = ()

    @property
    def open(self) -> bool:
        return self.phase not in ("resolved", "closed", "cancelled")

    @property
    def bare(self) -> bool:
        """Whether there is nothing to be seen but its status."""
        return self.phase in (NOT_YET, HIDDEN)


def page(state: Incident, handle: str, audience: str = AUDIENCE) -> Page:
    """What this audience sees: the updates that were meant for it or for a wider one, the latest first."""
    if state.declaration is None or state.restricted:
        return _bare(handle, NOT_YET if state.declaration is None else HIDDEN)
    phase = state.phase
    stated = state.impact
    audiences = _ALSO.get(audience, (audience,))
    updates = tuple(_updates(state, audiences))
    return Page(
        handle=handle,
        title=state.title,
        severity=state.severity,
        grave=GRAVE.get(state.severity, ""),
        phase=phase,
        status=STATUS.get(phase, phase),
        impact=stated.what if stated else "",
        scope=stated.scope if stated else "",
        impact_is=stated.state if stated else "",
        began=state.declared_at,
        ended=state.ended,
        next=_next(state, audiences, updates[0].at if updates else 0),
        asks=phase not in ("closed", "cancelled"),
        drill=state.drill,
        updates=updates,
        questions=tuple(_questions(state, audiences)),
    )


def _bare(handle: str, phase: str) -> Page:
    return Page(handle, "", "", "", phase, STATUS[phase], "", "", "", 0, None, None, asks=False, drill=False)


def _next(state: Incident, audiences: tuple[str, ...], last: Ms) -> Ms | None:
    """The earliest promise to any of them that no update has met yet, whichever of them that was for."""
    promised = [due[1] for audience in audiences if (due := next_due(state, audience)) is not None]
    return min((due for due in promised if due > last), default=None)


def _updates(state: Incident, audiences: tuple[str, ...]) -> list[Update]:
    told = [
        (event, body)
        for event in state.updates
        if isinstance(body := event.body, ev.UpdatePosted) and body.audience in audiences and state.stands(event.id)
    ]
    wrong = {body.corrects for _, body in told}
    found = [
        Update(body.number, event.at.t, body.what, body.audience, bool(body.corrects), event.id in wrong)
        for event, body in told
    ]
    return sorted(reversed(found), key=lambda update: -update.at)


def _questions(state: Incident, audiences: tuple[str, ...]) -> list[Asked]:
    return [
        Asked(each.what, each.asked, each.answer, each.answered)
        for each in reversed(questions(state, answered=True))
        if shown(state, each.id) and (not each.page or (each.audience or AUDIENCE) in audiences)
    ]


def shown(state: Incident, question: str) -> bool:
    """Whether readers of any page see this question: as it was decided, else one of theirs that has its answer."""
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
