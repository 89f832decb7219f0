"""Streams: what becomes durable, as server-sent events."""

from collections.abc import AsyncIterator
from typing import Annotated

import msgspec
from litestar import get
from litestar.types import ASGIApp

from ...sync import wire
from .. import frames
from ..answers import asked
from ..description import EVENTS, Said
from ..readers import Reader
from ..seat import AnyRequest, Seat, seat
from ..stream import Opening, Stream


class Asked(msgspec.Struct, frozen=True):
    """`after`: the cursor to go on from; the header Last-Event-ID goes before it."""

    after: Annotated[str, msgspec.Meta(max_length=100)] = ""


@get(
    "/v1/live",
    act="look",
    said=Said("Everything new in all incidents that the token sees; after connecting compare heads", str, EVENTS),
)
async def everything(request: AnyRequest) -> ASGIApp:
    sat = seat(request)

    async def opening(reader: Reader) -> AsyncIterator[bytes]:
        house = sat.house
        house.hub.add(reader)
        yield frames.hello(house.store.epoch, house.now())
        for inc in house.rooms.occupied():
            if house.hub.catalogue.seen_by(sat.who, inc):
                yield frames.here(inc, house.rooms.here(inc, house.now()))

    return Stream(sat.house, sat.who, "", opening)


@get(
    "/v1/incidents/{inc:str}/live",
    act="read",
    said=Said(
        "The facts of one incident from a cursor on, and whatever is new",
        str,
        EVENTS,
        asks=Asked,
        headers={"Last-Event-ID": "The id of the last frame that was received."},
    ),
)
async def one(request: AnyRequest) -> ASGIApp:
    sat = seat(request)
    after = request.headers.get("last-event-id", "") or asked(request, Asked).after
    return Stream(sat.house, sat.who, sat.inc, _from(sat, after))


def _from(sat: Seat, after: str) -> Opening:
    house, inc = sat.house, sat.inc

    async def opening(reader: Reader) -> AsyncIterator[bytes]:
        reader.has = await house.hub.catalogue.mark(inc)
        house.hub.add(reader)
        epoch = house.store.epoch
        n = wire.after(after, epoch)
        if after and n is None:
            # Whoever has a cursor of another epoch has facts too: comparing heads is less than all of them again.
            yield frames.reset(epoch, reader.has)
            return
        n = n or 0
        while n < reader.has:
            rows = await house.store.read_after(inc, n, min(wire.LONGEST_PAGE, reader.has - n))
            if not rows:
                return
            for block in frames.facts(inc, epoch, rows, ids=True):
                yield block
            n = rows[-1].n

    return opening


ROUTES = [everything, one]
