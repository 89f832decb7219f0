"""decide(state, command, stamp) -> the facts that follow, or `Refused`. Only here is anything refused."""

from . import codec
from .acts.lifecycle import Declare, ImportTimeline
from .commands import Command, Draft, Stamp, happened
from .incident import Incident
from .values import By, Refused

# An event's bytes hold other things beside the body, the writer and `over`: this is for all of them, and then some.
_MOST = codec.MAX_EVENT - 1024
_PER_ID = 23


def decide(state: Incident, command: Command, stamp: Stamp) -> list[Draft] | Refused:
    """The drafts of the facts that `command` leads to in `state`, or the sentence that says why not."""
    try:
        _possible(state, command, stamp)
        drafts = command.drafts(state, stamp)
        for draft in drafts:
            _fits(draft, stamp.by)
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


def _fits(draft: Draft, by: By) -> None:
    """Refuses what no fact can hold; all else is kept as written."""
    try:
        data = codec.canonical((by, draft.body))
    except UnicodeEncodeError:
        raise Refused(f"{_broken(by)} holds half of a character pair (a lone surrogate); take it out.") from None
    if codec.has_nul(data):
        raise Refused(f"{_broken(by)} holds a NUL character; take it out.")
    size = len(data) + len(draft.over) * _PER_ID
    if size > _MOST:
        raise Refused(
            f"That is too long for one fact ({size // 1024} KiB, at most {_MOST // 1024}); keep it as evidence."
        )


def _broken(by: By) -> str:
    """Which of the two cannot be written."""
    try:
        return "Your name" if codec.has_nul(codec.canonical(by)) else "The text"
    except UnicodeEncodeError:
        return "Your name"
