"""What `/join`, `/server` and `/leave` on the lobby's line do: join a server, or leave it."""

from typing import TYPE_CHECKING

from ...room.errand import Said
from .. import joining
from ..address import address_in, server_act

if TYPE_CHECKING:
    from .screen import Lobby

_NEVER = "The token is asked for here; on a line it could be read by others."


def asked(lobby: "Lobby", typed: str) -> bool:
    """Do it; False where the line says something else."""
    act = server_act(typed)
    if act == "leave":
        _leave(lobby)
    elif act == "join":
        rest = typed.strip().partition(" ")[2]
        told = _NEVER if rest.strip() != address_in(rest) else ""
        view = lobby.view.server.view
        joining.join(lobby.app, address_in(rest), told, view, lambda sentence: _told(lobby, Said(True, sentence)))
    return bool(act)


def _leave(lobby: "Lobby") -> None:
    server = lobby.view.server
    if not server.view.joined:
        lobby.tell("This folder has joined no server; there is none to leave.", trouble=True)
        return
    unsent = sum(step.unsent for step in server.steps.values())

    def over(yes: str | None) -> None:
        if yes is not None:
            lobby.run_worker(joining.leave(lambda said: _told(lobby, said)), exit_on_error=False)

    lobby.app.push_screen(joining.leaving(server.view, unsent), over)


def _told(lobby: "Lobby", said: Said) -> None:
    if lobby.is_attached:
        if said.done:
            lobby.done(said.sentence)
        else:
            lobby.tell(said.sentence, trouble=True)
        lobby.look_again()
