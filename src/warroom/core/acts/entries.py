"""Write, correct, take back and redact. Nothing a person wrote is overwritten; only a redaction removes text."""

from typing import ClassVar, TypeGuard

from .. import events as ev
from ..commands import Command, Draft, Stamp, happened
from ..events import Event
from ..incident import Incident
from ..values import ENTRY_KINDS, MINUTE, At, Refused
from .remains import left_by, repeating

ACK_UNDO = MINUTE  # how long an acknowledgement can be taken back
_NOUNS: dict[type[object], str] = {
    ev.Logged: "an entry",
    ev.TaskGiven: "a task",
    ev.PollOpened: "a proposal",
    ev.QuestionAsked: "a question",
    ev.Linked: "a link",
    ev.EvidenceAttached: "evidence",
    ev.ItemRaised: "an action item",
    ev.Acknowledged: "an acknowledgement",
    ev.NoAnswer: "a “no answer”",
    ev.Escalated: "an escalation",
    ev.Snoozed: "a snooze",
    ev.SpecialistCalled: "a specialist's page",
    ev.CalledOff: "a calling off",
}
"""What can be taken back; everything else is a value, and values are replaced."""


class Log(Command, frozen=True, kw_only=True):
    """Write an entry. Always taken: also before anything else is known and after the incident is closed."""

    text: str
    kind: str = "note"
    who: str = ""
    blind: ClassVar = True
    after_close: ClassVar = True

    def drafts(self, state: Incident, stamp: Stamp) -> list[Draft]:
        if not self.text.strip():
            raise Refused("There is nothing to log: the text is empty.")
        if self.kind not in ENTRY_KINDS:
            raise Refused(f"“{self.kind}” is no kind of entry. Known: {', '.join(ENTRY_KINDS)}.")
        return [Draft(ev.Logged(text_=self.text, kind_=self.kind, who=self.who), self.at or At(stamp.now))]


class AttachEvidence(Command, frozen=True, kw_only=True):
    """Name bytes that are kept beside the incident already, or a link; taken whatever the state is, as an entry is.

    `of` is the id of the entry that it belongs to.
    """

    name: str
    sha: str = ""
    size: int = 0
    media: str = ""
    of: str = ""
    masked: int = 0
    link: str = ""
    blind: ClassVar = True
    after_close: ClassVar = True

    def drafts(self, state: Incident, stamp: Stamp) -> list[Draft]:
        if not (self.sha or self.link):
            raise Refused("Evidence is a file or a link; neither is here.")
        body = ev.EvidenceAttached(
            self.sha, self.size, self.name, self.media, of=self.of, masked=self.masked, link=self.link
        )
        return [self.draft(state, stamp, body)]


def fact(state: Incident, id: str) -> Event:
    """The fact that `id`, or the beginning of an id, names. Raises `Refused`."""
    found = state.find(id)
    if found is None:
        raise Refused(f"No fact here begins with {id or 'nothing'}. `warroom timeline --json` shows the ids.")
    return found


class Amend(Command, frozen=True, kw_only=True):
    """Correct an entry: what is given stands instead, and what was there stays on the log. `to_at` is its new time."""

    of: str
    text: str | None = None
    kind: str | None = None
    who: str | None = None
    to_at: At | None = None
    after_close: ClassVar = True

    def drafts(self, state: Incident, stamp: Stamp) -> list[Draft]:
        entry = fact(state, self.of)
        if not isinstance(entry.body, ev.Logged):
            raise Refused("Only an entry can be corrected; for anything else say the new value again.")
        if not state.stands(entry.id):
            raise Refused("That entry was taken back or redacted; log it again instead.")
        if self.text is not None and not self.text.strip():
            raise Refused("A correction needs a text; `/undo` takes an entry back.")
        if self.kind is not None and self.kind not in ENTRY_KINDS:
            raise Refused(f"“{self.kind}” is no kind of entry. Known: {', '.join(ENTRY_KINDS)}.")
        if self.to_at:
            happened(self.to_at, stamp)
        now = state.correction(entry.id)
        body = ev.Amended(
            of=entry.id,
            text_=self.text if self.text is not None else now.text_ if now else None,
            kind_=self.kind if self.kind is not None else now.kind_ if now else None,
            who=self.who if self.who is not None else now.who if now else None,
            to_at=self.to_at if self.to_at is not None else now.to_at if now else None,
        )
        if now == body and len(state.visible(body.key())) == 1:
            raise Refused("That changes nothing.")
        return [self.draft(state, stamp, body)]


