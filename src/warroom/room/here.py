"""Which consoles of this data folder have which room open: a held file for each, so that a killed one is not here."""

import os

import msgspec

from ..store import disk, holding
from ..store.holding import Holder, Holding

_FOLDER = "here"


class Open(msgspec.Struct, frozen=True):
    """Somebody at a console of this machine, and the incident that it shows."""

    inc: str
    who: str


def enter(state_folder: str, inc: str, who: str) -> Holding | None:
    """Says that this process shows the incident to `who`, until it is released or ends; None: it cannot be said."""
    folder = os.path.join(state_folder, _FOLDER)
    try:
        os.makedirs(folder, 0o700, exist_ok=True)
        return holding.take(os.path.join(folder, f"{inc}-{os.getpid()}"), Holder(os.getpid(), who))
    except OSError:
        return None


def now(state_folder: str) -> list[Open]:
    """Who has which room open now. What processes that are gone have left is taken away."""
    folder = os.path.join(state_folder, _FOLDER)
    try:
        names = sorted(os.listdir(folder))
    except OSError:
        return []
    found = []
    for name in names:
        holder = holding.look(os.path.join(folder, name))
        if holder is None:
            disk.forget(os.path.join(folder, name))
        elif holder.where:
            found.append(Open(name.partition("-")[0], holder.where))
    return found
