"""`warroom token`: who may talk to this server. Each secret is shown once; the server keeps only its hash."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, TypeVar

from ..core.alerts.week import named
from ..core.text import clean
from ..core.values import Ms, plain_handle
from . import out, server_store
from .session import Session, wall
from .stop import OK, No, NotHere, Usage
from .verb import Arguments, Parser, Verb, span

if TYPE_CHECKING:
    from ..server.stores.base import Store
    from ..server.tokens import Token, Tokens

GRANTS = ("observe", "respond", "administer", "intake")
_IDENTITY = 26  # letters of an incident's whole identity

T = TypeVar("T")


def _arguments(parser: Parser) -> None:
    parser.add_argument(
        "what",
        choices=("create", "list", "revoke", "name"),
        help="make one; all of them, without their secrets; take one back; let one see a restricted incident",
    )
    parser.add_argument("names", metavar="NAME|ID", nargs="*", default=(), help="for name: a token, then the incident")
    parser.add_argument("--grant", choices=GRANTS, help="create: what it may do")
    parser.add_argument(
        "--incident", metavar="INC", action="append", default=[], help="create: only this incident; can be repeated"
    )
    parser.add_argument("--expires", metavar="DUR", default="", help="create: until when it holds, as 30d")
    server_store.arguments(parser)


def _token(session: Session, arguments: Arguments) -> int:
    match arguments.what:
        case "create":
            return _create(session, arguments)
        case "list":
            return _list(session, arguments)
        case "revoke":
            return _revoke(session, arguments)
    return _name(session, arguments)


def _create(session: Session, arguments: Arguments) -> int:
    (name,) = _names(arguments, "NAME")
    if not arguments.grant:
        raise Usage("warroom token create: --grant says what it may do: observe, respond, administer or intake.")
    expires = wall() + span("--expires", arguments.expires) if arguments.expires else None
    if expires is not None and expires <= wall():
        raise Usage("--expires: a token holds for some time, as 30d.")

    async def create(store: "Store", tokens: "Tokens") -> "tuple[Token, str]":
        incidents = tuple([await _identity(store, each) for each in arguments.incident])
        try:
            return await tokens.create(name, arguments.grant, incidents, expires)
        except ValueError as no:
            raise No(str(no)) from None

    token, secret = _with_tokens(session, arguments, create)
    if arguments.json:
        out.json({"id": token.id, "token": secret})
    else:
        out.say(f"{clean(token.name)} ({token.id}) may {_may(token)}. This is shown once, and kept nowhere:")
        out.data(secret)
    return OK


def _list(session: Session, arguments: Arguments) -> int:
    if arguments.names:
        raise Usage("warroom token list: it takes no name.")

    async def all_of_them(store: "Store", tokens: "Tokens") -> "list[Token]":
        return [token for token in await tokens.all() if not token.share]

    now = wall()
    found = _with_tokens(session, arguments, all_of_them)
    if arguments.json:
        out.json([_data(token, now) for token in found])
        return OK
    if not found:
        out.say("There is no token yet: `warroom token create NAME --grant respond` makes one.")
    for token in found:
        out.data(f"{token.id}  {clean(token.name)}  {_may(token)}  {_state(token, now)}")
    return OK


def _revoke(session: Session, arguments: Arguments) -> int:
    (name,) = _names(arguments, "ID|NAME")

    async def revoke(store: "Store", tokens: "Tokens") -> "Token":
        token = await _found(tokens, name)
        if not await tokens.revoke(token.id):
            raise No(f"{clean(token.name)} ({token.id}) was revoked already.")
        return token

    token = _with_tokens(session, arguments, revoke)
    if arguments.json:
        out.json({"id": token.id, "revoked": True})
    out.say(f"{clean(token.name)} ({token.id}) is revoked: a server heeds it at once.")
    return OK


def _name(session: Session, arguments: Arguments) -> int:
    name, incident = _names(arguments, "NAME|ID", "INC")

    async def let_see(store: "Store", tokens: "Tokens") -> "tuple[Token, str]":
        token, inc = await _found(tokens, name), await _identity(store, incident)
        if token.incidents and inc not in token.incidents:
            raise No(f"{clean(token.name)} is limited to other incidents: make one for this incident instead.")
        await tokens.name(token.id, inc)
        return token, inc

    token, inc = _with_tokens(session, arguments, let_see)
    if arguments.json:
        out.json({"id": token.id, "incident": inc})
    out.say(f"{clean(token.name)} ({token.id}) sees {inc[:8]}… from now on, also while it is restricted.")
    return OK


# ── one token, one incident ──


def _names(arguments: Arguments, *wanted: str) -> list[str]:
    names = list(arguments.names)
    if len(names) != len(wanted):
        raise Usage(f"warroom token {arguments.what} {' '.join(wanted)}: that takes {len(wanted)}, not {len(names)}.")
    return names


async def _found(tokens: "Tokens", name: str) -> "Token":
    """The token of this id or name; of several with that name the one that still holds."""
    now = wall()
    every = [token for token in await tokens.all() if not token.share]
    hits = [token for token in every if token.id == name] or [token for token in every if token.name == name]
    if not hits:
        raise NotHere(f"There is no token “{clean(name)}”: `warroom token list` shows all.")
    return next((token for token in hits if token.holds(now)), hits[-1])


async def _identity(store: "Store", text: str) -> str:
    """The whole identity of an incident of the server; one that is not there yet has to be written out."""
    wanted = plain_handle(text)
    incidents = [meta.inc for meta in await store.incidents() if not named(meta.inc)]
    hits = [inc for inc in incidents if len(wanted) >= 4 and inc.startswith(wanted)]
    if len(hits) == 1:
        return hits[0]
    if named(wanted):
        raise No("That is a log of alerts: every token sees it that is limited to no incident.")
    if len(wanted) == _IDENTITY and wanted.isalnum():
        return wanted
    if hits:
        raise No(f"{len(hits)} incidents begin with “{clean(text)}”: write more of it.")
    raise NotHere(f"The server has no incident “{clean(text)}”; one that is to come is written out, all 26 letters.")


def _with_tokens(session: Session, arguments: Arguments, act: "Callable[[Store, Tokens], Awaitable[T]]") -> T:
    async def run() -> T:
        from ..server.tokens import Tokens

        async with server_store.opened(session, arguments) as store:
            return await act(store, Tokens(store))

    return asyncio.run(run())


# ── how it reads ──


def _data(token: "Token", now: Ms) -> dict[str, Any]:
    from ..render.times import iso, iso_or_none

    return {
        "id": token.id,
        "name": token.name,
        "grant": token.grant,
        "incidents": list(token.incidents),
        "named": list(token.named),
        "created": iso(token.created),
        "expires": iso_or_none(token.expires),
        "revoked": iso_or_none(token.revoked),
        "holds": token.holds(now),
    }


def _may(token: "Token") -> str:
    only = f" {len(token.incidents)} incidents only" if len(token.incidents) > 1 else " one incident only"
    return token.grant + (only if token.incidents else "")


def _state(token: "Token", now: Ms) -> str:
    from ..render.times import iso

    if token.revoked is not None:
        return f"revoked {iso(token.revoked)}"
    if token.expires is None:
        return "does not expire"
    return f"{'expires' if token.holds(now) else 'expired'} {iso(token.expires)}"


VERBS = {
    "token": Verb(
        "make, list and take back the tokens of a server",
        "warroom token create ana --grant respond --expires 30d",
        _arguments,
        _token,
        writes=False,
        incident=False,
    )
}
