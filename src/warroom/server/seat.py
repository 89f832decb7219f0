"""Who asks, and whether they may: decided once for every route, before anything of the request is read."""

import asyncio
import math
from typing import Any, Literal, cast

import msgspec
from litestar import Request
from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler
from litestar.routes import HTTPRoute

from .grants import Act, may
from .house import House
from .pace import loopback, network
from .problem import SENTENCES, Trouble
from .stores.base import Meta
from .tokens import Token

AnyRequest = Request[Any, Any, Any]
_Connection = ASGIConnection[Any, Any, Any, Any]
Why = Literal["none", "wrong"]

_REFUSALS: dict[Act, str] = {
    "look": "A token for senders of alerts reads nothing.",
    "read": "A token for senders of alerts reads nothing.",
    "write": "This token may read and not write; ask for one with the grant respond.",
    "create": "This token may read and not write; ask for one with the grant respond.",
    "share": "Share links are made and taken back with the grant administer.",
    "measure": "Measures are read from this machine, or with the grant administer.",
}


class Seat(msgspec.Struct, frozen=True):
    """Where a request sits: `token` is None on an open route, `meta` where it is about no incident that is there."""

    house: House
    inc: str = ""
    token: Token | None = None
    meta: Meta | None = None

    @property
    def who(self) -> Token:
        assert self.token is not None, "a route that is not open has a token"
        return self.token

    @property
    def about(self) -> Meta:
        assert self.meta is not None, "a route about an incident has one, but where it makes one"
        return self.meta


def seat(request: AnyRequest) -> Seat:
    return cast(Seat, request.scope["state"]["seat"])


class Gate:
    """The guard of all routes. A route says by `act` what it does; one that says nothing is closed."""

    def __init__(self, house: House) -> None:
        self._house = house

    async def admit(self, connection: _Connection, handler: BaseRouteHandler) -> None:
        """Raises `Trouble` 401, 403, 404, 429."""
        act = cast(Act | None, handler.opt.get("act"))
        if act is None:
            raise _no_such_method(connection)
        house = self._house
        inc = connection.scope["path_params"].get("inc", "")
        token: Token | None = None
        if act != "open" and not (act == "measure" and beside(connection, house)):
            token = await self._token(connection)
        meta = await house.store.meta(inc) if inc else None
        if token is not None:
            self._judge(token, act, inc, meta)
        connection.scope["state"]["seat"] = Seat(house, inc, token, meta)

    async def _token(self, connection: _Connection) -> Token:
        kind, _, secret = connection.headers.get("authorization", "").partition(" ")
        token = await self._house.tokens.find(secret.strip()) if kind.lower() == "bearer" else None
        if token is None:
            raise no_token(self._house, connection, "wrong" if secret else "none")
        connection.scope["state"]["token"] = token.id  # for the log
        if wait := self._house.pace.take(token.id, asyncio.get_running_loop().time()):
            raise too_many(wait, "This token asks too often.")
        return token

    @staticmethod
    def _judge(token: Token, act: Act, inc: str, meta: Meta | None) -> None:
        verdict = may(token, act, inc, meta)
        if verdict == "unknown":
            raise no_such_incident()
        if verdict == "forbidden":
            raise Trouble(403, _REFUSALS[act])


def _no_such_method(connection: _Connection) -> Trouble:
    """For what litestar adds by itself (OPTIONS), and for a route that says not what it does."""
    path = connection.scope["path_template"]
    found = {
        method
        for route in connection.app.routes
        if isinstance(route, HTTPRoute) and route.path_format == path
        for handler in route.route_handlers
        if "act" in handler.opt
        for method in handler.http_methods
    }
    return Trouble(405, SENTENCES[405], headers={"Allow": ", ".join(sorted(found))})


def no_token(house: House, connection: _Connection, why: Why) -> Trouble:
    """The refusal of whoever brought no token, or a wrong one."""
    if wait := wrong_again(house, connection):
        return too_many(wait, "Too many wrong tokens came from this address.")
    if why == "none":
        return Trouble(401, "This needs a token: Authorization: Bearer …", headers=_challenge(""))
    said = "This token is not known here, or it has expired or was revoked."
    return Trouble(401, said, headers=_challenge(', error="invalid_token"'))


def no_such_incident() -> Trouble:
    return Trouble(404, "There is no such incident for this token.")


def too_many(wait: float, why: str) -> Trouble:
    seconds = math.ceil(wait)
    return Trouble(429, f"{why} Try again in {seconds} s.", headers={"Retry-After": str(seconds)})


def wrong_again(house: House, connection: _Connection) -> float:
    """Counts a secret that was wrong; the seconds that this address has to wait, 0.0: none."""
    return house.failures.take(network(address(connection)), asyncio.get_running_loop().time())


def beside(connection: _Connection, house: House) -> bool:
    """Whether it comes from this machine for sure: behind a proxy everybody seems to, and a browser may be led here."""
    if house.options.behind_proxy or "x-forwarded-for" in connection.headers or "forwarded" in connection.headers:
        return False
    host = connection.headers.get("host", "").rpartition("@")[2]
    name = host[1:].partition("]")[0] if host.startswith("[") else host.partition(":")[0]
    return loopback(address(connection)) and (name == "localhost" or loopback(name))


def address(connection: _Connection) -> str:
    client = connection.scope.get("client")
    return client[0] if client else ""


def _challenge(more: str) -> dict[str, str]:
    return {"WWW-Authenticate": f'Bearer realm="warroom"{more}'}
