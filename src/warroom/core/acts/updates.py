"""Stakeholder updates: draft, approve, post; the same again; a correction. Nothing goes out that nobody approved."""

from .. import events as ev
from .. import updates
from ..cadence import AUDIENCES, last
from ..commands import Command, Draft, Stamp
from ..incident import Incident
from ..triggers import there
from ..values import MINUTE, At, Ms, Refused
from .lifecycle import one_of
from .repeated import repeated

_SOON = MINUTE


def audience_of(text: str) -> str:
    """The audience that `text` names, public by default. Raises `Refused`."""
    return one_of(text or "public", AUDIENCES, "audience")


class DraftUpdate(Command, frozen=True, kw_only=True):
    """What is to be said next. `next_in`: when the one after it comes (ms); `estimate_in`: the end, if anybody dares.

    An approval of an earlier draft is gone with it.
    """

    what: str
    audience: str = "public"
    next_in: Ms | None = None
    estimate_in: Ms | None = None

    def drafts(self, state: Incident, stamp: Stamp) -> list[Draft]:
        audience = audience_of(self.audience)
        what = self.what.strip()
        if not what:
            raise Refused("The update says nothing yet. `/draft` fills one from what is known.")
        old = updates.draft(state, audience)
        same = old is not None and old.body.what == what and (old.body.next is None or old.body.next > stamp.now)
        if same and self.next_in is None and self.estimate_in is None:
            raise Refused("The draft says that already; `/approve` approves it.")
        body = ev.UpdateDrafted(
            audience,
            what,
            updates.promise(state, audience, stamp.now, self.next_in),
            stamp.now + self.estimate_in if self.estimate_in else None,
            updates.basis(state),
            updates.number(state, audience),
        )
        return [self.draft(state, stamp, body)]


class ApproveUpdate(Command, frozen=True, kw_only=True):
    """The commander's word for the draft as it stands. `who` said so, where that is not the one who asks.

    Where somebody commands, only they approve; alone, one approves oneself, and the log says so.
    """

    audience: str = "public"
    who: str = ""
    of: str = ""  # the draft that was looked at; another one is not approved in its place

    def drafts(self, state: Incident, stamp: Stamp) -> list[Draft]:
        audience = audience_of(self.audience)
        waiting = updates.draft(state, audience)
        if waiting and self.of and waiting.fact != self.of:
            raise Refused(f"{waiting.by} has changed the draft meanwhile. Look at it again, then approve.")
        who = " ".join(self.who.split()) or stamp.by.name
        if waiting is None:
            raise Refused(f"No {audience} update is drafted. `/draft {audience}` fills one from what is known.")
        held = state.role("commander")
        if held and held.who.casefold() != who.casefold():
            raise Refused(f"{held.who} commands and approves. Heard on the bridge: `/approve {audience} {held.who}`.")
        if waiting.ready and waiting.approved:
            raise repeated(
                self, state, stamp, waiting.approved.who, f"approved {audience} #{waiting.body.number} too",
                f"{audience} #{waiting.body.number} is approved already, by {waiting.approved.who}. "
                f"`/post {audience}` sends it.",
            )  # fmt: skip
        _still_ahead(waiting, stamp)
        body = ev.UpdateApproved(
            audience,
            waiting.fact,
            updates.sha(waiting.body.what),
            updates.basis(state),
            who,
            alone=who.casefold() == waiting.by.casefold() and not _others(state, who),
            number=waiting.body.number,
        )
        return [self.draft(state, stamp, body)]


def _others(state: Incident, who: str) -> bool:
    """Whether anybody else is there who could have looked at it."""
    on_call = {name.casefold() for name, here in state.attendance.items() if here}
    return bool((there(state) | on_call) - {who.casefold()})


