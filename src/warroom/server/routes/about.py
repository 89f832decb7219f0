"""What server this is, whether it is well, and how it is spoken to."""

from typing import Any

import msgspec
from litestar import Response, get, route

from ... import __version__
from ...sync.wire import Info
from .. import description, measures
from ..answers import raw, reply
from ..description import Said
from ..problem import Trouble
from ..seat import AnyRequest, beside, seat


@get("/v1/info", act="look", said=Said("Limits, the server's clock and epoch, and whose token this is", Info))
async def info(request: AnyRequest) -> Response[bytes]:
    sat = seat(request)
    house, token = sat.house, sat.who
    pages = house.options.pages
    return reply(Info("warroom", __version__, house.now(), house.store.epoch, token.name, token.grant, pages=pages))


@route("/healthz", http_method=["GET", "HEAD"], act="open", said=Said("The process answers", str, description.TEXT))
async def healthz(request: AnyRequest) -> Response[bytes]:
    return raw(b"ok\n", description.TEXT)


@route(
    "/readyz",
    http_method=["GET", "HEAD"],
    act="open",
    said=Said("The store keeps facts now", str, description.TEXT, refuses=(503,)),
)
async def readyz(request: AnyRequest) -> Response[bytes]:
    house = seat(request).house
    if house.hub.stopping:
        raise Trouble(503, "The server is about to stop.")
    if why := await house.store.ready():
        house.journal.say("store", why)
        # Why names folders and machines: it is for those who are on this one.
        raise Trouble(503, why if beside(request, house) else "The store cannot keep facts now.")
    return raw(b"ok\n", description.TEXT)


@get("/metrics", act="measure", said=Said("What the server counts, for Prometheus", str, description.TEXT))
async def metrics(request: AnyRequest) -> Response[bytes]:
    house = seat(request).house
    house.measures.erasing = getattr(house.store, "waiting", 0)  # the embedded store takes a text out at once
    return raw(house.measures.text().encode(), measures.MEDIA)


@get("/v1/openapi.json", act="open", said=Said("This description", dict[str, Any]))
async def openapi(request: AnyRequest) -> Response[bytes]:
    return raw(msgspec.json.encode(description.described(request.app, __version__)))


ROUTES = [info, healthz, readyz, metrics, openapi]
