"""What the line in the lobby finds: incidents by handle, title and words about them; the last is always a new one."""

from collections.abc import Sequence

import msgspec

from ...core.values import plain_handle
from ...room.desk import Listed

NEW = "+"  # stands for `declare new`, where everything else is an incident's identity


class Found(msgspec.Struct, frozen=True, eq=False):
    """What matches, in the order of the screen; `total` is how many incidents there are."""

    open: tuple[Listed, ...] = ()
    past: tuple[Listed, ...] = ()
    drills: tuple[Listed, ...] = ()
    total: int = 0

    @property
    def ids(self) -> list[str]:
        """What Up and Down go through; the last one declares."""
        return [each.id for each in (*self.open, *self.past, *self.drills)] + [NEW]

    def listed(self, id: str) -> Listed | None:
        return next((each for each in (*self.open, *self.past, *self.drills) if each.id == id), None)

    def first(self, typed: str) -> str:
        """What Enter means before anything is chosen: the first match, without any text an open incident.

        Never a drill: a real alarm with the words of last month's practice must not end up in it.
        """
        if typed.strip():
            real = (*self.open, *self.past)
            return real[0].id if real else NEW
        return self.open[0].id if self.open else NEW


def find(typed: str, incidents: Sequence[Listed]) -> Found:
    """The incidents that every word of `typed` says something about, each list as it was ordered.

    A file that cannot be read stands with the open ones: it may be one.
    """
    words = typed.casefold().split()
    found = [each for each in incidents if all(_says(each, word) for word in words)]
    current = [each for each in found if each.trouble or (each.open and not each.drill)]
    return Found(
        open=tuple(sorted(current, key=lambda each: (bool(each.trouble), each.severity, -each.declared_at))),
        past=tuple(each for each in found if not (each.trouble or each.open or each.drill)),
        drills=tuple(each for each in found if each.drill and not each.trouble),
        total=len(incidents),
    )


def _says(each: Listed, word: str) -> bool:
    if word in each.title.casefold() or each.id.startswith(plain_handle(word) or "?"):
        return True
    return word in (each.severity.casefold(), each.phase, each.commander.casefold())
