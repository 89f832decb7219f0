"""Evidence: kept under its own hash, where a fact names it."""

import asyncio
from hashlib import sha256

from litestar import Response, put, route
from litestar.types import ASGIApp, Receive, Scope, Send

from ...sync.wire import LARGEST_BLOB
from .. import body
from ..answers import Pieces, cut, nothing
from ..description import BYTES, Said
from ..problem import Trouble
from ..seat import AnyRequest, seat

_AS_A_FILE = [(b"content-disposition", b"attachment")]  # never shown by a browser in the server's name
_PATH = "/v1/incidents/{inc:str}/blobs/{sha:str}"


@put(
    _PATH,
    act="write",
    said=Said("Keeps evidence", statuses=(204,), takes=bytes, takes_media=BYTES, refuses=(409,)),
)
async def keep(request: AnyRequest) -> Response[bytes]:
    sat = seat(request)
    sha, house = request.path_params["sha"], sat.house
    with house.budget.holding(sat.who.id, body.expected(request, LARGEST_BLOB)):
        data = await body.read(request, LARGEST_BLOB, house.options.body)
        if (await asyncio.to_thread(sha256, data)).hexdigest() != sha:
            raise Trouble(409, "These bytes have another hash than the one that they are sent under.")
        with house.measures.store.timing("put blob"):
            kept = await house.store.put_blob(sat.inc, sha, data)
    if not kept:
        raise Trouble(409, "No fact of this incident names this evidence: push the fact first.")
    return nothing()


@route(_PATH, http_method=["GET", "HEAD"], act="read", said=Said("The evidence", bytes, BYTES))
async def fetch(request: AnyRequest) -> ASGIApp:
    sat = seat(request)
    sha, house = request.path_params["sha"], sat.house

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        with house.budget.holding(sat.who.id, LARGEST_BLOB):
            with house.measures.store.timing("blob"):
                data = await house.store.blob(sat.inc, sha)
            if data is None:
                raise Trouble(404, "This evidence is not here.")
            await Pieces(cut(data), BYTES, _AS_A_FILE)(scope, receive, send)

    return answer


ROUTES = [keep, fetch]