class PostDraft(Command, frozen=True, kw_only=True):
    """The approved draft goes out, to `ways`; with none it is noted as said, and nothing is sent."""

    audience: str = "public"
    ways: tuple[str, ...] = ()

    def drafts(self, state: Incident, stamp: Stamp) -> list[Draft]:
        audience = audience_of(self.audience)
        waiting = updates.draft(state, audience)
        if waiting is None:
            raise self._posted(state, stamp, audience) or Refused(
                f"No {audience} update is drafted. `/draft {audience}` fills one from what is known."
            )
        if waiting.lapsed:
            raise Refused(f"The approval has lapsed: {waiting.lapsed}. Look at the text, then `/approve {audience}`.")
        if not waiting.ready:
            raise Refused(f"{audience} #{waiting.body.number} is not approved yet. `/approve {audience}`.")
        said = waiting.body
        _still_ahead(waiting, stamp)
        promised = said.next if said.next is not None else updates.promise(state, audience, stamp.now)
        body = ev.UpdatePosted(
            audience,
            said.what,
            promised,
            updates.number(state, audience),
            said.estimate,
            updates.sha(said.what),
            waiting.fact,
            tuple(self.ways),
            said.corrects,
        )
        return [self.draft(state, stamp, body)]

    def _posted(self, state: Incident, stamp: Stamp, audience: str) -> Refused | None:
        """Who was first, where the draft that was meant has just gone out."""
        sent = last(state, audience)
        drafted = state.visible((ev.UpdateDrafted.type, audience))
        if sent is None or not isinstance(sent.body, ev.UpdatePosted) or not drafted or sent.body.of != drafted[-1].id:
            return None
        what = f"{audience} #{sent.body.number}"
        return repeated(
            self, state, stamp, sent.by.name, f"posted {what} too", f"{what} is posted already, by {sent.by.name}."
        )


def _still_ahead(waiting: updates.DraftView, stamp: Stamp) -> None:
    """Raises `Refused` where the next update would be promised for a time that has passed: readers would see it."""
    said = waiting.body
    if said.next is not None and said.next <= stamp.now:
        raise Refused(
            f"The time that {said.audience} #{said.number} promises for the next one has passed. "
            f"`/draft {said.audience}` fills it anew."
        )


class PostSame(Command, frozen=True, kw_only=True):
    """“Still investigating, no news” is an update: it keeps the rhythm. The template's words need no approval."""

    audience: str = "public"
    what: str = ""
    ways: tuple[str, ...] = ()
    next_in: Ms | None = None
    own_words: bool = False  # not those of the template: then the commander has to approve them

    def drafts(self, state: Incident, stamp: Stamp) -> list[Draft]:
        audience = audience_of(self.audience)
        if not self.what.strip():
            raise Refused("What does it say? “Still investigating, no news.”")
        if not state.open:
            raise Refused(f"The incident is {state.phase}; the last update says how it ended: `/draft {audience}`.")
        if self.own_words and (who := _approver(state, stamp)):
            raise Refused(f"Words of one's own are for {who} to approve: `/draft {audience} {self.what.strip()[:60]}`.")
        sent = last(state, audience)
        said = sent.body if sent else None
        if sent and isinstance(said, ev.UpdatePosted) and said.same and abs(stamp.now - sent.rec) < _SOON:
            what = f"{audience} #{said.number}"
            sentence = f"{what} has just said so, by {sent.by.name}."
            raise repeated(self, state, stamp, sent.by.name, f"posted {what} too", sentence)
        next = updates.promise(state, audience, stamp.now, self.next_in)
        n, text = updates.number(state, audience), self.what.strip()
        body = ev.UpdatePosted(audience, text, next, n, sha=updates.sha(text), ways=tuple(self.ways), same=True)
        return [self.draft(state, stamp, body)]


class CorrectUpdate(Command, frozen=True, kw_only=True):
    """A wrong update is put right by a new one that says so, never by an edit.

    It goes out at once where the commander says it, or nobody commands; from anybody else it is a draft to approve.
    """

    what: str
    audience: str = "public"
    ways: tuple[str, ...] = ()

    def drafts(self, state: Incident, stamp: Stamp) -> list[Draft]:
        audience = audience_of(self.audience)
        wrong = last(state, audience)
        if wrong is None or not isinstance(wrong.body, ev.UpdatePosted):
            raise Refused(f"No {audience} update has gone out; there is nothing to correct.")
        text = self.what.strip()
        if not text:
            raise Refused("What is right? `/correct public it is 3 % of checkouts, not 30 %`.")
        soon = wrong.body.next if wrong.body.next and wrong.body.next > stamp.now + _SOON else None
        next, n = soon or updates.promise(state, audience, stamp.now), updates.number(state, audience)
        if _approver(state, stamp):
            draft = ev.UpdateDrafted(audience, text, next, None, updates.basis(state), n, wrong.id)
            return [self.draft(state, stamp, draft)]
        sha, ways = updates.sha(text), tuple(self.ways)
        return [Draft(ev.UpdatePosted(audience, text, next, n, sha=sha, ways=ways, corrects=wrong.id), At(stamp.now))]


def _approver(state: Incident, stamp: Stamp) -> str:
    """Who has to approve what this writer says; empty where they may say it themselves."""
    held = state.role("commander")
    return held.who if held and held.who.casefold() != stamp.by.name.casefold() else ""
