"""`warroom drill`: scenarios, runs with and without a screen, reports, what was practised and what is planned."""

import os
from typing import TYPE_CHECKING

from . import out
from .session import Session
from .stop import FAILED, OK, No, NotHere, Usage
from .verb import Arguments, Parser, Verb

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..config.drill_making import Played

    Act = Callable[[Session, Arguments, list[str]], int]

_WHAT = (
    "list | show NAME | check FILE | run NAME | pause, resume, skip, end [INC] | speed N [INC] | report [INC] | "
    "history | plan [add WHEN NAME | drop N | roles] | wheel | from INC|FILE | master [INC]"
)


def _arguments(parser: Parser) -> None:
    parser.add_argument("words", metavar="WHAT", nargs="+", help=_WHAT)
    parser.add_argument("--seed", metavar="S", type=int, help="run, wheel: the same number repeats exactly")
    parser.add_argument("--headless", action="store_true", help="run: without a screen; only the report is printed")
    parser.add_argument("--speed", metavar="N", help="run: N times as fast as real time; headless: as fast as it goes")
    parser.add_argument("--actor-script", metavar="FILE", help="headless: lines of `PT3M command…`, in drill time")
    parser.add_argument("--variant", metavar="ID", default="", help="run: this cause, instead of the seed's choice")
    parser.add_argument("--level", metavar="LEVEL", default="", help="list, wheel: first, easy, medium or hard")
    parser.add_argument("--role", metavar="ROLE=WHO", action="append", default=[], help="plan add: who takes what")
    parser.add_argument("--note", metavar="TEXT", default="", help="plan add: a few words")
    parser.add_argument("--minutes", metavar="N", type=int, default=0, help="from: about how long it is to take")
    parser.add_argument("--name", metavar="NAME", default="", help="from: what the scenario is called")
    parser.add_argument("--contest", metavar="POINT", help="report: this point is wrong; --why says why")
    parser.add_argument("--why", metavar="TEXT", default="", help="report --contest, pause, end: the reason")
    parser.add_argument("--share", action="store_true", help="report: let others see it")
    parser.add_argument("--private", action="store_true", help="report: no longer let others see it")


def _drill(session: Session, arguments: Arguments) -> int:
    what, *rest = arguments.words
    act = _ACTS.get(what)
    if act is None:
        raise Usage(f"warroom drill: “{what}” is not known here. There is {', '.join(_ACTS)}.")
    low, high = _TAKES[what]
    if not low <= len(rest) <= high:
        raise Usage(f"warroom drill {what}: {_NEEDS.get(what, 'that is too much, or too little')}.")
    return act(session, arguments, rest)


_NEEDS = {
    "show": "which? `warroom drill list` shows the names",
    "check": "which FILE?",
    "run": "which? `warroom drill list` shows the names; `warroom drill wheel` chooses one",
    "from": "from which incident, or file with a timeline?",
    "speed": "how fast? N times real time: `warroom drill speed 2`",
}


# ── scenarios ──


def scenario_file(session: Session, name: str) -> str:
    """The file of the scenario that `name` names: its id, a beginning of it, or a path. Raises `NotHere`."""
    from ..config.drills import files

    known = files(session.library)
    if name in known:
        return known[name]
    if name.endswith(".toml") and os.path.exists(name):
        return name
    found = [id for id in known if id.startswith(name)]
    if len(found) == 1:
        return known[found[0]]
    raise NotHere(f"There is no drill “{name}”. There are {', '.join(found or known)}.")


def loaded(session: Session, file: str, seed: int, variant: str = "") -> "Played":
    """The scenario in this file. Raises `No` with what is wrong with it, and `NotHere`."""
    from ..config.drills import load, variants
    from ..config.problem import Fault, Problem

    try:
        known = variants(file)
        if variant and variant not in known:
            there = f"There are {', '.join(known)}" if known else "It has no variants"
            raise NotHere(f"--variant: there is no “{variant}” in {file}. {there}.")
        return load(session.library, file, seed, variant)
    except Fault as fault:
        raise No(str(Problem(file, fault.path, fault.reason))) from None


def level_of(arguments: Arguments) -> str:
    """The level that is asked for; empty: any. Raises `Usage`."""
    from ..config.drill_forms import LEVELS

    level: str = arguments.level
    if level and level not in LEVELS:
        raise Usage(f"--level: “{level}” is not one of {', '.join(LEVELS)}.")
    return level


def _list(session: Session, arguments: Arguments, rest: list[str]) -> int:
    from ..config.drills import listed

    level = level_of(arguments)
    found, problems = listed(session.library)
    found = [each for each in found if level in ("", each.level)]
    if arguments.json:
        rows = [
            {"id": e.id, "title": e.title, "level": e.level, "minutes": e.minutes, "trains": list(e.trains)}
            for e in found
        ]
        out.json(rows)
    else:
        wide = max((len(each.id) for each in found), default=0)
        for each in found:
            out.data(f"{each.id:<{wide}}  {each.level:<6}  {each.minutes:>3} min  {each.title}")
    for problem in problems:
        out.say(str(problem))
    return OK


