"""Whether a server's pager pages for an incident of this folder, as far as can be told without the network.

What tells is what the process that exchanges facts wrote down last, while that process is well: who is there, and since
when nobody could be reached.
"""

import os
from typing import TYPE_CHECKING

from ..core.values import SECOND, Ms
from ..store import replica
from . import syncing

if TYPE_CHECKING:
    from ..core.incident import Incident

SILENT = 60 * SECOND  # whoever pages and was not heard of for so long is taken over from
BEGINS = 10 * SECOND  # so long a server's pager may take to begin with an incident that nobody pages for


def heard(data: str, path: str, rep: str) -> bool:
    """Whether a process of that replica is there now, by way of the server."""
    status = syncing.status(path)
    return in_reach(data, path) and status is not None and any(each.rep == rep for each in status.here)


def in_reach(data: str, path: str) -> bool:
    """Whether this incident is in step with its server as of now."""
    status, exchanging = syncing.status(path), syncing.running(data)
    well = exchanging is not None and not exchanging.hangs
    return well and status is not None and status.state == "online"


def cut_off(path: str, now: Ms) -> Ms:
    """For how long the server has been out of reach, in ms; 0: it is in reach, or nothing is known."""
    status = syncing.status(path)
    if status is None or status.state != "offline" or not status.since:
        return 0
    return max(0, now - status.since)


def denied(path: str) -> bool:
    """Whether the server does not let this folder in: then what it does is not known here, and nobody is missed."""
    status = syncing.status(path)
    return status is not None and status.state == "denied"


def kept(data: str, state: "Incident") -> bool:
    """Whether a server that pages keeps this incident, or will as soon as it can be reached."""
    joined = syncing.joined(data)
    return bool(joined and joined.pages and syncing.allowed() and not state.drill and not state.restricted)


def there(data: str, state: "Incident") -> bool:
    """Whether another folder's process pages for it and is well: then none has to be started here."""
    said = state.pager
    if said is None or not said.rep or not kept(data, state) or said.rep == replica.known(data):
        return False
    return heard(data, _path(data, state.id), said.rep)


def silent(data: str, path: str, state: "Incident", now: Ms) -> bool:
    """Whether another folder's process pages for it by the log, and the server has been out of reach for a minute."""
    said = state.pager
    elsewhere = said is not None and said.rep and said.rep != replica.known(data)
    return bool(elsewhere) and kept(data, state) and cut_off(path, now) >= SILENT


def _path(data: str, inc: str) -> str:
    """The incident's file, by its name alone."""
    folder = os.path.join(data, "incidents")
    try:
        names = [name for name in os.listdir(folder) if name.endswith(".json") and ".local." not in name]
    except OSError:
        return ""
    words = {name: name.split("-") for name in names}
    mine = [n for n, parts in words.items() if len(parts) > 3 and inc.lower().startswith(parts[3])]
    return os.path.join(folder, max(mine, key=lambda n: len(words[n][3]))) if mine else ""
