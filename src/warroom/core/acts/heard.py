"""What somebody asked for elsewhere, done here once, however often it is heard."""

from typing import ClassVar

from msgspec.structs import replace

from .. import events as ev
from ..commands import Command, Draft, Stamp
from ..incident import Incident
from ..values import Refused
from .entries import Undo


class Known(Refused):
    """It was taken in before."""


class TakeIn(Command, frozen=True, kw_only=True):
    """Does `command`, and notes in the same commit which facts came of this part of that message.

    `ids` are what its facts will be called, as many as there may be: a correction or a retraction of the message has to
    find them. A refusal leaves nothing, but for what the refused act itself would note.
    """

    command: Command
    remote: str
    what: str
    ids: tuple[str, ...]
    channel: str = ""
    after_close: ClassVar = True  # whether the act itself is possible then is its own matter

    def drafts(self, state: Incident, stamp: Stamp) -> list[Draft]:
        from ..decide import decide  # which knows all acts, this one too

        if state.visible((ev.Heard.type, self.remote, self.what)):
            raise Known("That was taken in already.")
        outcome = decide(state, self.command, stamp)
        if not isinstance(outcome, Refused):
            return self._with_note(state, stamp, outcome)
        noted = [each for each in outcome.noted if isinstance(each, Draft)]
        if noted:
            outcome.noted = tuple(self._with_note(state, stamp, noted))
        raise outcome

    def _with_note(self, state: Incident, stamp: Stamp, drafts: list[Draft]) -> list[Draft]:
        named = [replace(draft, id=id) for draft, id in zip(drafts, self.ids, strict=False)]
        facts = tuple(draft.id for draft in named)
        note = ev.Heard(remote=self.remote, what=self.what, facts=facts, channel=self.channel)
        return [*named, *drafts[len(named) :], replace(self, at=None).draft(state, stamp, note)]


class HeardOnce(Command, frozen=True, kw_only=True):
    """Two processes took the same message in, each without knowing of the other: what the first one wrote stands."""

    remote: str
    what: str
    after_close: ClassVar = True

    def drafts(self, state: Incident, stamp: Stamp) -> list[Draft]:
        visible = state.visible((ev.Heard.type, self.remote, self.what))
        heard = [event.body for event in visible if isinstance(event.body, ev.Heard)]
        if len(heard) < 2:
            raise Refused("That was heard once.")
        found: list[Draft] = []
        for note in heard[1:]:
            for fact in note.facts:
                try:
                    found += Undo(of=fact, why="it was heard twice").drafts(state, stamp)
                except Refused:
                    pass  # a value that was set twice is set once, and what was taken back already is gone
        return [*found, self.draft(state, stamp, heard[0])]