def _show(session: Session, arguments: Arguments, rest: list[str]) -> int:
    file = scenario_file(session, rest[0])
    played = loaded(session, file, arguments.seed or 0, arguments.variant).scenario
    if arguments.json:
        out.json(
            {
                "id": played.id,
                "title": played.title,
                "level": played.level,
                "minutes": played.length // 60_000,
                "trains": list(played.trains),
                "about": played.about,
                "severity": played.severity,
                "services": list(played.services),
                "playbooks": list(played.playbooks),
                "people": [{"name": p.name, "knows": p.knows} for p in played.people],
                "sources": list(played.sources),
                "file": file,
            }
        )
        return OK
    trains = ", ".join(played.trains)
    out.data(f"{played.title}\n{played.level}, at most {played.length // 60_000} min, trains {trains}")
    out.data(f"\n{played.about}\n")
    for person in played.people:
        out.data(f"  {person.name:<10}  {person.knows}")
    for source in played.sources:
        out.data(f"\nbuilt on {source}")
    out.data(f"\nwarroom drill run {played.id}")
    return OK


def _check(session: Session, arguments: Arguments, rest: list[str]) -> int:
    from ..config.drills import check, files

    name = rest[0]
    file = name if os.path.lexists(name) else files(session.library).get(name, name)
    problems = check(session.library, file)
    if arguments.json:
        out.json([{"file": p.file, "place": p.place, "reason": p.reason} for p in problems])
    else:
        for problem in problems:
            out.data(str(problem))
        if not problems:
            out.say(f"{file}: nothing is wrong with it.")
    return FAILED if problems else OK


# ── what lives in its own module ──


def _run(session: Session, arguments: Arguments, rest: list[str]) -> int:
    from .drill_run import run

    return run(session, arguments, rest[0])


def _moved(what: str) -> "Act":
    def act(session: Session, arguments: Arguments, rest: list[str]) -> int:
        from .drill_run import move

        return move(session, arguments, what, rest)

    return act


def _report(session: Session, arguments: Arguments, rest: list[str]) -> int:
    from .drill_report import report

    return report(session, arguments, rest[0] if rest else "")


def _history(session: Session, arguments: Arguments, rest: list[str]) -> int:
    from .drill_report import history

    return history(session, arguments)


def _plan(session: Session, arguments: Arguments, rest: list[str]) -> int:
    from .drill_plan import plan

    return plan(session, arguments, rest)


def _wheel(session: Session, arguments: Arguments, rest: list[str]) -> int:
    from .drill_plan import wheel

    return wheel(session, arguments)


def _from(session: Session, arguments: Arguments, rest: list[str]) -> int:
    from .drill_replay import replay

    return replay(session, arguments, rest[0])


def _master(session: Session, arguments: Arguments, rest: list[str]) -> int:
    from .main import open_console
    from .which import by_name, handle

    path_of = by_name(session.paths, rest[0]) if rest else None
    inc = path_of.inc if path_of else _running(session)
    if not (out.is_terminal(0) and out.is_terminal(1)):
        raise Usage("The game master's console needs a terminal.")
    return open_console(session, handle(session.paths, inc), master=True)


def _running(session: Session) -> str:
    """The only drill that runs. Raises `No`, `NotHere`."""
    from ..room.drill_history import history

    found = [each for each in history(session.desk) if not each.ended]
    if len(found) == 1:
        return found[0].id
    if not found:
        raise NotHere("No drill is running. `warroom drill run NAME` begins one.")
    raise No("Several drills are running; say which: " + ", ".join(each.handle for each in found))


_ACTS: "dict[str, Act]" = {
    "list": _list,
    "show": _show,
    "check": _check,
    "run": _run,
    "pause": _moved("pause"),
    "resume": _moved("resume"),
    "speed": _moved("speed"),
    "skip": _moved("skip"),
    "end": _moved("end"),
    "report": _report,
    "history": _history,
    "plan": _plan,
    "wheel": _wheel,
    "from": _from,
    "master": _master,
}
_TAKES = {
    "list": (0, 0),
    "show": (1, 1),
    "check": (1, 1),
    "run": (1, 1),
    "pause": (0, 1),
    "resume": (0, 1),
    "speed": (1, 2),
    "skip": (0, 1),
    "end": (0, 1),
    "report": (0, 1),
    "history": (0, 0),
    "plan": (0, 8),
    "wheel": (0, 0),
    "from": (1, 1),
    "master": (0, 1),
}

VERBS = {
    "drill": Verb(
        "practise: scenarios, runs, reports, game days",
        "warroom drill run first-drill",
        _arguments,
        _drill,
    )
}
