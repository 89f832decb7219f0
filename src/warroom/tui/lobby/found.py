"""What the line in the lobby finds: incidents by handle, title and words about them, and the way to the drills; the
last is always a new one."""

from collections.abc import Sequence

import msgspec

from ...core.values import plain_handle
from ...room.desk import Listed

# Where everything else is an incident's identity, these stand for `declare new`, for choosing a drill, and for the
# replay that is offered.
NEW, PRACTISE, REPLAY = "+", "%", "~"
_WORDS = ("practise", "practice", "drills")
_SURE = 4  # letters of one of these that nobody begins a title of an incident with, and stops


class Found(msgspec.Struct, frozen=True, eq=False):
    """What matches, in the order of the screen; `total` is how many incidents there are.

    `practise`: the way to the drills is among it; `replay` is the incident that is offered for one.
    """

    open: tuple[Listed, ...] = ()
    past: tuple[Listed, ...] = ()
    drills: tuple[Listed, ...] = ()
    total: int = 0
    practise: bool = False
    replay: Listed | None = None

    @property
    def ids(self) -> list[str]:
        """What Up and Down go through; the last one declares."""
        ways = [PRACTISE] * self.practise + [REPLAY] * (self.replay is not None)
        real = [each.id for each in (*self.open, *self.past)]
        return [*real, *ways, *(each.id for each in self.drills), NEW]

    def listed(self, id: str) -> Listed | None:
        return next((each for each in (*self.open, *self.past, *self.drills) if each.id == id), None)

    def first(self, typed: str) -> str:
        """What Enter means before anything is chosen: the first match, without any text an open incident.

        Never a drill: a real alarm with the words of last month's practice must not end up in it.
        """
        if typed.strip():
            real = (*self.open, *self.past)
            asks = self.practise and len(typed.strip()) >= _SURE
            return real[0].id if real else PRACTISE if asks else NEW
        return self.open[0].id if self.open else NEW


def find(typed: str, incidents: Sequence[Listed], replay: Listed | None = None) -> Found:
    """The incidents that every word of `typed` says something about, each list as it was ordered.

    A file that cannot be read stands with the open ones: it may be one. `replay` is offered for one.
    """
    words = typed.casefold().split()
    found = [each for each in incidents if all(_says(each, word) for word in words)]
    practise = any(each.startswith(" ".join(words)) for each in _WORDS)
    current = [each for each in found if each.trouble or (each.open and not each.drill)]
    return Found(
        open=tuple(sorted(current, key=lambda each: (bool(each.trouble), each.severity, -each.declared_at))),
        past=tuple(each for each in found if not (each.trouble or each.open or each.drill)),
        drills=tuple(each for each in found if each.drill and not each.trouble),
        total=len(incidents),
        practise=practise,
        replay=replay if practise else None,
    )


def _says(each: Listed, word: str) -> bool:
    if word in each.title.casefold() or each.id.startswith(plain_handle(word) or "?"):
        return True
    return word in (each.severity.casefold(), each.phase, each.commander.casefold())
