"""Opens the console. The last screen is painted first; what is slow to import comes after that."""

import sys
from typing import TYPE_CHECKING

from ..core.values import Refused
from ..store.errors import StoreError
from . import display_cache, early

if TYPE_CHECKING:
    from ..config.paths import Paths
    from ..config.settings import Settings
    from ..room.desk import Desk


def open_console(desk: "Desk", paths: "Paths", settings: "Settings", incident: str = "") -> int:
    """The console until the person leaves it: its exit status. `incident` is a handle or a part of a title.

    Needs a terminal; without one it says what to use instead and returns 2.
    """
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        print("The console needs a terminal. `warroom follow --plain` prints lines instead.", file=sys.stderr)
        return 2
    path = ""
    if incident:
        try:
            path = desk.find(incident).path
        except (StoreError, Refused) as unknown:
            print(unknown, file=sys.stderr)
            return 3
    first = early.start(display_cache.place(path or desk.folder), incident or "War room")
    try:
        from ..config.load import Library
        from .app import WarRoomApp
        from .terminal import driver_for

        app = WarRoomApp(desk, paths, settings, Library(paths), path=path)
        app.driver_class = driver_for(first)
        app.run()
        return app.return_code or 0
    finally:
        first.restore()
