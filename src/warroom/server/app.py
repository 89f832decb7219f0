"""The application: litestar's routing and the layer around it, made from a store that is open."""

from collections.abc import Mapping
from typing import Any

from litestar import Litestar, Request
from litestar.exceptions import HTTPException
from litestar.response import Response
from litestar.types import ASGIApp

from ..intake.base import Hook
from .door import Door
from .house import House
from .journal import Journal
from .options import Options
from .problem import Trouble, of_framework, of_store, of_trouble, spoken
from .routes import about, blobs, events, hooks, incidents, live, page, presence, shares
from .seat import Gate
from .stores.base import Store, StoreTrouble
from .words import Reader

ROUTES = [
    handler
    for topic in (about, incidents, events, live, blobs, presence, shares, page, hooks)
    for handler in topic.ROUTES
]


class Application:
    """`door` is the ASGI application, `house` what its routes share, `app` litestar's part of it."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.app = Litestar(
            ROUTES,
            guards=[Gate(house).admit],
            exception_handlers={
                Trouble: of_trouble,
                StoreTrouble: self._of_store,
                HTTPException: of_framework,
                Exception: self._of_mistake,
            },
            on_startup=[house.start],
            on_shutdown=[house.stop],
            openapi_config=None,  # see `description`
            logging_config=None,  # see `journal`
        )
        self.door: ASGIApp = Door(self.app, house)

    def _of_store(self, request: Request[Any, Any, Any], trouble: StoreTrouble) -> Response[bytes]:
        self.house.journal.say("store", str(trouble))
        return of_store(request, trouble)

    def _of_mistake(self, request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
        number = self.house.mistake(error)
        return spoken(500, f"The server made a mistake; it is noted as {number} in its log.")


def application(
    store: Store,
    options: Options | None = None,
    journal: Journal | None = None,
    senders: Mapping[str, Hook] | None = None,
    readers: Mapping[str, Reader] | None = None,
) -> Application:
    """The application around an open store. `senders`: the hooks for alerts; without them, those that need no table.

    `readers`: by hook, how it is found out what a marked message says.
    """
    return Application(House(store, options or Options(), journal or Journal(), senders, readers))
