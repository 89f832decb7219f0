"""Who has a room open."""

from typing import Annotated

import msgspec
from litestar import Response, post

from ...sync.wire import Presence, Present
from .. import body
from ..answers import reply
from ..description import Said
from ..seat import AnyRequest, seat

_SMALL = 4096


class Coming(msgspec.Struct, frozen=True):
    """Who is there, on which host, under which replica. Said again every few seconds; `gone` when they leave."""

    who: Annotated[str, msgspec.Meta(min_length=1, max_length=80)]
    host: Annotated[str, msgspec.Meta(max_length=255)] = ""
    rep: Annotated[str, msgspec.Meta(max_length=40)] = ""
    gone: bool = False


_coming = msgspec.json.Decoder(Coming)


@post(
    "/v1/incidents/{inc:str}/presence",
    act="write",
    status_code=200,
    said=Said(
        "Says that somebody has the room open, for 30 seconds, or has left; everybody who has it open",
        Presence,
        takes=Coming,
    ),
)
async def here(request: AnyRequest) -> Response[bytes]:
    sat = seat(request)
    house = sat.house
    came = body.decoded(await body.read(request, _SMALL, house.options.body), _coming)
    now = house.now()
    present = Present(came.who, came.host, came.rep)
    act = house.rooms.left if came.gone else house.rooms.said
    changed = act(sat.inc, sat.who.id, present, now)
    house.nodes.tell(sat.inc, sat.who.id, present, came.gone)
    everybody = house.rooms.here(sat.inc, now)
    if changed:
        house.hub.here(sat.inc, everybody)
    return reply(Presence(everybody))


ROUTES = [here]
