"""Words at hand, filled in from the incident as it is. What is not known stays a gap that can be seen: […]."""

import re
from collections.abc import Mapping

from ..core import deputy
from ..core.due import due
from ..core.incident import Incident
from ..core.text import clean
from ..core.values import MINUTE, Ms

_PLACE = re.compile(r"\{\{|\}\}|\{([a-z]+)\}")
MINUTES = 10  # where nothing says in how many


def fill(words: str, values: Mapping[str, str]) -> str:
    """`words` with their placeholders filled in, clean, in one line. What was filled in is never looked at again."""

    def one(found: re.Match[str]) -> str:
        name = found[1]
        return found[0][0] if name is None else values.get(name, "") or f"[{name}]"

    return clean(" ".join(_PLACE.sub(one, words).split()))


def values(state: Incident, me: str, now: Ms, *, other: str = "", minutes: int | None = None) -> dict[str, str]:
    """What the placeholders stand for at `now`; what is not known is empty."""
    mine = next((r for r in state.roles if r.who == me and me), None)
    offered = next((r for r in state.roles if r.offered_to == me and me), None)
    role = offered or mine
    return {
        "name": me,
        "role": (role.name if role else "incident commander").lower(),
        "title": state.title.rstrip(" ."),
        "severity": state.severity,
        "other": other or _other(state, me, now),
        "minutes": str(minutes if minutes is not None else _minutes(state, now)),
        "bridge": state.bridge,
    }


def _other(state: Incident, me: str, now: Ms) -> str:
    """Whom it is probably about: the other side of a handover, whose task is up next, who needs to be asked."""
    for held in state.roles:
        if held.offered_to == me and held.who:
            return held.who
        if held.who == me and held.offered_to:
            return held.offered_to
    waiting = [t for t in state.tasks if t.state == "open" and t.who != me]
    nearest = min(waiting, key=lambda t: (t.due is None, t.due or 0, t.given), default=None)
    if nearest:
        return nearest.who
    told = deputy.visible(state, now, me)
    return next((who for who in state.people if told and who != me and who in told.text), "")


def _minutes(state: Incident, now: Ms) -> int:
    """Until the next update or task is due, where that is soon."""
    left = [d.due - now for d in due(state, now) if d.kind in ("update", "task")]
    soon = [ms // MINUTE for ms in left if MINUTE <= ms <= 60 * MINUTE]
    return soon[0] if soon else MINUTES