class Undo(Command, frozen=True, kw_only=True):
    """Take back a fact, by default my last one that can be; a step or a correction goes back to what it was."""

    of: str = ""
    why: str = ""
    after_close: ClassVar = True

    def drafts(self, state: Incident, stamp: Stamp) -> list[Draft]:
        target = fact(state, self.of) if self.of else _last_of(state, stamp)
        body = target.body
        if not state.stands(target.id):
            raise Refused("That was taken back or redacted already.")
        if isinstance(body, ev.StepChanged | ev.Amended):
            if state.over(body.key()) != (target.id,):
                raise Refused("That was changed again since; take back the last change first.")
            return [self.draft(state, stamp, _as_before(state, target, body))]
        what = _NOUNS.get(type(body))
        if what is None:
            raise Refused(
                f"“{body.text()}” cannot be taken back; values are replaced: say the right one again, "
                "for instance `/sev`."
            )
        if isinstance(body, ev.PAGES) and stamp.now - target.rec > ACK_UNDO:
            raise Refused("What was done about a page can be taken back within 60 s only; escalate or acknowledge.")
        return [self.draft(state, stamp, ev.Retracted(target.id, self.why, what))]


def _last_of(state: Incident, stamp: Stamp) -> Event:
    for i in range(len(state.facts) - 1, max(-1, len(state.facts) - 2000), -1):
        event = state.facts[i]
        body = event.body
        if event.by.name != stamp.by.name or not state.stands(event.id):
            continue
        if type(body) in _NOUNS or (_changed_something(body) and state.over(body.key()) == (event.id,)):
            return event
    raise Refused(f"{stamp.by.name or 'Nobody'} has nothing here to take back.")


def _changed_something(body: object) -> TypeGuard[ev.StepChanged | ev.Amended]:
    """Whether there is something to go back from: what an undo made is not undone by the next one."""
    if isinstance(body, ev.StepChanged):
        return body.state != "todo"
    return isinstance(body, ev.Amended) and body != ev.Amended(body.of)


def _as_before(state: Incident, event: Event, body: ev.StepChanged | ev.Amended) -> ev.Value:
    was = state.facts.get(event.over[-1]) if event.over else None
    old = was.body if was else None
    if isinstance(body, ev.Amended):
        return old if isinstance(old, ev.Amended) else ev.Amended(body.of)
    return ev.StepChanged(
        body.list, body.item, old.state if isinstance(old, ev.StepChanged) else "todo", body.what, "undone"
    )


class Redact(Command, frozen=True, kw_only=True):
    """Remove the text of a fact, and of what repeats it. What it set stays in force, without its words."""

    of: str
    why: str
    after_close: ClassVar = True

    def drafts(self, state: Incident, stamp: Stamp) -> list[Draft]:
        target = fact(state, self.of)
        body = target.body
        if isinstance(body, ev.Redacted) or target.id in state.redacted:
            raise Refused("That fact is redacted already.")
        if isinstance(body, ev.FactRedacted):
            raise Refused("The record of a redaction cannot be redacted.")
        if not self.why.strip():
            raise Refused("A redaction needs a reason, which stays on the log: why must this text go?")
        gone = repeating(state, target)
        drafts = left_by(state, gone)
        drafts += [self.draft(state, stamp, ev.FactRedacted(each.id, self.why)) for each in gone]
        return drafts
