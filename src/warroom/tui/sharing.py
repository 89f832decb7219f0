"""`/share`: a link to the stakeholder page, made by the server, shown once, on no log and in no history."""

import asyncio
from typing import TYPE_CHECKING

from ..core.cadence import AUDIENCES
from ..core.text import clean
from ..core.values import Refused
from ..room.errand import Errand
from .overlays.ask import Ask

if TYPE_CHECKING:
    from .incident_screen import IncidentScreen


def share(room: "IncidentScreen", about: str) -> None:
    """Asks the server for a link; the answer takes a moment. Raises `Refused` where there can be none."""
    state = room.live.state
    if state.drill:
        raise Refused("A drill stays on this machine; `warroom page export` makes its page as a file.")
    if state.restricted:
        raise Refused("A restricted incident is shown to nobody who is not named: it has no links.")
    if not room.sight().sync.joined:
        raise Refused(
            "The page is on a server, and this folder has joined none: `/server https://warroom.example.org`."
        )
    word, _, rest = about.strip().partition(" ")
    audience, whom = (word, rest.strip()) if word in AUDIENCES else ("internal", about.strip())
    errand = Errand("page", "link", "-i", state.id, "--audience", audience, f"--for={whom}")
    room.tell("Asking the server for a link …")
    room.run_worker(_shared(room, errand), exit_on_error=False)


async def _shared(room: "IncidentScreen", errand: Errand) -> None:
    said = await asyncio.to_thread(errand.run)
    if not room.is_attached:
        return
    if not said.done:
        room.tell(said.sentence, True)
        return
    url = said.data

    def answered(yes: str | None) -> None:
        if yes is not None:
            room.app.copy_to_clipboard(url)
            room.tell("Copied, if your terminal allows it.")

    note = f"{clean(url)}\n\n{said.sentence}"
    room.app.push_screen(Ask("The stakeholder page", note, keys=(("↵", "copies it"), ("esc", "back"))), answered)
