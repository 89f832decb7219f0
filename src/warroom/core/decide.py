"""decide(state, command, stamp) -> the facts that follow, or `Refused`. Only here is anything refused."""

from . import codec
from .acts.lifecycle import Declare, ImportTimeline
from .commands import Command, Draft, Stamp, happened
from .events import Body
from .incident import Incident
from .values import By, Refused

_ENVELOPE = 1024  # what an event's bytes hold beside the body, the writer and `over`, and then some
_PER_ID = 23


def decide(state: Incident, command: Command, stamp: Stamp) -> list[Draft] | Refused:
    """The drafts of the facts that `command` leads to in `state`, or the sentence that says why not."""
    try:
        _possible(state, command, stamp)
        writer = _written(stamp.by, "Your name")
        drafts = command.drafts(state, stamp)
        for draft in drafts:
            _fits(_written(draft.body, "The text") + writer + len(draft.over) * _PER_ID)
    except Refused as no:
        return no
    return drafts


def _possible(state: Incident, command: Command, stamp: Stamp) -> None:
    if command.at:
        happened(command.at, stamp)
    if command.blind or isinstance(command, Declare | ImportTimeline):
        return
    if state.declaration is None:
        raise Refused("This incident was never declared; there is nothing to change.")
    if state.phase == "closed" and not command.after_close:
        raise Refused("The incident is closed. Reopen it first, or log an entry: entries are always taken.")


def _written(part: Body | By, what: str) -> int:
    """The size of `part` as it will stand in the file. Refuses what no fact can hold; all else is kept as written."""
    try:
        data = codec.canonical(part)
    except UnicodeEncodeError:
        raise Refused(f"{what} holds half of a character pair (a lone surrogate); take it out.") from None
    if codec.has_nul(data):
        raise Refused(f"{what} holds a NUL character; take it out.")
    return len(data)


def _fits(size: int) -> None:
    if size > codec.MAX_EVENT - _ENVELOPE:
        most = (codec.MAX_EVENT - _ENVELOPE) // 1024
        raise Refused(f"That is too long for one fact ({size // 1024} KiB, at most {most}); keep it as evidence.")
