"""What readers of the stakeholder page ask there, and whether the room lets it be seen."""

from typing import ClassVar

from .. import events as ev
from ..commands import Command, Draft, Stamp
from ..events import Event
from ..incident import Incident
from ..values import At, Refused
from .talk import question_of

LONGEST = 500  # characters of a question
LONGEST_NAME = 64
MOST = 40  # questions of readers that wait: more would bury those of the room


class AskedAlready(Refused):
    """This very question is on the log: it was sent twice."""


class AskOnPage(Command, frozen=True, kw_only=True):
    """A reader's question. `id` is that of the fact, the same for every try to send it; `audience` the link's."""

    what: str
    asker: str
    id: str = ""
    audience: str = ""
    after_close: ClassVar = True  # what follows tells a reader so, in words for a reader

    def drafts(self, state: Incident, stamp: Stamp) -> list[Draft]:
        what, asker = self.what.strip(), " ".join(self.asker.split())
        if self.id and state.facts.get(self.id) is not None:
            raise AskedAlready("The war room has this question already.")
        if state.declaration is None or state.restricted:
            raise Refused("Nothing can be asked here.")
        if state.phase in ("closed", "cancelled"):
            raise Refused("This incident is closed, and nobody waits here for questions any more.")
        if not asker:
            raise Refused("Please say who asks: your name or your team.")
        if len(asker) > LONGEST_NAME:
            raise Refused(f"The name has {len(asker)} characters; at most {LONGEST_NAME} are taken.")
        if not what:
            raise Refused("Please write your question.")
        if len(what) > LONGEST:
            raise Refused(f"The question has {len(what)} characters; at most {LONGEST} are taken. Please shorten it.")
        if len(undecided(state)) >= MOST:
            raise Refused(
                "Many questions wait for the war room already, and yours was not taken. Please try again later."
            )
        body = ev.QuestionAsked(what, asker, page=True, audience=self.audience)
        return [Draft(body, self.at or At(stamp.now), id=self.id)]


def undecided(state: Incident) -> list[Event]:
    """The readers' questions that have no answer, and of which nobody has said whether they are shown."""
    return [
        asked
        for asked in state.open_questions
        if isinstance(asked.body, ev.QuestionAsked)
        and asked.body.page
        and state.value((ev.QuestionModerated.type, asked.id)) is None
    ]


class Moderate(Command, frozen=True, kw_only=True):
    """Lets readers of the page see a question, or not, with the reason; one of theirs is settled by that."""

    question: str
    shown: bool
    why: str = ""

    def drafts(self, state: Incident, stamp: Stamp) -> list[Draft]:
        asked = question_of(state, self.question, answered=True)
        why = self.why.strip()
        if not self.shown and not why:
            raise Refused("Why is it not shown? `/refuse 2 it names a customer`.")
        body = ev.QuestionModerated(asked.id, self.shown, why, asked.body.text()[:120])
        old = state.value(body.key())
        if isinstance(old, ev.QuestionModerated) and old.shown == self.shown:
            raise Refused(f"That is decided already: it is {'shown' if self.shown else 'not shown'} on the page.")
        return [self.draft(state, stamp, body)]
