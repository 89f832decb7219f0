"""`/pager server`: this folder's pager lets go of the incident, and the one on the server goes on.

What does it is `warroom watch --hand-over` in a process of its own, and what came of it is said in its words. Where the
server does not begin, this folder's pager goes on.
"""

import asyncio
from typing import TYPE_CHECKING

from ..core.text import clean
from ..core.values import Refused
from ..room.errand import Errand

if TYPE_CHECKING:
    from .incident_screen import IncidentScreen


def hand_over(room: "IncidentScreen") -> None:
    """Asks for it; the answer takes some seconds. Raises `Refused` where nothing can come of it."""
    state, moment = room.live.state, room.moment
    if state.drill:
        raise Refused("This is a drill: nobody is paged, and there is no pager to hand over.")
    if moment is None or not moment.sight.sync.joined:
        raise Refused("This folder has joined no server that could page: `/server` joins one.")
    if not moment.sight.sync.pages:
        raise Refused("This server has no pager: whoever keeps it starts one with `warroom serve --pager`.")
    if state.restricted:
        raise Refused("A restricted incident is not shown to the server's pager: this folder pages for it.")
    view = moment.sight.pager
    if view.state in ("elsewhere", "lost"):
        has = "has it already" if view.is_server else "pages, from another folder: it is handed over there"
        raise Refused(f"{view.name} {has}.")
    room.tell("The pager is being handed over to the server …")
    room.run_worker(_handing_over(room, state.id), exit_on_error=False)


async def _handing_over(room: "IncidentScreen", inc: str) -> None:
    said = await asyncio.to_thread(Errand("watch", "--hand-over", "-i", inc).run)
    if room.is_attached:
        room.lookout.again()
        room.tell(clean(said.sentence), not said.done)
