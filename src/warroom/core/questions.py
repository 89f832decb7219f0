"""The desk of questions: what stakeholders asked and reported, who finds the answer, and what it was."""

import msgspec

from . import events as ev
from .incident import Incident
from .values import Ms


class Question(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """`number` counts all that were ever asked, from 1, so that it always means the same one. Times are UTC ms."""

    number: int
    id: str
    what: str
    asker: str
    asked: Ms
    report: bool = False  # it says what somebody sees, rather than asks
    users: int | None = None
    owner: str = ""
    due: Ms | None = None
    answer: str = ""
    answered: Ms | None = None
    by: str = ""  # who answered
    page: bool = False  # a reader of the stakeholder page asked it
    audience: str = ""  # whose page that was
    shown: bool | None = None  # whether they may see it; None: nobody has said
    why: str = ""  # why not


def questions(state: Incident, answered: bool = False) -> tuple[Question, ...]:
    """The questions that stand and wait, oldest first; with `answered` also those that have their answer."""
    replies = {}
    for event in reversed(state.answers):
        if isinstance(event.body, ev.QuestionAnswered) and state.stands(event.id):
            replies[event.body.of] = event
    waiting = {q.id for q in state.open_questions}
    found = []
    for number, event in enumerate(state.questions, 1):
        body = event.body
        if not isinstance(body, ev.QuestionAsked) or not state.stands(event.id):
            continue
        if event.id not in waiting and not answered:
            continue
        taken = state.value((ev.QuestionTaken.type, event.id))
        owner, due = (taken.owner, taken.due or body.due) if isinstance(taken, ev.QuestionTaken) else ("", body.due)
        word = state.value((ev.QuestionModerated.type, event.id))
        decided = word if isinstance(word, ev.QuestionModerated) else None
        reply = replies.get(event.id)
        said = reply.body.what if reply and isinstance(reply.body, ev.QuestionAnswered) else ""
        found.append(
            Question(
                number=number,
                id=event.id,
                what=body.what,
                asker=body.asker or event.by.name,
                asked=event.at.t,
                report=body.report,
                users=body.users,
                owner=owner,
                due=due,
                answer=said,
                answered=reply.at.t if reply else None,
                by=reply.by.name if reply else "",
                page=body.page,
                audience=body.audience,
                shown=decided.shown if decided else None,
                why=decided.why if decided else "",
            )
        )
    return tuple(found)
