"""Opens the console. The last screen is painted first; what is slow to import comes after that."""

import os
import time
from typing import TYPE_CHECKING

from ..core.text import clean
from . import display_cache, early, who

if TYPE_CHECKING:
    from ..config.paths import Paths
    from ..config.settings import Settings


def open_console(paths: "Paths", settings: "Settings", incident: str | None = None, master: bool = False) -> int:
    """The console until the person leaves it: its exit status. `incident` is the handle of one that is there.

    `master`: it is a drill, and this is the console of its game master.

    Needs a terminal. Raises `StoreError` before anything is shown.
    """
    from ..store import folder
    from ..store.access import ready

    ready(paths.incidents)
    path = folder.find(paths.incidents, incident).path if incident else ""
    first = early.start(display_cache.place(path or paths.incidents), incident or "War room")
    try:
        from ..room.desk import Desk
        from ..store.replica import current
        from .app import WarRoomApp
        from .terminal import driver_for

        desk = Desk(paths.incidents, current(paths.data), who.writer(_me(settings)), _now)
        app = WarRoomApp(desk, paths, settings, path=path, master=master)
        app.driver_class = driver_for(first)
        app.run()
        return app.return_code or 0
    finally:
        first.restore()


def _me(settings: "Settings") -> str:
    """The name this person goes by; empty where nobody has said one yet, or only a login that people share."""
    name = clean(os.environ.get("WARROOM_ACTOR", "")).strip() or settings.name
    return "" if name.casefold() in who.SHARED else name


def _now() -> int:
    return time.time_ns() // 1_000_000
