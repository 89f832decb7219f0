"""The report of a drill, and what was practised here. A report is private until whoever practised shares it."""

import time
from typing import Any

from ..core.acts.drill import Contest, Share
from ..core.drill import clock
from ..core.drill.report import report as made
from ..core.events import DrillStarted
from ..core.incident import Incident
from ..core.values import DAY, Ms
from ..render.times import day, iso
from . import out
from .act import act
from .session import Session
from .stop import OK, No, NotHere, Usage
from .verb import Arguments


def _now() -> Ms:
    return time.time_ns() // 1_000_000


def report(session: Session, arguments: Arguments, named: str) -> int:
    """Prints the report of one drill, contests a point of it, or shares it."""
    from ..room.drill_history import earlier, history, may_see, practised

    found = history(session.desk)
    if named:
        from .which import by_name

        path = by_name(session.paths, named).path
    else:
        done = [each for each in found if each.ended] or found
        if not done:
            raise NotHere("No drill was run here yet. `warroom drill list` shows what there is.")
        path = done[0].path
    session.__dict__["path"] = path
    room = session.seen()
    state = room.state
    each = practised(state, path, [])
    if each is None:
        raise No("That is no drill with a scenario; there is nothing to report.")
    if arguments.share and arguments.private:
        raise Usage("--share or --private: one of them.")
    if arguments.share or arguments.private:
        return act(session, Share(shared=arguments.share))
    if not each.ended:
        raise No("The drill is still running; its report, which says what is to come, is there when it is over.")
    if not may_see(each, session.me.name):
        raise No(f"This report is {each.who}'s, and private until they share it: `warroom drill report --share`.")
    if arguments.contest is not None:
        return act(session, Contest(point=_point(state, arguments.contest), why=arguments.why))
    before = [] if each.headless else earlier(found, state, session.now(), session.me.name)
    rows = [{**row, "at": iso(row["at"]) if isinstance(row["at"], int) else row["at"]} for row in before]
    return shown(session, arguments, state, rows)


def _point(state: Incident, name: str) -> str:
    known = [point["id"] for point in made(state, _end(state))["points"]]
    if name not in known:
        raise NotHere(f"There is no point “{name}” in this report. There are {', '.join(known)}.")
    return name


def _end(state: Incident) -> Ms:
    ended = clock.ended(state)
    return ended.at.t if ended else clock.time(state, _now())


def shown(session: Session, arguments: Arguments, state: Incident, before: list[dict[str, Any]]) -> int:
    """Prints the report of this state: Markdown, or JSON."""
    from ..config.drill_compare import simulated
    from ..render.drill import markdown

    data = made(state, _end(state), simulated(state), before)
    if arguments.json:
        out.json(data)
    else:
        out.data(markdown(data).rstrip("\n"))
    return OK


def history(session: Session, arguments: Arguments) -> int:
    """Every drill that was run here, with its points where one may see them."""
    from ..core.drill.report import bands
    from ..room.drill_history import history as all_of

    me = session.me.name
    from ..room.drill_history import may_see

    rows = []
    for each in all_of(session.desk):
        rows.append(
            {
                "id": each.id,
                "handle": each.handle,
                "scenario": each.scenario,
                "title": each.title,
                "level": each.level,
                "seed": each.seed,
                "at": iso(each.at),
                "who": each.who,
                "ended": each.ended,
                "headless": each.headless,
                "shared": each.shared,
                "roles": [{"role": role, "who": who} for role, who in each.roles],
                "bands": bands(each.state, _end(each.state)) if may_see(each, me) and each.ended else None,
            }
        )
    if arguments.json:
        out.json(rows)
        return OK
    for each in all_of(session.desk):
        state = "ended" if each.ended else "running"
        who = ", ".join(f"{role} {who}" for role, who in each.roles) or each.who
        mark = "  without a screen" if each.headless else ""
        out.data(f"{day(each.at)}  {each.handle}  {state:<7}  {each.scenario:<24}  {who}{mark}")
    if not rows:
        out.say("No drill was run here yet. `warroom drill list` shows what there is.")
    return OK


def started(state: Incident) -> DrillStarted | None:
    """What says which scenario is played."""
    body = state.value((DrillStarted.type,))
    return body if isinstance(body, DrillStarted) else None


def days(span: Ms) -> int:
    """Whole days."""
    return span // DAY
