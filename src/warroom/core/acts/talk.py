"""Polls, questions and stakeholder updates as they are recorded."""

from .. import events as ev
from ..cadence import AUDIENCES, every
from ..commands import Command, Draft, Stamp
from ..events import Event
from ..incident import Incident
from ..values import Ms, Refused
from .lifecycle import one_of, users_in
from .repeated import repeated
from .work import until


def open_polls(state: Incident) -> list[Event]:
    """The proposals that nobody has closed, in order."""
    return [p for p in state.polls if state.stands(p.id) and not state.visible((ev.PollClosed.type, p.id))]


class OpenPoll(Command, frozen=True, kw_only=True):
    """Propose something and ask for strong objections."""

    proposal: str

    def drafts(self, state: Incident, stamp: Stamp) -> list[Draft]:
        if not self.proposal.strip():
            raise Refused("What is proposed? `/poll roll back 9f2c`.")
        if waiting := open_polls(state):
            # With two of them open, whoever closes one at the same moment as somebody else would close the other, too.
            first, old = waiting[-1].by.name, waiting[-1].body.text()
            old = waiting[-1].body.proposal if isinstance(waiting[-1].body, ev.PollOpened) else old
            told = f"“{old[:60]}” is still open. What came of it: `/agreed`, `/rejected` or `/withdrawn`?"
            raise repeated(self, state, stamp, first, f"proposed: {self.proposal.strip()}", told)
        return [self.draft(state, stamp, ev.PollOpened(self.proposal.strip()))]


class Object(Command, frozen=True, kw_only=True):
    """A strong objection to the last proposal, by name."""

    what: str
    who: str = ""

    def drafts(self, state: Incident, stamp: Stamp) -> list[Draft]:
        polls = [p for p in state.polls if state.stands(p.id)]
        if not polls:
            raise Refused("Nothing has been proposed. `/poll roll back 9f2c` asks for strong objections.")
        if not self.what.strip():
            raise Refused("What is the objection?")
        body = ev.ObjectionRaised(polls[-1].id, self.who or stamp.by.name, self.what.strip())
        return [self.draft(state, stamp, body)]


class Ask(Command, frozen=True, kw_only=True):
    """A question that somebody waits for or, with `report`, what a stakeholder says of the impact."""

    what: str
    asker: str = ""
    within: Ms | None = None  # until when it is to be answered, from now
    report: bool = False
    users: int | None = None

    def drafts(self, state: Incident, stamp: Stamp) -> list[Draft]:
        what = self.what.strip()
        if not what:
            raise Refused("What do they see?" if self.report else "What is the question?")
        due = until(stamp, self.within)
        if self.users is not None and self.users < 0:
            raise Refused("How many are affected? A number from 0.")
        users = users_in(what) if self.report and self.users is None else self.users
        body = ev.QuestionAsked(what, self.asker or stamp.by.name, due, self.report, users)
        return [self.draft(state, stamp, body)]


def numbered(state: Incident) -> list[tuple[int, Event]]:
    """The open questions, each with its number among all that were ever asked: a number always means the same one."""
    open_ones = {q.id for q in state.open_questions}
    return [(n, q) for n, q in enumerate(state.questions, 1) if q.id in open_ones]


def question_of(state: Incident, text: str, *, answered: bool = False) -> Event:
    """The open question that `text` names by its number or a part of it; `answered`: also one that is not open.

    Raises `Refused`.
    """
    wanted = text.strip().casefold()
    if answered and wanted:
        for n, q in enumerate(state.questions, 1):
            if wanted in (str(n), q.id.casefold()) and state.stands(q.id):
                return q
    waiting = numbered(state)
    if not waiting:
        raise Refused("No question is open.")
    hits = [q for n, q in waiting if wanted in (str(n), q.id.casefold())]
    hits = hits or [q for _, q in waiting if wanted and wanted in q.body.text().casefold()]
    if len(hits) != 1:
        known = "; ".join(f"{n} {q.body.text()[:40]}" for n, q in waiting)
        raise Refused(f"Which question? {known}")
    return hits[0]


class Answer(Command, frozen=True, kw_only=True):
    question: str
    what: str

    def drafts(self, state: Incident, stamp: Stamp) -> list[Draft]:
        asked = question_of(state, self.question, answered=True)
        if not self.what.strip():
            raise Refused("What is the answer?")
        for event in state.answers:
            body = event.body
            if isinstance(body, ev.QuestionAnswered) and body.of == asked.id and state.stands(event.id):
                short = asked.body.text()[:60]
                raise repeated(
                    self,
                    state,
                    stamp,
                    event.by.name,
                    f"also answered “{short}”",
                    f"“{short}” was answered already, by {event.by.name}: “{body.what[:80]}”. Yours is noted.",
                    self.what,
                )
        return [self.draft(state, stamp, ev.QuestionAnswered(asked.id, self.what.strip(), asked.body.text()[:80]))]


class PostUpdate(Command, frozen=True, kw_only=True):
    """Note that an update went out; the next is promised in `next_in` ms, by default as the cadence says."""

    what: str
    audience: str = "public"
    next_in: Ms | None = None

    def drafts(self, state: Incident, stamp: Stamp) -> list[Draft]:
        if not self.what.strip():
            raise Refused("What did the update say?")
        audience = one_of(self.audience, AUDIENCES, "audience")
        sent = [u.body for u in state.updates if isinstance(u.body, ev.UpdatePosted)]
        number = 1 + max((update.number for update in sent if update.audience == audience), default=0)
        wait = self.next_in if self.next_in is not None else every(state, audience)
        due = (self.at.t if self.at else stamp.now) + wait if wait and state.open else None
        return [self.draft(state, stamp, ev.UpdatePosted(audience, self.what.strip(), due, number))]
