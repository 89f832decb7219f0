"""A policy's files against what is in force: an edit is offered in a sentence and a sheet, never applied by itself."""

import asyncio
import os
from typing import TYPE_CHECKING

from ..core.text import clean
from ..core.values import Refused
from .moment import Offer

if TYPE_CHECKING:
    from ..config.paths import Paths
    from ..core.incident import Incident
    from .incident_screen import IncidentScreen

Stamp = dict[str, tuple[int, int, int]]
"""Name of a file → when it changed, its size, which file it is."""

_FILES = ("contacts.toml", "oncall.toml", "channels.toml")


def stamps(config: str) -> Stamp:
    """Every file that a policy is made of, by its name in the configuration folder, with what tells a change."""
    names = list(_FILES)
    try:
        names += [f"policies/{name}" for name in os.listdir(os.path.join(config, "policies")) if name.endswith(".toml")]
    except OSError:
        pass
    found: Stamp = {}
    for name in sorted(names):
        try:
            stat = os.stat(os.path.join(config, name))
        except OSError:
            continue
        found[name] = (stat.st_mtime_ns, stat.st_size, stat.st_ino)
    return found


def compare(state: "Incident", paths: "Paths", changed: list[str]) -> tuple[Offer | None, str]:
    """The policy as the files have it now, where that differs from the one in force; or why it cannot be offered.

    `changed` are the files that did.
    """
    from ..config.load import Library

    in_force = state.run.policy if state.run else None
    if in_force is None or not in_force.version or not state.open:
        return None, ""
    library = Library(paths)
    try:
        new = library.policy(in_force.policy)
    except Refused as no:
        return None, str(no)
    own = [
        each for each in library.problems if os.path.dirname(each.file) in (paths.config, f"{paths.config}/policies")
    ]
    if own:
        return None, clean(str(own[0]))
    if (new.version, new.reachable) == (in_force.version, in_force.reachable):
        return None, ""
    file = os.path.basename(library.files.get(("policies", new.policy), f"{new.policy}.toml"))
    return Offer(changed[0] if len(changed) == 1 else f"policies/{file}", new), ""


def show_policy(room: "IncidentScreen") -> None:
    """What differs, on a sheet; a sentence where nothing does. Raises `Refused`."""
    state = room.live.state
    if state.run is None:
        raise Refused("No escalation policy is in force here.")
    if not state.run.policy.version:
        raise Refused("It cannot be compared: it came into force before its files had a version.")
    room.run_worker(_show(room), exit_on_error=False)


async def _show(room: "IncidentScreen") -> None:
    state = room.live.state
    known = room.moment.sight.offer if room.moment else None
    offer, broken = await asyncio.to_thread(compare, state, room.console_app.paths, [known.file] if known else [])
    if not room.is_attached:
        return
    room.offered(offer, broken)
    if offer is not None:
        from .overlays.policy import PolicySheet

        room.lay(PolicySheet)
    elif not broken and state.run is not None:
        title = clean(state.run.policy.title or state.run.policy.policy)
        room.tell(f"Nothing differs: what the files say of “{title}” is in force.")
