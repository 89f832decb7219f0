"""Share links: the stakeholder page of one incident for whoever has the link, until it expires or is taken back."""

from typing import cast

import msgspec
from litestar import Response, delete, get, post

from ...core.alerts.week import named
from ...core.page import AUDIENCE
from ...core.text import REPLACEMENT
from ...core.values import HOUR
from ...sync.wire import Audience, Share, Shares, ShareWish
from .. import body
from ..answers import nothing, reply
from ..description import Said
from ..problem import Trouble
from ..seat import AnyRequest, seat
from ..tokens import Token

MOST = 50  # that hold, of one incident
_SMALL = 4096
_wish = msgspec.json.Decoder(ShareWish)
_PATH = "/v1/incidents/{inc:str}/shares"


@post(
    _PATH,
    act="share",
    status_code=201,
    said=Said(
        "A new share link; its secret is told this once",
        Share,
        statuses=(201,),
        takes=ShareWish,
        needs_body=False,
        refuses=(409,),
    ),
)
async def make(request: AnyRequest) -> Response[bytes]:
    sat = seat(request)
    house = sat.house
    data = await body.read(request, _SMALL, house.options.body)
    wish = body.decoded(data, _wish) if data else ShareWish()
    if named(sat.inc):
        raise Trouble(409, "These are the alerts of a week and no incident: they have no share links.")
    if sat.about.restricted:
        raise Trouble(409, "A restricted incident is shown to nobody who is not named: it has no share links.")
    if len(await _links(request)) >= MOST:
        raise Trouble(409, f"This incident has {MOST} share links: take one back first.")
    expires = house.now() + int(wish.hours * HOUR)
    plain = "".join(letter if letter.isprintable() else REPLACEMENT for letter in wish.name)
    name = plain.strip() or "share link"
    token, secret = await house.tokens.create(name, "observe", (sat.inc,), expires, True, wish.audience)
    return reply(_shown(token, f"/s/{secret}"), 201)


@get(_PATH, act="share", said=Said("The share links that hold, without their secrets", Shares))
async def listing(request: AnyRequest) -> Response[bytes]:
    return reply(Shares(tuple(_shown(link) for link in await _links(request))))


@delete(_PATH + "/{id:str}", act="share", status_code=200, said=Said("Takes a share link back", statuses=(204,)))
async def take_back(request: AnyRequest) -> Response[bytes]:
    id = request.path_params["id"]
    if all(link.id != id for link in await _links(request)) or not await seat(request).house.tokens.revoke(id):
        raise Trouble(404, "There is no such share link.")
    return nothing()


async def _links(request: AnyRequest) -> list[Token]:
    sat = seat(request)
    now = sat.house.now()
    return [t for t in await sat.house.tokens.all() if t.share and t.incidents == (sat.inc,) and t.holds(now)]


def _shown(link: Token, path: str = "") -> Share:
    audience = cast(Audience, link.audience or AUDIENCE)
    return Share(link.id, link.name, link.created, link.expires or 0, audience, path)


ROUTES = [make, listing, take_back]
