"""decide(state, command, stamp) -> the facts that follow, or `Refused`. Only here is anything refused."""

from typing import Any

import msgspec

from . import codec
from .acts.lifecycle import Declare, ImportTimeline
from .commands import Command, Draft, Stamp
from .incident import Incident
from .values import MINUTE, Refused

_ROOM_FOR_ENVELOPE = 1024
_AHEAD = MINUTE  # what two clocks may differ by before a time counts as being in the future


def decide(state: Incident, command: Command, stamp: Stamp) -> list[Draft] | Refused:
    """The drafts of the facts that `command` leads to in `state`, or the sentence that says why not."""
    try:
        _possible(state, command, stamp)
        drafts = command.drafts(state, stamp)
        for draft in drafts:
            _writable(draft)
    except Refused as no:
        return no
    return drafts


def _possible(state: Incident, command: Command, stamp: Stamp) -> None:
    if command.at and (command.at.to or command.at.t) > stamp.now + _AHEAD:
        raise Refused("That time is in the future; the timeline holds what has happened.")
    if command.at and command.at.to is not None and command.at.to < command.at.t:
        raise Refused("That span ends before it begins.")
    if command.blind or isinstance(command, Declare | ImportTimeline):
        return
    if state.declaration is None:
        raise Refused("This incident was never declared; there is nothing to change.")
    if state.phase == "closed" and not command.after_close:
        raise Refused("The incident is closed. Reopen it first, or log an entry: entries are always taken.")


def _writable(draft: Draft) -> None:
    """Input is refused for NUL and lone surrogates, and for its size; everything else is kept as it was written."""
    try:
        data = codec.canonical(draft.body)
    except UnicodeEncodeError:
        raise Refused("The text holds half of a character pair (a lone surrogate); take it out.") from None
    if b"\\u0000" in data and any("\0" in text for text in _strings(msgspec.to_builtins(draft.body))):
        raise Refused("The text holds a NUL character; take it out.")
    if len(data) > codec.MAX_EVENT - _ROOM_FOR_ENVELOPE:
        raise Refused(
            f"The text is too long for one fact ({len(data) // 1024} KiB, at most 63); attach it as evidence instead."
        )


def _strings(tree: Any) -> list[str]:
    match tree:
        case str():
            return [tree]
        case list():
            return [s for each in tree for s in _strings(each)]
        case dict():
            return [s for pair in tree.items() for each in pair for s in _strings(each)]
    return []
