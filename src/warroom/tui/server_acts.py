"""What `/server`, `/join URL` and the sheet of the server do in a room."""

from typing import TYPE_CHECKING

from ..core.values import Refused
from ..room.errand import Said
from . import joining
from .address import address_in

if TYPE_CHECKING:
    from .incident_screen import IncidentScreen

_NEVER = "The token is asked for here; on a line it could be read by others."


def server(room: "IncidentScreen", about: str) -> None:
    """Show how it stands, join one, or leave it. Raises `Refused`."""
    view = room.sight().sync
    word, _, rest = about.strip().partition(" ")
    if word == "leave":
        if not view.joined:
            raise Refused("This folder has joined no server; there is none to leave.")
        unsent = room.sight().unsent
        room.app.push_screen(joining.leaving(view, unsent), lambda yes: _leave(room) if yes is not None else None)
        return
    if word not in ("", "join") and not address_in(word):
        raise Refused(f"“{about}” is no address of a server: /server https://warroom.example.org, or /server leave.")
    if not word and view.joined:
        from .overlays.server import ServerSheet

        room.lay(ServerSheet)
        return
    address, _, more = (rest if word == "join" else about).strip().partition(" ")
    joining.join(room.app, address, _NEVER if more else "", view, lambda sentence: _told(room, Said(True, sentence)))


def _leave(room: "IncidentScreen") -> None:
    room.run_worker(joining.leave(lambda said: _told(room, said)), exit_on_error=False)


def _told(room: "IncidentScreen", said: Said) -> None:
    if room.is_attached:
        room.lookout.again()
        room.tell(said.sentence, not said.done)
