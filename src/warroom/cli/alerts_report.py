"""`warroom alerts report`: which rules are worth mending, and why, for the weekly meeting."""

import os
import re
from collections.abc import Sequence

from ..core.alerts import week as weeks
from ..core.alerts.signal import signal
from ..render import signal as render
from ..room.alerts_weeks import lately, read
from . import out
from .session import Session, wall
from .stop import OK, No, Usage

_WEEK = re.compile(r"(\d{4})-?W(\d{1,2})", re.IGNORECASE)
MOST = 60  # weeks of one report


def report(session: Session) -> int:
    """As Markdown, into a new file where one is named; or as JSON."""
    arguments = session.arguments
    chosen = _chosen(arguments.week, arguments.weeks)
    inbox, troubles = read(session.paths.data, chosen)
    for trouble in troubles:
        out.say(trouble)
    found = signal([inbox])
    if arguments.json:
        out.json(render.data(found, chosen))
    elif arguments.output:
        _into(arguments.output, render.markdown(found, chosen))
    else:
        out.data(render.markdown(found, chosen).rstrip("\n"))
    return OK


def _chosen(week: str, count: int | None) -> Sequence[str]:
    if week and count is not None:
        raise Usage("warroom alerts report: --week or --weeks, not both.")
    if count is not None and not 1 <= count <= MOST:
        raise Usage(f"--weeks: from 1 to {MOST}.")
    return [week_of(week)] if week else lately(wall(), 2 if count is None else count)


def week_of(word: str) -> str:
    """The week that was typed, as `2026-W48`. Raises `Usage`."""
    found = _WEEK.fullmatch(word.strip())
    name = f"{found[1]}-W{int(found[2]):02}" if found else ""
    try:
        # A year has 52 weeks or 53; week 53 of a shorter one is none.
        if name and weeks.week_of(weeks.begins(name)) == name:
            return name
    except ValueError:
        pass
    raise Usage(f"--week: “{word[:20]}” is no week; write it as 2026-W48.")


def _into(path: str, text: str) -> None:
    from ..store import disk
    from ..store.errors import not_written

    path = os.path.abspath(path)
    try:
        disk.create(path, text.encode())
    except FileExistsError:
        raise No(f"{path} is there already; nothing was written. Give another name.") from None
    except OSError as problem:
        raise not_written(problem, path) from problem
    out.say(f"Written to {path}.")
