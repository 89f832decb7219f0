"""What an incident begins with, in the words that are read before it is declared."""

from ..config.opening import Opening
from ..core.escalation import pages_nobody, people
from ..core.text import clean, wrap
from .panes.due import short
from .panes.escalation import reach
from .spans import Line, left

_LABEL = 12
NOBODY = "PAGES NOBODY"


def lines(what: Opening, width: int) -> list[Line]:
    """The opening in lines of at most `width` cells, what matters most first."""
    room = max(20, width - _LABEL)
    return [*_escalation(what, room), *_checklists(what, room), *_updates(what, room)]


def _labelled(label: str, rows: list[tuple[str, str]]) -> list[Line]:
    return [((left(label if n == 0 else "", _LABEL), "muted"), row) for n, row in enumerate(rows)]


def _escalation(what: Opening, room: int) -> list[Line]:
    policy = what.policy
    if policy is None:
        return _labelled("Escalation", [(f"nobody is called for a {what.severity}", "")])
    calls = []
    for level in policy.levels:
        target = next(iter(people(level)), None)
        when = f"in {short(level.after)}" if level.after else "now"
        calls.append(f"{clean(target.name) if target else 'nobody'} {when}")
    rows = [(row, "bold") for row in wrap(" → ".join(calls), room)]
    if pages_nobody(policy):
        first = next((each for level in policy.levels for each in people(level)), None)
        number = f": {reach(first)}" if first is not None and reach(first) else ""
        rows += [(row, "amber bold") for row in wrap(f"{NOBODY} · ring by hand{number}", room)]
    return _labelled("Escalation", rows)


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
