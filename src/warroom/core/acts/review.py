"""The review: a section is written, its state moves, somebody owns it. It begins once the incident is over."""

from typing import ClassVar

from .. import events as ev
from ..commands import Command, Draft, Stamp
from ..events import REVIEW_STATES
from ..incident import Incident
from ..values import At, Refused
from .lifecycle import one_of


def over(state: Incident) -> None:
    """Raises `Refused` where the incident is not over: it has no review yet."""
    if state.open:
        again = any(getattr(e.body, "phase", "") in ("resolved", "closed") for e in state.phase_changes)
        word = "open again" if again else "not over"
        kept = " What was written is kept." if again else ""
        raise Refused(f"The incident is {word} ({state.phase}); its review begins once it is resolved.{kept}")


def state_of(state: Incident) -> str:
    """The review's state; a draft exists as soon as the incident is over."""
    body = state.value((ev.ReviewMoved.type,))
    return body.state if isinstance(body, ev.ReviewMoved) and body.state in REVIEW_STATES else REVIEW_STATES[0]


class _OfReview(Command, frozen=True, kw_only=True):
    after_close: ClassVar = True


class WriteSection(_OfReview, frozen=True, kw_only=True):
    """Write a section. `base`: the facts of it that its writer saw, which this replaces; None: nobody knows what they
    saw, so that what is there now stays beside it. `after`: behind which section a new one stands; None: as it is."""

    section: str
    text: str
    title: str = ""
    after: str | None = None
    sha: str = ""
    base: tuple[str, ...] | None = None

    def drafts(self, state: Incident, stamp: Stamp) -> list[Draft]:
        over(state)
        if state_of(state) == "closed":
            raise Refused("The review is closed; move it back to “reviewed” to write in it.")
        name = self.title or self.section or "what stands before the first heading"
        if any(id in state.redacted for id in self.base or ()):
            raise Refused(f"{name}: what you saw of it was redacted meanwhile. Take it up anew, without those words.")
        key = (ev.SectionWritten.type, self.section)
        shown = state.value(key)
        before = shown.after if isinstance(shown, ev.SectionWritten) else ""
        after = before if self.after is None else self.after
        body = ev.SectionWritten(self.section, self.title, self.text, after, self.sha)
        return [Draft(body, self.at or At(stamp.now), self._seen(state, key))]

    def _seen(self, state: Incident, key: tuple[str, ...]) -> tuple[str, ...]:
        facts = ((id, state.facts.get(id)) for id in self.base or ())
        return tuple(id for id, fact in facts if fact and isinstance(fact.body, ev.Value) and fact.body.key() == key)


class MoveReview(_OfReview, frozen=True, kw_only=True):
    """To the next state of draft, in review, reviewed, closed, or one back."""

    state: str
    why: str = ""

    def drafts(self, state: Incident, stamp: Stamp) -> list[Draft]:
        over(state)
        to = one_of(self.state.replace("-", " ").replace("_", " "), REVIEW_STATES, "state of a review")
        was = state_of(state)
        if to == was and len(state.visible((ev.ReviewMoved.type,))) < 2:
            raise Refused(f"The review is “{to}” already.")
        at, now = REVIEW_STATES.index(to), REVIEW_STATES.index(was)
        if abs(at - now) > 1:
            step = REVIEW_STATES[now + (1 if at > now else -1)]
            raise Refused(f"The review is “{was}”; it goes one step at a time, so “{step}” comes before “{to}”.")
        return [self.draft(state, stamp, ev.ReviewMoved(to, was=was, why=self.why))]


class OwnReview(_OfReview, frozen=True, kw_only=True):
    """Who owns the review; nobody with an empty name."""

    who: str = ""

    def drafts(self, state: Incident, stamp: Stamp) -> list[Draft]:
        over(state)
        who = " ".join(self.who.split())
        shown = state.value((ev.ReviewOwned.type,))
        owner = shown.who if isinstance(shown, ev.ReviewOwned) else ""
        if who == owner and len(state.visible((ev.ReviewOwned.type,))) < 2:
            raise Refused(f"{who} owns the review already." if who else "Nobody owns the review.")
        return [self.draft(state, stamp, ev.ReviewOwned(who))]


def owner(state: Incident) -> str:
    """Who owns the review; empty: nobody."""
    body = state.value((ev.ReviewOwned.type,))
    return body.who if isinstance(body, ev.ReviewOwned) else ""
