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
    """Who is there, on which host, under which replica. Said again every few seconds."""

    who: Annotated[str, msgspec.Meta(min_length=1, max_length=80)]
    host: Annotated[str, msgspec.Meta(max_length=255)] = ""
    rep: Annotated[str, msgspec.Meta(max_length=40)] = ""


_coming = msgspec.json.Decoder(Coming)


@post(
    "/v1/incidents/{inc:str}/presence",
    act="write",
    status_code=200,
    said=Said("Says that somebody has the room open, for 30 seconds; everybody who has", Presence, takes=Coming),
)
async def here(request: AnyRequest) -> Response[bytes]:
    sat = seat(request)
    house = sat.house
    came = body.decoded(await body.read(request, _SMALL, house.options.body), _coming)
    now = house.now()
    changed = house.rooms.said(sat.inc, sat.who.id, Present(came.who, came.host, came.rep), now)
    present = house.rooms.here(sat.inc, now)
    if changed:
        house.hub.here(sat.inc, present)
    return reply(Presence(present))


ROUTES = [here]
