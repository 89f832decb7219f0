"""Tokens and share links: 256 random bits, of which the server keeps the SHA-256 only, in a table all nodes share."""

import hmac
import os
import secrets
import time
from collections.abc import Callable
from hashlib import sha256

import msgspec
from msgspec.structs import replace

from ..core.values import DAY, Ms, crockford
from ..sync.wire import Grant
from .stores.base import Store, StoreTrouble

TABLE = "tokens"
PREFIX = "war_"  # so that a scanner for secrets can tell one
LONGEST_NAME = 80
_LONGEST_SECRET = 200
_TRIES = 20
_REMEMBERED = 30 * DAY


class Token(msgspec.Struct, frozen=True, omit_defaults=True):
    """`incidents`: the only ones it is for; empty: all that are not restricted. `expires`, `revoked`: UTC ms.

    `share`: no token but a share link, that shows the situation of the one incident in `incidents`.
    """

    id: str
    name: str
    sha: str
    grant: Grant
    incidents: tuple[str, ...] = ()
    created: Ms = 0
    expires: Ms | None = None
    revoked: Ms | None = None
    share: bool = False
    named: tuple[str, ...] = ()  # restricted incidents that it may see beside all others
    audience: str = ""  # of a share link: whose updates it shows

    def holds(self, now: Ms) -> bool:
        return self.revoked is None and (self.expires is None or now < self.expires)


_table = msgspec.json.Decoder(dict[str, Token])


def wall() -> Ms:
    return time.time_ns() // 1_000_000


class Tokens:
    """The table of a store. Everything may raise `StoreTrouble`."""

    def __init__(self, store: Store, clock: Callable[[], Ms] = wall) -> None:
        self._store, self._clock = store, clock
        self._data: bytes = b""
        self._by_id: dict[str, Token] = {}
        self._by_sha: dict[str, Token] = {}

    async def find(self, secret: str) -> Token | None:
        """The token with this secret, while it holds."""
        return await self._holding(secret, share=False)

    async def find_share(self, secret: str) -> Token | None:
        """The share link with this secret, while it holds."""
        return await self._holding(secret, share=True)

    async def _holding(self, secret: str, share: bool) -> Token | None:
        if not 0 < len(secret) <= _LONGEST_SECRET:
            return None
        await self._read()
        sha = sha256(secret.encode(errors="replace")).hexdigest()
        token = self._by_sha.get(sha)
        # The look-up goes by a hash that nobody can steer, and the comparison takes the same time for every one.
        if token is None or not hmac.compare_digest(token.sha, sha) or token.share != share:
            return None
        return token if token.holds(self._clock()) else None

    async def ended_share(self, secret: str) -> bool:
        """Whether this was the secret of a share link that is over."""
        await self._read()
        token = self._by_sha.get(sha256(secret[:_LONGEST_SECRET].encode(errors="replace")).hexdigest())
        return token is not None and token.share and not token.holds(self._clock())

    async def holding(self, id: str) -> Token | None:
        """The token of this id as it is now; None once it is revoked or expired."""
        await self._read()
        token = self._by_id.get(id)
        return token if token is not None and token.holds(self._clock()) else None

    async def names(self) -> dict[str, str]:
        """Id → name of every token that ever was."""
        await self._read()
        return {token.id: token.name for token in self._by_id.values()}

    async def all(self) -> list[Token]:
        """Every token and every share link that holds, the oldest first."""
        await self._read()
        return list(self._by_id.values())

    async def create(
        self,
        name: str,
        grant: Grant,
        incidents: tuple[str, ...] = (),
        expires: Ms | None = None,
        share: bool = False,
        audience: str = "",
    ) -> tuple[Token, str]:
        """A new token and its secret, which is told this once. Raises `ValueError` with a sentence."""
        if not name.strip() or len(name) > LONGEST_NAME or not name.isprintable():
            raise ValueError(f"A token has a name of 1 to {LONGEST_NAME} plain characters.")
        secret = secrets.token_urlsafe(32)
        secret = secret if share else PREFIX + secret
        id = crockford(int.from_bytes(os.urandom(7), "big"), 10)
        sha = sha256(secret.encode()).hexdigest()
        token = Token(id, name.strip(), sha, grant, incidents, self._clock(), expires, share=share, audience=audience)

        def change(tokens: dict[str, Token]) -> dict[str, Token]:
            taken = not share and any(
                _called(each, token.name) and each.holds(token.created) for each in tokens.values()
            )
            if taken:
                raise ValueError(f"A token called {token.name} holds already: revoke it first, or choose another name.")
            return {**tokens, token.id: token}

        await self._change(change)
        return token, secret

    async def name(self, id: str, inc: str) -> bool:
        """Lets the token see this incident although it is restricted; False where there is no such token."""
        found = False

        def change(tokens: dict[str, Token]) -> dict[str, Token]:
            nonlocal found
            token = tokens.get(id)
            found = token is not None and not token.share
            if token is None or not found or inc in token.named:
                return tokens
            return {**tokens, id: replace(token, named=(*token.named, inc))}

        await self._change(change)
        return found

    async def revoke(self, id: str) -> bool:
        """Takes the token or share link back; False where there is none of this id that could be."""
        found = False

        def change(tokens: dict[str, Token]) -> dict[str, Token]:
            nonlocal found
            token = tokens.get(id)
            found = token is not None and token.revoked is None
            return {**tokens, id: replace(token, revoked=self._clock())} if token is not None and found else tokens

        await self._change(change)
        return found

    async def _change(self, change: Callable[[dict[str, Token]], dict[str, Token]]) -> None:
        """Reads, changes and writes the table, again where somebody else was faster."""
        for _ in range(_TRIES):
            data, version = await self._store.read_table(TABLE)
            before = _decoded(data)
            after = change(before)
            if after == before:
                return
            now = self._clock()
            # A link that is over only says so for a while, while a token's name still says who relayed a fact.
            kept = {id: token for id, token in after.items() if not token.share or not _forgotten(token, now)}
            if await self._store.write_table(TABLE, msgspec.json.encode(kept), version):
                return
        raise StoreTrouble("Too many change the tokens at once.")

    async def _read(self) -> None:
        data, _ = await self._store.read_table(TABLE)
        if data is not self._data and data != self._data:
            self._by_id = _decoded(data)
            self._by_sha = {token.sha: token for token in self._by_id.values()}
        self._data = data


def _forgotten(token: Token, now: Ms) -> bool:
    """Whether a share link was over so long ago that nobody is told any more that it was one."""
    ends = [end for end in (token.revoked, token.expires) if end is not None]
    return bool(ends) and now - min(ends) > _REMEMBERED


def _called(token: Token, name: str) -> bool:
    return not token.share and token.name == name


def _decoded(data: bytes) -> dict[str, Token]:
    try:
        return _table.decode(data) if data else {}
    except msgspec.MsgspecError:
        raise StoreTrouble("The table of tokens cannot be read.") from None
