"""Incidents: which there are for a token, making one, and how far its log goes."""

import msgspec
from litestar import Response, get, put

from ...core.alerts.week import named
from ...core.values import CROCKFORD, is_drill
from ...sync.wire import Create, Details, Incidents, Listed, Standing, cursor
from .. import body
from ..answers import reply
from ..description import Said
from ..grants import sees
from ..problem import Trouble
from ..seat import AnyRequest, Seat, no_such_incident, seat
from ..stores.base import Meta, StoreTrouble
from ..stores.index import refusal_of

_SMALL = 4096
_create = msgspec.json.Decoder(Create)


@get("/v1/incidents", act="look", said=Said("The incidents that this token may see", Incidents))
async def listing(request: AnyRequest) -> Response[bytes]:
    sat = seat(request)
    metas = [meta for meta in await sat.house.store.incidents() if sees(sat.who, meta)]
    return reply(Incidents(tuple([await _listed(sat, meta) for meta in metas]), sat.house.now()))


async def _listed(sat: Seat, meta: Meta) -> Listed:
    try:
        return await sat.house.hub.catalogue.listed(meta)
    except StoreTrouble as trouble:
        # One that cannot be read hides no other: without a digest it is asked for by itself, and says so then.
        sat.house.journal.say("store", str(trouble))
        return Listed(meta.inc, "", cursor(sat.house.store.epoch, 0), meta.restricted)


@put(
    "/v1/incidents/{inc:str}",
    act="create",
    status_code=200,
    said=Said(
        "Makes the incident; one that is there stays as it is",
        Listed,
        statuses=(200, 201),
        takes=Create,
        needs_body=False,
        refuses=(422,),
    ),
)
async def create(request: AnyRequest) -> Response[bytes]:
    sat = seat(request)
    inc, token, house = sat.inc, sat.who, sat.house
    data = await body.read(request, _SMALL, house.options.body)
    wish = body.decoded(data, _create) if data else Create()
    if why := refusal_of(inc) or _misspelt(inc):
        raise Trouble(422, f"{why[:1].upper()}{why[1:]}.", "drill" if is_drill(inc) else "malformed")
    if wish.restricted and named(inc):
        raise Trouble(422, "A log of alerts is there for everybody who sees this server's incidents.", "malformed")
    if sat.meta is not None:
        return reply(await house.hub.catalogue.listed(sat.meta))
    seen_by = (token.id,) if wish.restricted else ()
    await house.store.put_meta(Meta(inc, house.now(), wish.restricted, seen_by))
    meta = await house.store.meta(inc)
    if meta is None or not sees(token, meta):
        raise no_such_incident()  # somebody else made it restricted in the same moment
    house.hub.learned(meta)
    return reply(await house.hub.catalogue.listed(meta), 201)


def _misspelt(inc: str) -> str:
    return "" if set(inc) <= set(CROCKFORD) else "an identity is written without the letters I, L, O and U"


@get(
    "/v1/incidents/{inc:str}",
    act="read",
    said=Said("What the server knows of it, with who first pushed each replica's facts", Details),
)
async def details(request: AnyRequest) -> Response[bytes]:
    sat = seat(request)
    meta = sat.about
    names = await sat.house.tokens.names()
    owners = {rep: names.get(token, "") for rep, token in meta.owners.items()}
    relayed = {rep: tuple((seq, names.get(token, "")) for seq, token in turns) for rep, turns in meta.turns.items()}
    return reply(Details(meta.inc, meta.restricted, meta.created, owners, relayed))


@get("/v1/incidents/{inc:str}/heads", act="read", said=Said("Of each replica the last fact", Standing))
async def heads(request: AnyRequest) -> Response[bytes]:
    sat = seat(request)
    with sat.house.measures.store.timing("heads"):
        known, last = await sat.house.store.heads(sat.inc)
    return reply(Standing(known, cursor(sat.house.store.epoch, last), sat.house.now()))


ROUTES = [listing, create, details, heads]
