"""The activity log of ICS form 214: who was there in which position, and what was done when. Plain text in UTC.

Source: FEMA, ICS Form 214 (blocks 1 to 8).
"""

from collections.abc import Iterable, Iterator

from ..core import events as ev
from ..core.events import Event
from ..core.incident import Incident
from ..core.text import clean, width, wrap
from ..core.values import Ms
from .timeline import kind_of, outdated, text_of, who_of
from .times import clock_of, day, moment

_WIDE = 96
_LINE = "-" * _WIDE
_NAME = 30  # cells of a block's name
_CLOCK = 12  # … and of a time
# What they say stands in the entries that they are about; what was attached was done by nobody.
_OUT = (ev.Amended, ev.Retracted, ev.FactRedacted)
_KINDS_OUT = ("attached", "pager")


def form(
    state: Incident, handle: str, now: Ms, person: str = "", prepared_by: str = "", redactions: Iterable[str] = ()
) -> str:
    """The form for the whole unit or, with `person`, for one of them: what they did, wrote, or were given."""
    return "\n".join(_form(state, handle, now, person, prepared_by, list(redactions))) + "\n"


def people(state: Incident) -> list[str]:
    """Everybody who was there, first those with a role."""
    return list(dict.fromkeys((*_positions(state), *state.attendance, *state.people)))


def _form(state: Incident, handle: str, now: Ms, person: str, prepared_by: str, redactions: list[str]) -> Iterator[str]:
    end = state.ended if state.ended is not None else now
    position = _positions(state)
    yield "ACTIVITY LOG (ICS 214)" + ("   D R I L L" if state.drill else "")
    yield _LINE
    yield from _row("1. Incident name", f"{handle} {state.title}")
    yield from _row("2. Operational period", f"{moment(state.declared_at, 0)} to {moment(end, 0)}")
    yield from _row("3. Name", person or "all who took part")
    held = next((role for who, role in position.items() if who.casefold() == person.casefold()), "responder")
    yield from _row("4. ICS position", held if person else "the whole unit")
    yield from _row("5. Home agency", "")
    yield _LINE
    yield "6. Resources assigned"
    for name in people(state):
        yield from _row(f"   {clean(name)}", position.get(name, "responder"))
    yield _LINE
    yield "7. Activity log (UTC)"
    yield from _activities(state, person)
    yield _LINE
    yield from _row("8. Prepared by", prepared_by)
    yield from _row("   Date and time", moment(now, 0))
    if redactions:
        yield _LINE
        yield "Left out of this copy"
        for each in redactions:
            yield from (f"   {row}" for row in wrap(clean(each), _WIDE - 3))


def _activities(state: Incident, person: str) -> Iterator[str]:
    today = ""
    for event in state.timeline:
        if not _notable(state, event, person):
            continue
        at = state.when(event)
        if (this := day(at.t)) != today:
            today = this
            yield f"   {this}"
        who = who_of(state, event) or event.by.name
        said = f"{kind_of(state, event)}: {who}: {text_of(state, event)}" if who else text_of(state, event)
        rows = wrap(clean(" ".join(said.split())), _WIDE - _CLOCK)
        yield from _beside(f"  {'' if at.approx else ' '}{clock_of(at)}", rows, _CLOCK)


def _row(name: str, value: str) -> Iterator[str]:
    return _beside(name, wrap(clean(" ".join(value.split())), _WIDE - _NAME), _NAME)


def _beside(name: str, rows: list[str], cells: int) -> Iterator[str]:
    """`rows` in a column beside `name`, which gets a line of its own where it is too long."""
    if width(name) >= cells:
        yield name
        name = ""
    yield (name + " " * (cells - width(name)) + rows[0]).rstrip()
    yield from (" " * cells + row for row in rows[1:])


def _positions(state: Incident) -> dict[str, str]:
    """Whoever has a role, with all that they have."""
    position: dict[str, str] = {}
    for role in state.roles:
        if role.who:
            position[role.who] = f"{position[role.who]}, {role.name}" if role.who in position else role.name
    return position


def _notable(state: Incident, event: Event, person: str) -> bool:
    body = event.body
    if isinstance(body, _OUT) or event.id in state.retracted or outdated(state, event) or body.kind in _KINDS_OUT:
        return False
    wanted = person.casefold()
    return not person or wanted in (event.by.name.casefold(), who_of(state, event).casefold())
