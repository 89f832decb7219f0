"""What an incident begins with, in the words that are read before it is declared."""

from ..config.opening import Opening
from ..core.escalation import pages_nobody
from ..core.events import Target
from ..core.run import people
from ..core.text import clean, wrap
from .panes.called import number
from .panes.due import short
from .panes.under import NOBODY
from .spans import Line, left

_LABEL = 12


def lines(what: Opening, width: int, paged: bool = True) -> list[Line]:
    """The opening in lines of at most `width` cells, what matters most first. `paged`: a pager would be started."""
    room = max(20, width - _LABEL)
    return [*_escalation(what, room, paged), *_checklists(what, room), *_updates(what, room)]


def _labelled(label: str, rows: list[tuple[str, str]]) -> list[Line]:
    return [((left(label if n == 0 else "", _LABEL), "muted"), row) for n, row in enumerate(rows)]


def _escalation(what: Opening, room: int, paged: bool) -> list[Line]:
    policy = what.policy
    if policy is None:
        return _labelled("Escalation", [(f"nobody is called for a {what.severity}", "")])
    silent = pages_nobody(policy)
    calls = []
    for level in policy.levels:
        target = next(iter(people(level)), None)
        how = f" by {channel(target)}" if target and not silent and channel(target) else ""
        when = f"in {short(level.after)}" if level.after else "now"
        calls.append(f"{clean(target.name) if target else 'nobody'} {when}{how}")
    rows = [(row, "bold") for row in wrap(" → ".join(calls), room)]
    if silent:
        first = next((each for level in policy.levels for each in people(level)), None)
        phone = f": {number(first)}" if first is not None and number(first) else ""
        rows += [(row, "amber bold") for row in wrap(f"{NOBODY} · ring by hand{phone}", room)]
    elif not paged:
        said = "PAGER: nobody, none is started by itself here · /pager takes it in the room"
        rows += [(row, "red bold") for row in wrap(said, room)]
    elif not policy.tested:
        rows += [(row, "amber") for row in wrap("none of these ways was ever tried: warroom doctor", room)]
    else:
        rows += [(row, "muted") for row in wrap("pages go out by themselves, with every console closed too", room)]
    return _labelled("Escalation", rows)


def channel(target: Target) -> str:
    """The way that is tried first, without the address behind it."""
    return clean(target.reach[0].partition(":")[0]) if target.reach else ""


def _checklists(what: Opening, room: int) -> list[Line]:
    steps = sum(len(each.step) for each in what.playbooks)
    named = " · ".join(clean(each.title) for each in what.playbooks)
    return _labelled("Checklists", [(row, "") for row in wrap(f"{named}, {steps} steps", room)])


def _updates(what: Opening, room: int) -> list[Line]:
    said = []
    for rhythm in what.cadence.rhythms:
        if what.severity in rhythm.severities:
            every = rhythm.every.get("investigating")
            first = f"after {short(rhythm.first)}" if rhythm.first is not None else ""
            again = f"every {short(every)}" if every else ""
            said.append(f"{rhythm.audience} {', then '.join(filter(None, (first, again)))}".rstrip())
    silence = what.cadence.silence.get(what.severity)
    if silence:
        said.append(f"a word after {short(silence)} of silence")
    return _labelled("Updates", [(row, "") for row in wrap(" · ".join(said) or "none are owed", room)])
