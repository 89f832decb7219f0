"""What the console does about evidence, secrets and the bridge. No file is read on the screen's own thread."""

import os
from typing import TYPE_CHECKING

from msgspec.structs import replace

from ..core import masking
from ..core.acts.entries import Amend, Log
from ..core.commands import Command
from ..core.events import EvidenceAttached, Logged
from ..core.line import Line
from ..core.text import clean
from ..core.values import Refused
from ..room.room import Outcome

if TYPE_CHECKING:
    from .incident_screen import IncidentScreen


def masked(room: "IncidentScreen", asked: Command, line: Line | None = None) -> Command:
    """The command without what looks like a secret, which is said; what was insisted on stays as it is."""
    if line is not None and line.verb == "insist":
        return asked
    safe, found = masking.command(asked)
    if found.count:
        again = isinstance(asked, Log | Amend)
        room.typed = (asked, found.text) if again else None
        room.tell(found.sentence + ("; /insist writes it as it was typed." if again else "."))
    return safe


def masked_lines(room: "IncidentScreen", entries: list[Log]) -> list[Log]:
    """The same for entries that came together: a private key may go over many of them."""
    masks = masking.Lines()
    safe = [replace(entry, text=masks.mask(entry.text)) for entry in entries]
    if masks.count:
        room.tell(masking.sentence(masks.count, masks.kinds) + "; /insist TEXT writes a line as it is.")
    return safe


def insist(room: "IncidentScreen", about: str) -> None:
    """What was masked last stands as it was typed: the entry is corrected, or written. Raises `Refused`."""
    if room.typed is None:
        raise Refused("Nothing was masked here that could be written as it was typed. `/insist TEXT` writes a text.")
    asked, safe = room.typed
    room.typed = None
    if isinstance(asked, Log) and (entry := _written(room, safe)):
        room.do(Amend(of=entry, text=asked.text))
    else:
        room.do(asked)


def _written(room: "IncidentScreen", text: str) -> str:
    """My last entry with this text, if it is among the last facts."""
    state = room.live.state
    me = room.console_app.me
    for i in range(len(state.facts) - 1, max(-1, len(state.facts) - 200), -1):
        event = state.facts[i]
        if (
            isinstance(event.body, Logged)
            and event.by.name == me
            and event.body.text_ == text
            and state.stands(event.id)
        ):
            return event.id
    return ""


def attach(room: "IncidentScreen", about: str) -> None:
    """Keep a file or a link, of the selected entry if one is. What cannot be kept goes back into the prompt."""
    from ..store.evidence import is_link, linked

    state = room.live.state
    event = state.facts.get(room.timeline.selected or "")
    of = event.id if event and isinstance(event.body, Logged) and state.stands(event.id) else ""
    path = os.path.abspath(os.path.expanduser(about))
    kept = room.live.do(linked(about, of=of)) if is_link(about) else room.live.keep_file(path, of)

    def settled(outcome: Outcome) -> None:
        if not room.is_attached:
            return
        if isinstance(outcome, list):
            body = outcome[0].body
            more = (
                f" {body.masked} secrets were masked in it."
                if isinstance(body, EvidenceAttached) and body.masked
                else ""
            )
            room.tell(f"Kept as evidence: {clean(body.text())}.{more}")
            return
        room.tell(str(outcome), True)
        if not room.prompt.text:
            room.prompt.fill(f"/attach {about}")

    room.when(kept, settled)


def copy_bridge(room: "IncidentScreen", about: str) -> None:
    """Link, number and code, a line each, into the clipboard. Raises `Refused` where there is none."""
    call = room.live.state.call
    if not call.said:
        raise Refused("No bridge is set yet. `/bridge LINK dial NUMBER code CODE` sets it.")
    parts = (call.where, call.dial and f"dial {call.dial}", call.passcode and f"code {call.passcode}")
    room.app.copy_to_clipboard("\n".join(clean(part) for part in parts if part))
    room.tell(f"Copied, if your terminal allows it: {clean(call.text())}")
