"""Polls, questions and stakeholder updates as they are recorded."""

from .. import events as ev
from ..cadence import AUDIENCES, every
from ..commands import Command, Draft, Stamp
from ..events import Event
from ..incident import Incident
from ..values import Ms, Refused
from .lifecycle import one_of


class OpenPoll(Command, frozen=True, kw_only=True):
    """Propose something and ask for strong objections."""

    proposal: str

    def drafts(self, state: Incident, stamp: Stamp) -> list[Draft]:
        if not self.proposal.strip():
            raise Refused("What is proposed? `/poll roll back 9f2c`.")
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
    what: str
    asker: str = ""

    def drafts(self, state: Incident, stamp: Stamp) -> list[Draft]:
        if not self.what.strip():
            raise Refused("What is the question?")
        return [self.draft(state, stamp, ev.QuestionAsked(self.what.strip(), self.asker or stamp.by.name))]


def question_of(state: Incident, text: str) -> Event:
    """The open question that `text` names by number from 1, or a part of it. Raises `Refused`."""
    waiting = state.open_questions
    if not waiting:
        raise Refused("No question is open.")
    wanted = text.strip().casefold()
    hits = [q for n, q in enumerate(waiting, 1) if wanted in (str(n), q.id.casefold())]
    hits = hits or [q for q in waiting if wanted and wanted in q.body.text().casefold()]
    if len(hits) != 1:
        known = "; ".join(f"{n} {q.body.text()[:40]}" for n, q in enumerate(waiting, 1))
        raise Refused(f"Which question? {known}")
    return hits[0]


class Answer(Command, frozen=True, kw_only=True):
    question: str
    what: str

    def drafts(self, state: Incident, stamp: Stamp) -> list[Draft]:
        asked = question_of(state, self.question)
        if not self.what.strip():
            raise Refused("What is the answer?")
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
