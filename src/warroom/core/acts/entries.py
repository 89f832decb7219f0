"""Write, correct, take back and redact. Nothing a person wrote is overwritten; only a redaction removes text."""

from typing import ClassVar

from .. import events as ev
from ..commands import Command, Draft, Stamp
from ..events import Event
from ..incident import Incident
from ..values import ENTRY_KINDS, MINUTE, At, Refused

ACK_UNDO = MINUTE  # how long an acknowledgement can be taken back
_PAGES = (ev.Acknowledged, ev.NoAnswer, ev.Escalated, ev.Snoozed)
_UNDOABLE = (ev.Logged, ev.TaskGiven, ev.PollOpened, ev.QuestionAsked, ev.Linked, *_PAGES)


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
    """Name bytes that are kept beside the incident already; taken whatever the state is, as an entry is."""

    sha: str
    size: int
    name: str
    media: str = ""
    blind: ClassVar = True
    after_close: ClassVar = True

    def drafts(self, state: Incident, stamp: Stamp) -> list[Draft]:
        return [self.draft(state, stamp, ev.EvidenceAttached(self.sha, self.size, self.name, self.media))]


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
        if self.to_at and self.to_at.t > stamp.now + MINUTE:
            raise Refused("That time is in the future; the timeline holds what has happened.")
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
    """Take back a fact of mine, by default the last one that can be; a step goes back to what it was."""

    of: str = ""
    why: str = ""
    after_close: ClassVar = True

    def drafts(self, state: Incident, stamp: Stamp) -> list[Draft]:
        target = fact(state, self.of) if self.of else _last_of(state, stamp)
        body = target.body
        if not state.stands(target.id):
            raise Refused("That was taken back already.")
        if isinstance(body, ev.StepChanged):
            return [self.draft(state, stamp, _step_back(state, target, body))]
        if not isinstance(body, _UNDOABLE):
            raise Refused(
                f"“{body.text()}” cannot be taken back; values are replaced: say the right one again, for instance `/sev`."
            )
        if isinstance(body, _PAGES) and stamp.now - target.rec > ACK_UNDO:
            raise Refused(
                "What was done about a page can be taken back within 60 s only; escalate or acknowledge."
            )
        return [self.draft(state, stamp, ev.Retracted(target.id, self.why, _short(state, target)))]


def _last_of(state: Incident, stamp: Stamp) -> Event:
    for i in range(len(state.facts) - 1, max(-1, len(state.facts) - 2000), -1):
        event = state.facts[i]
        if event.by.name != stamp.by.name or not state.stands(event.id):
            continue
        if isinstance(event.body, ev.StepChanged):
            if state.over(event.body.key()) == (event.id,) and event.body.state != "todo":
                return event
        elif isinstance(event.body, _UNDOABLE):
            return event
    raise Refused(f"{stamp.by.name or 'Nobody'} has nothing here to take back.")


def _step_back(state: Incident, event: Event, body: ev.StepChanged) -> ev.StepChanged:
    was = state.facts.get(event.over[-1]) if event.over else None
    old = was.body if was else None
    before = old.state if isinstance(old, ev.StepChanged) else "todo"
    return ev.StepChanged(body.list, body.item, before, body.what, "undone")


def _short(state: Incident, event: Event) -> str:
    if isinstance(event.body, ev.Logged):
        return ""  # a copy of the text would outlive a redaction of the entry
    return event.body.text()[:60]


class Redact(Command, frozen=True, kw_only=True):
    """Remove the text of a fact everywhere. What it set stays in force, without its words."""

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
        related = [target, *_copies(state, target)]
        drafts = [d for each in related for d in self._kept(state, stamp, each)]
        drafts += [self.draft(state, stamp, ev.FactRedacted(each.id, self.why)) for each in related]
        return drafts

    def _kept(self, state: Incident, stamp: Stamp, target: Event) -> list[Draft]:
        """The value that this fact set, said again without its free text, where it is still in force."""
        body = target.body
        bodies: list[ev.Value] = []
        if isinstance(body, ev.Declared):
            bodies = [ev.Renamed("title redacted"), ev.SeverityChanged(state.severity)]
            if not state.visible((ev.Renamed.type,)):
                bodies[0] = ev.Renamed("title redacted")
            else:
                del bodies[0]
            bodies += [ev.ServiceNamed(s) for s in state.services]
        elif isinstance(body, ev.Value) and target.id in state.over(body.key()):
            match body:
                case ev.SeverityChanged(severity=severity):
                    bodies = [ev.SeverityChanged(severity)]
                case ev.PhaseChanged(phase=phase):
                    bodies = [ev.PhaseChanged(phase)]
                case ev.StepChanged(list=list_, item=item, state=how):
                    bodies = [ev.StepChanged(list_, item, how)]
                case ev.ImpactStated(since=since, state=how):
                    bodies = [ev.ImpactStated("impact redacted", since=since, state=how)]
                case ev.Renamed():
                    bodies = [ev.Renamed("title redacted")]
        return [Draft(b, target.at, state.over(b.key())) for b in bodies]


def _copies(state: Incident, target: Event) -> list[Event]:
    """Facts that repeat the text: corrections of the entry, and what took it back."""
    return [
        e
        for e in state.facts
        if isinstance(e.body, ev.Amended | ev.TaskChanged | ev.QuestionAnswered)
        and e.body.of == target.id
        and e.id not in state.redacted
    ]
