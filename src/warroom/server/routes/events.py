"""Facts: pushed as bytes that are kept unchanged, and pulled in the order in which they came."""

import asyncio
from typing import Annotated

import msgspec
from litestar import Response, get, post
from litestar.types import ASGIApp

from ...sync import wire
from .. import body
from ..answers import Pieces, asked, reply
from ..description import Said
from ..problem import Trouble
from ..seat import AnyRequest, Seat, seat
from ..stores.base import Row

LARGEST_PAGE = 1024 * 1024  # bytes, unless one fact is larger
_push = msgspec.json.Decoder(wire.Push)


class Push(msgspec.Struct, frozen=True):
    """Facts, those of one replica in the order of their numbers."""

    events: Annotated[tuple[wire.Fact, ...], msgspec.Meta(max_length=wire.MOST_EVENTS)]


class Asked(msgspec.Struct, frozen=True):
    """`after`: a cursor; one of another epoch, or none, is the beginning. `wait`: seconds, for something new."""

    after: Annotated[str, msgspec.Meta(max_length=100)] = ""
    limit: Annotated[int, msgspec.Meta(ge=1, le=wire.LONGEST_PAGE)] = wire.LONGEST_PAGE
    wait: Annotated[int, msgspec.Meta(ge=0, le=wire.LONGEST_WAIT)] = 0


@post(
    "/v1/incidents/{inc:str}/events",
    act="write",
    status_code=200,
    said=Said("Facts for the server, with a result for each", wire.Pushed, takes=Push),
)
async def push(request: AnyRequest) -> Response[bytes]:
    sat = seat(request)
    house = sat.house
    with house.budget.holding(sat.who.id, body.expected(request, wire.LARGEST_PUSH)):
        facts = await _facts(request, house.options.body)
        with house.measures.store.timing("append"):
            pushed = await house.store.append_expected(sat.inc, facts, sat.who.id)
    for result in pushed.results:
        house.measures.facts[result.status] += 1
    return reply(wire.Pushed(pushed.results, wire.cursor(house.store.epoch, pushed.last)))


async def _facts(request: AnyRequest, patience: float) -> list[tuple[bytes, str]]:
    data = await body.read(request, wire.LARGEST_PUSH, patience)
    events = body.decoded(data, _push).events
    if len(events) > wire.MOST_EVENTS:
        raise Trouble(413, f"At most {wire.MOST_EVENTS} facts are taken at once; these are {len(events)}.")
    return [(bytes(fact.e), fact.h) for fact in events]


@get(
    "/v1/incidents/{inc:str}/events",
    act="read",
    said=Said("Facts in the order in which the server received them", wire.Page, asks=Asked),
)
async def pull(request: AnyRequest) -> ASGIApp:
    sat = seat(request)
    want = asked(request, Asked)
    epoch = sat.house.store.epoch
    n = wire.after(want.after, epoch) or 0
    rows = await _rows(sat, n, want.limit)
    if not rows and want.wait:
        rows = await _waited(sat, n, want)
    if sat.house.store.epoch != epoch:  # meanwhile: what was read by a number of before is not what was asked for
        epoch, n = sat.house.store.epoch, 0
        rows = await _rows(sat, n, want.limit)
    kept = _fitting(rows[: want.limit])
    at = wire.cursor(epoch, kept[-1].n if kept else n)
    more = "true" if len(kept) < len(rows) else "false"
    facts = [part for row in kept for part in (b",", row.data)][1:]
    end = f'],"cursor":"{at}","more":{more},"time":{sat.house.now()}}}'
    return Pieces([b'{"events":[', *facts, end.encode()])


async def _rows(sat: Seat, n: int, limit: int) -> list[Row]:
    """One more than is asked for, which tells whether there is more."""
    with sat.house.measures.store.timing("read"):
        return await sat.house.store.read_after(sat.inc, n, limit + 1)


async def _waited(sat: Seat, n: int, want: Asked) -> list[Row]:
    """What came within the time; empty where nothing did."""
    hub = sat.house.hub
    if not hub.enter(sat.who):
        raise Trouble(429, "This token waits in too many places.", headers={"Retry-After": "10"})
    new = hub.pull(sat.inc)
    try:
        # Something may have come between the first look and now.
        rows = await _rows(sat, n, want.limit)
        if not rows:
            await asyncio.wait((new,), timeout=want.wait)
            rows = await _rows(sat, n, want.limit)
    finally:
        hub.forget(sat.inc, new)
        hub.leave(sat.who)
    if await sat.house.tokens.holding(sat.who.id) is None:
        raise Trouble(401, "This token has expired or was revoked.", headers={"WWW-Authenticate": "Bearer"})
    return rows


def _fitting(rows: list[Row]) -> list[Row]:
    """As many of the first rows as one page holds."""
    size = 0
    for at, row in enumerate(rows):
        size += len(row.data)
        if size > LARGEST_PAGE and at:
            return rows[:at]
    return rows


ROUTES = [push, pull]
