"""The stream of a stakeholder page: what is new since the version that its reader has, then every change."""

import secrets
from collections.abc import AsyncIterator

from .door import Answer
from .house import House
from .pages import first, of
from .readers import Reader
from .stream import Stream
from .tokens import Token

GONE = b"event: gone\ndata: -\n\n"
_SOON, _MORE = 1_000, 3_000  # ms until whoever was cut off comes again, and not all in the same moment


class Reading(Stream):
    """`have`: the version that the reader has."""

    crowded = "Too many people follow this page at once. It is there all the same: load it again for what is new."

    def __init__(self, house: House, link: Token, have: str) -> None:
        super().__init__(house, link, link.incidents[0], self._begin, house.pages)
        self._pages, self._page, self._have, self._clock = house.pages, of(link), have, house.now

    async def _begin(self, reader: Reader) -> AsyncIterator[bytes]:
        yield b"retry: %d\n\n" % (_SOON + secrets.randbelow(_MORE))
        made = await self._pages.add(reader, self._page)
        yield first(made, self._have, self._clock())

    async def _write(self, reader: Reader, answer: Answer) -> None:
        await super()._write(reader, answer)
        if reader.end == "revoked":
            await answer.write(GONE)
