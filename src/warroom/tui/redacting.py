"""What cannot be undone is asked once, with its reason in the same dialog."""

from typing import TYPE_CHECKING

from msgspec.structs import replace

from ..core.acts.entries import Redact
from ..core.text import clean, clip

if TYPE_CHECKING:
    from .incident_screen import IncidentScreen


def redact(room: "IncidentScreen", asked: Redact) -> None:
    """Ask whether this text may go for good, and do it; the prompt gets its line back where it may not."""
    from .overlays.ask import Ask

    fact = room.live.state.find(asked.of)
    text = fact.body.text() if fact else asked.of
    note = f"“{clip(clean(text), 200)}” is removed from the file, from all beside it and from every later export."
    question = Ask("Remove this text for good?", note, reason="why", text=asked.why, needed=True, tone="red")

    def answered(why: str | None) -> None:
        if why is None:
            room.prompt.refused("Nothing was redacted.")
        else:
            room.do(replace(asked, why=why))

    room.app.push_screen(question, answered)
