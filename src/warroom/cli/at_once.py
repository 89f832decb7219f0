"""`warroom` and `warroom INC` show their last screen before anything slow is imported.

Only where the words can mean nothing else; everything that may go wrong is left to `main`.
"""

import os

TYPE_CHECKING = False  # importing `typing` would cost half of what the first row waits for
if TYPE_CHECKING:
    from collections.abc import Callable

    from ..tui.early import Early


def paint(argv: list[str]) -> "Callable[[], None]":
    """Shows what `argv` (without the program's name) will show. Call the result when the program ends."""
    screen = _painted(argv)
    if screen is None:
        return lambda: None
    from . import out

    out.hold()

    def put_away() -> None:
        screen.restore()
        out.release()

    return put_away


def _painted(argv: list[str]) -> "Early | None":
    if len(argv) > 1 or not all(map(os.isatty, range(3))):
        return None
    from ..config import paths
    from ..tui import display_cache, early

    if not any(map(os.environ.get, ("WARROOM_HOME", "HOME"))):
        return None
    folder = paths.find().incidents
    if not argv:
        return early.start(os.path.join(folder, display_cache.LOBBY), "War room")
    path = _by_handle(folder, argv[0])
    return early.start(display_cache.place(path), argv[0].upper()) if path else None


def _by_handle(folder: str, name: str) -> str:
    """The only file that is named after this handle; empty where there is none, or the word may be another."""
    from .index import WHERE

    letters = name.lower().removeprefix("inc-").translate(str.maketrans("ilo", "110"))
    if len(letters) < 4 or not letters.isalnum() or name in WHERE:
        return ""
    try:
        found = [n for n in os.listdir(folder) if n[10:].startswith(f"-{letters[:4]}") and n.endswith(".json")]
    except OSError:
        return ""
    found = [n for n in found if not n.endswith(".local.json")]
    return os.path.join(folder, found[0]) if len(found) == 1 else ""
