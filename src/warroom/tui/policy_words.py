"""What would change if another version of a policy came into force, in plain lines: levels, delays, people."""

from collections.abc import Iterator

from ..core.duration import spell
from ..core.events import Level, PolicyAttached, Target
from ..core.incident import Incident
from ..core.run import advance, called_at, revised
from ..core.text import clean
from ..core.values import Ms
from .panes.due import short

SAME, GONE, NEW = " ", "-", "+"
Change = tuple[str, str]
"""A sign and a line: as it is, as it was, as it would be."""


def changes(old: PolicyAttached, new: PolicyAttached) -> list[Change]:
    """Every level, and of the rest what differs, in the order in which people are called."""
    lines: list[Change] = []
    for n in range(max(len(old.levels), len(new.levels))):
        was = _level(n + 1, old.levels[n]) if n < len(old.levels) else ""
        now = _level(n + 1, new.levels[n]) if n < len(new.levels) else ""
        lines += _change(was, now, keep=True)
    for topic in dict.fromkeys([*(s.topic for s in old.specialists), *(s.topic for s in new.specialists)]):
        lines += _change(_specialist(old, topic), _specialist(new, topic))
    for id in dict.fromkeys([*(t.id for t in old.triggers), *(t.id for t in new.triggers)]):
        lines += _change(_trigger(old, id), _trigger(new, id))
    for was, now in zip(_rest(old), _rest(new), strict=True):
        lines += _change(was, now)
    if all(sign == SAME for sign, _ in lines):
        lines.append((NEW, "Something else in the files changed: turns, quiet hours or ways to reach people."))
    return lines


def _change(was: str, now: str, keep: bool = False) -> list[Change]:
    if was == now:
        return [(SAME, was)] if keep and was else []
    return [(sign, line) for sign, line in ((GONE, was), (NEW, now)) if line]


def _level(number: int, level: Level) -> str:
    first = level.notify or level.backup[:1]
    backups = level.backup if level.notify else level.backup[1:]
    who = " and ".join(_person(t) for t in first) or "nobody"
    behind = f", then {', '.join(_person(t) for t in backups)}" if backups else ""
    name = f" {clean(level.name)}" if level.name else ""
    quiet = ", with quiet hours" if level.quiet else ""
    return f"L{number}{name} {_after(level.after)}: {who}{behind}{quiet}"


def _after(after: Ms) -> str:
    return f"after {short(after)}" if after else "at once"


def _person(target: Target) -> str:
    how = [clean(target.phone)] if target.phone else []
    how += [clean(each) for each in target.reach]
    return clean(target.name) + (f" ({', '.join(how)})" if how else "")


def _specialist(policy: PolicyAttached, topic: str) -> str:
    each = next((s for s in policy.specialists if s.topic == topic), None)
    return f"for {clean(topic)}: {', '.join(_person(t) for t in each.targets)}" if each else ""


def _trigger(policy: PolicyAttached, id: str) -> str:
    each = next((t for t in policy.triggers if t.id == id), None)
    whom = "" if each is None else clean(each.topic) or f"L{each.level}"
    return f"{clean(each.why or each.id)}: {whom} is called" if each else ""


def _rest(policy: PolicyAttached) -> Iterator[str]:
    more = f"{policy.repeat} more round" + ("" if policy.repeat == 1 else "s")
    yield f"afterwards {more}" if policy.repeat else "no further round"
    yield f"when nobody is left: {clean(policy.fallback)}" if policy.fallback else ""
    yield f"an acknowledgement lasts {short(policy.ack_expires)}"
    yield f"owner {clean(policy.owner)}" if policy.owner else ""
    yield "nobody is called before a trigger or a person" if policy.waits else ""
    yield "a channel reaches somebody" if policy.reachable else "no channel reaches anybody"


def then(state: Incident, new: PolicyAttached, now: Ms) -> str:
    """Who would be called next, if it came into force now: nobody is to be surprised by a page."""
    if state.run is None or not state.open:
        return "Nobody is called: the incident has ended."
    before = advance(state.run, now)
    run = advance(revised(before, new), now)
    if run.ack:
        return f"{clean(run.ack.who)} has it; nobody is called for now."
    call = run.next
    # Accepting may itself be what calls somebody: what came due under the new delays is called at once.
    if run.current and (before.current is None or run.current.place != before.current.place):
        call = run.current
    if call is None:
        return "Nobody is left to call after that."
    who = ", ".join(clean(t.name) for t in called_at(run, call)) or "nobody"
    when = f"in {spell(call.due - now)}" if call.due > now else "at once"
    return f"Then L{call.level} {who} is called {when}."
