"""Our files as text. Whatever a value holds, it stands there as one TOML string, and no line is long."""

from ...config.toml_text import string, strings
from .imported import Person, Plan, Turn, spell_every


def contact(person: Person) -> str:
    """The table of one contact."""
    return f"[contact.{person.id}]\n" + _keys(
        name=person.name, phone=person.phone, email=person.email, tz=person.tz, reach=person.reach
    )


def turn(turn: Turn) -> str:
    """The table of one on-call."""
    head = f"[oncall.{turn.id}]\n"
    if turn.schedule:
        reach = (turn.channel,) if turn.channel else ()
        return head + _keys(name=turn.name, schedule=turn.schedule, channel=turn.channel, reach=reach)
    people = tuple(f"contact:{id}" for id in turn.people)
    return head + _keys(name=turn.name, tz=turn.tz, start=turn.start, every=turn.every, people=people)


def policy(plan: Plan) -> str:
    """The file of one escalation policy."""
    head = _keys(id=plan.id, title=plan.title, owner=plan.owner)
    if plan.repeat:
        head += f"repeat = {plan.repeat}\n"
    levels = [
        f"\n[[level]]\nafter = {string(_after(level.after))}\nnotify = {strings(level.notify)}\n"
        for level in plan.levels
    ]
    return head + "".join(levels)


def _after(ms: int) -> str:
    return f"PT{ms // 60_000}M" if ms and ms % 60_000 == 0 else spell_every(ms) if ms else "PT0S"


def _keys(**values: str | tuple[str, ...]) -> str:
    lines = [
        f"{key} = {string(value) if isinstance(value, str) else strings(value)}\n"
        for key, value in values.items()
        if value
    ]
    return "".join(lines)
