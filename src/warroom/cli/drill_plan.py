"""Game days: what is planned, who had which role, and what the wheel of misfortune says."""

import random
import time
from datetime import UTC

from ..core.values import DAY, Ms, Refused
from ..render.times import day, iso, moment
from . import out
from .drill import level_of
from .session import Session
from .stop import OK, No, NotHere, Usage
from .verb import Arguments


def _now() -> Ms:
    return time.time_ns() // 1_000_000


def plan(session: Session, arguments: Arguments, rest: list[str]) -> int:
    """`plan`, `plan add WHEN NAME`, `plan drop N`, `plan roles`."""
    match rest:
        case []:
            return _shown(session, arguments)
        case ["roles"]:
            return _roles(session, arguments)
        case ["add", when, name]:
            return _add(session, arguments, when, name)
        case ["drop", number] if number.isdecimal():
            return _drop(session, arguments, int(number))
    raise Usage(
        "warroom drill plan: alone it shows the plan; `plan add 2026-12-03T14:00 slow-queries --role commander=ana`, "
        "`plan drop 2`, `plan roles`."
    )


def when(text: str, now: Ms) -> Ms:
    """The moment (UTC ms) of `2026-12-03`, `2026-12-03T14:00` or `12-03T14:00`, in UTC. Raises `Usage`."""
    from datetime import datetime

    for form in (text, f"{time.gmtime(now / 1000).tm_year}-{text}"):
        try:
            found = datetime.fromisoformat(form)
        except ValueError:
            continue
        found = found.replace(tzinfo=found.tzinfo or UTC)
        if not 1970 < found.year < 2200:
            break
        return int(found.timestamp() * 1000)
    raise Usage(f"“{text}” is no day and time, as 2026-12-03T14:00 (UTC).")


def _add(session: Session, arguments: Arguments, word: str, name: str) -> int:
    from ..config.drills import files
    from ..room import drill_plan

    now = _now()
    at = when(word, now)
    if at < now - DAY:
        raise No("That day is over; plan one that comes.")
    if name not in files(session.library):
        raise NotHere(f"There is no drill “{name}”. `warroom drill list` shows what there is.")
    roles = {}
    for each in arguments.role:
        role, found, who = each.partition("=")
        if not (found and role.strip() and who.strip()):
            raise Usage(f"--role: “{each}” should be ROLE=WHO, as commander=ana.")
        if role.strip() not in session.library.roles_by_id:
            raise NotHere(f"--role: “{role}” is not a role. There are {', '.join(session.library.roles_by_id)}.")
        roles[role.strip()] = " ".join(who.split())
    planned = drill_plan.Planned(at, name, roles, arguments.note.strip(), session.me.name)
    try:
        number = drill_plan.add(session.paths.data, planned)
    except Refused as no:
        raise No(str(no)) from None
    if arguments.json:
        out.json({"number": number, **_row(planned)})
    else:
        out.say(f"{number}  {moment(at, now)}  {name}")
    return OK


def _drop(session: Session, arguments: Arguments, number: int) -> int:
    from ..room import drill_plan

    try:
        gone = drill_plan.drop(session.paths.data, number)
    except Refused as no:
        raise No(str(no)) from None
    if arguments.json:
        out.json(_row(gone))
    else:
        out.say(f"No longer planned: {day(gone.at)} {gone.scenario}")
    return OK


def _row(planned: object) -> dict[str, object]:
    from ..room.drill_plan import Planned

    assert isinstance(planned, Planned)
    return {
        "at": iso(planned.at),
        "scenario": planned.scenario,
        "roles": planned.roles,
        "note": planned.note or None,
        "by": planned.by or None,
    }


def _shown(session: Session, arguments: Arguments) -> int:
    from ..room import drill_plan

    try:
        found = drill_plan.load(session.paths.data)
    except Refused as no:
        raise No(str(no)) from None
    if arguments.json:
        out.json([{"number": n, **_row(each)} for n, each in enumerate(found, 1)])
        return OK
    now = _now()
    for n, each in enumerate(found, 1):
        roles = ", ".join(f"{role} {who}" for role, who in each.roles.items())
        past = "  over" if each.at < now - DAY else ""
        out.data(f"{n:>2}  {moment(each.at, now)}  {each.scenario:<24}  {roles}{past}".rstrip())
    if not found:
        out.say("Nothing is planned. `warroom drill plan add 2026-12-03T14:00 NAME` plans a drill.")
    return OK


def _roles(session: Session, arguments: Arguments) -> int:
    """Who took which role when, and who never did."""
    from ..room.drill_history import history, never

    found = [each for each in history(session.desk) if not each.headless]
    people = [contact.name for contact in session.library.contacts.values() if not contact.example]
    people += list(session.settings.people) if session.settings else []
    missing = never(found, people)
    rows = [
        {"at": iso(each.at), "handle": each.handle, "scenario": each.scenario, "role": role, "who": who}
        for each in found
        for role, who in each.roles
    ]
    if arguments.json:
        out.json({"took": rows, "never": missing})
        return OK
    for row in rows:
        out.data(f"{row['at'][:10]}  {row['handle']}  {row['scenario']:<24}  {row['role']:<10}  {row['who']}")
    if not rows:
        out.say("Nobody has practised here yet.")
    for role, names in missing.items():
        if names:
            out.data(f"never {role}: {', '.join(names)}")
    return OK


def wheel(session: Session, arguments: Arguments) -> int:
    """The wheel of misfortune: a scenario by level and what was trained least lately, and why that one."""
    from ..config.drills import listed
    from ..room.drill_history import Choice, history
    from ..room.drill_history import wheel as spin

    level = level_of(arguments)
    found, _ = listed(session.library)
    choices = [Choice(each.id, each.level, each.trains) for each in found]
    seed = arguments.seed if arguments.seed is not None else random.randrange(1 << 30)
    spun = spin(choices, history(session.desk), _now(), seed, level)
    if spun is None:
        raise NotHere(f"There is no drill of the level “{level}”." if level else "There is no drill here.")
    each = next(each for each in found if each.id == spun.id)
    if arguments.json:
        row = {"id": each.id, "title": each.title, "level": each.level, "minutes": each.minutes}
        out.json({**row, "trains": list(each.trains), "why": spun.why})
    else:
        out.data(
            f"{each.id}  {each.level}, {each.minutes} min  {each.title}\n{spun.why}.\n\nwarroom drill run {each.id}"
        )
    return OK
