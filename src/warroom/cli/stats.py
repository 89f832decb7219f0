"""`warroom stats`: what many incidents say together, in the terminal, as CSV, JSON or a page; or what one took."""

import os
from typing import TYPE_CHECKING

from ..core.values import Ms
from . import out
from .session import Session, wall
from .stop import OK, No, Usage
from .verb import Arguments, Parser, Verb, which

if TYPE_CHECKING:
    from ..core.alerts.signal import Signal
    from ..core.review.metrics import Metrics
    from ..core.review.stats import Only, Stats
    from ..render.plots import Line
    from ..room.metrics_cache import Read

_WIDTH = 80
_WIDEST = 132


def _arguments(parser: Parser) -> None:
    which(parser)
    parser.add_argument("--by", choices=("severity", "service", "month"), help="which cut is shown (severity)")
    parser.add_argument("--since", metavar="DATE", help="only incidents declared from this day on, as 2026-11-22")
    parser.add_argument("--until", metavar="DATE", help="only incidents declared up to this day, itself included")
    parser.add_argument("--service", metavar="S", default="", help="only incidents of this service")
    parser.add_argument("-s", "--severity", metavar="SEV", default="", help="only incidents of this severity")
    how = parser.add_mutually_exclusive_group()
    how.add_argument("--csv", action="store_true", help="a row for each incident; with --by a row for each cut's spans")
    how.add_argument("--html", metavar="FILE", help="one page that needs nothing else, into a new file")


def _stats(session: Session, arguments: Arguments) -> int:
    if arguments.json and (arguments.csv or arguments.html):
        raise Usage("warroom stats: one of --json, --csv and --html.")
    if arguments.inc or arguments.incident:
        return _one(session, arguments)
    only = _only(session, arguments)
    read, found = _chosen(session, only)
    for trouble in read.troubles:
        out.say(f"{os.path.basename(trouble.path)} is in no number: {trouble.why}")
    return _shown(session, arguments, only, read, found)


def _chosen(session: Session, only: "Only") -> "tuple[Read, list[Metrics]]":
    """Every incident of this home, archived ones too, and those of them that were asked for."""
    from ..room.metrics_cache import read

    everything = read((session.paths.incidents, session.paths.archive))
    return everything, [each for each in everything.at(wall()) if only.takes(each)]


def _shown(session: Session, arguments: Arguments, only: "Only", read: "Read", found: "list[Metrics]") -> int:
    from ..core.review.stats import stats
    from ..render.stats_text import month

    zone, now = session.zone, wall()
    numbers = stats(found, lambda t: month(t, zone))
    if arguments.json:
        from ..render import signal
        from ..render.stats_data import data

        alerts = _alerts(session)
        said = signal.data(*alerts) if alerts else None
        out.json(data(numbers, only, [(each.path, each.why) for each in read.troubles], said))
    elif arguments.csv:
        _csv(arguments.by, numbers, found, _handles(read))
    elif arguments.html:
        from ..render.stats_html import page

        _into(arguments.html, page(numbers, found, _handles(read), now, zone, _note(only, session), _alerts(session)))
    else:
        from ..render.stats_text import lines

        heard = _heard(session, now)
        _painted(session, lines(numbers, found, arguments.by or "severity", now, _cells(), zone, heard))
        if not numbers.n:
            out.say("No incident to count. `warroom list` shows what there is; drills are in no number.")
    return OK


def _alerts(session: Session) -> "tuple[Signal, list[str]] | None":
    """What the inbox says of this week and the last, and their names; nothing where no alert ever came in."""
    from ..room.alerts_live import there

    if not there(session.paths.data):
        return None
    from ..core.alerts.signal import signal
    from ..room.alerts_weeks import lately, read

    chosen = lately(wall())
    inbox, troubles = read(session.paths.data, chosen)
    for trouble in troubles:
        out.say(trouble)
    return signal([inbox]), chosen


def _heard(session: Session, now: Ms) -> "list[Line]":
    from ..render.signal import short

    alerts = _alerts(session)
    return short(*alerts, now, _cells()) if alerts else []


def _cells() -> int:
    return min(out.width() or _WIDTH, _WIDEST)


def _painted(session: Session, lines: "list[Line]") -> None:
    """The lines as this terminal wants them: with its colours, or in ASCII."""
    from ..render.paint import Paint
    from ..tui.glyphs import plain

    paint = Paint(out.colours())
    ascii = session.settings is not None and session.settings.glyphs == "ascii"
    looks = {"bold": paint.bold, "muted": paint.dim, "sky bold": paint.bold}
    out.painted(
        "".join(looks.get(look, str)(plain(text) if ascii else text) for text, look in line).rstrip() for line in lines
    )


def _csv(by: str | None, numbers: "Stats", found: "list[Metrics]", handles: dict[str, str]) -> None:
    from ..exchange import stats_csv

    out.whole(stats_csv.cuts(by, numbers.cuts(by)) if by else stats_csv.incidents(found, handles))


def _handles(read: "Read") -> dict[str, str]:
    from ..core.values import handle

    ids = [each.so_far.id for each in read.incidents]
    near = sorted(ids)
    # Only its neighbours in the alphabet can share a beginning with it.
    return {id: handle(id, near[max(0, n - 1) : n + 2]) for n, id in enumerate(near)}


def _into(path: str, text: str) -> None:
    from ..store import disk
    from ..store.errors import not_written

    path = os.path.abspath(path)
    try:
        disk.create(path, text.encode())
    except FileExistsError:
        raise No(f"{path} is there already; nothing was written. Give another name.") from None
    except OSError as problem:
        raise not_written(problem, path) from None
    out.say(f"Written to {path}. It names incidents and services: look at it before it goes to others.")


# ── what was asked for ──


def _only(session: Session, arguments: Arguments) -> "Only":
    from ..core.review.stats import Only
    from .incident import severity_of

    since = _day(session, "--since", arguments.since)
    until = _day(session, "--until", arguments.until)
    if since is not None and until is not None and until < since:
        raise Usage("warroom stats: --until lies before --since.")
    return Only(
        since=since,
        until=None if until is None else _next_day(session, until),
        service=" ".join(arguments.service.split()),
        severity=severity_of(arguments.severity) if arguments.severity else "",
    )


def _day(session: Session, option: str, word: str | None) -> Ms | None:
    """When the day that was typed begins in the zone that is shown (UTC ms). Raises `Usage`."""
    if word is None:
        return None
    from ..core.zone import Civil, moments

    parts = word.strip().split("-")
    if len(parts) == 3 and all(part.isdecimal() and part.isascii() for part in parts) and len(word) <= 10:
        year, month, day = (int(part) for part in parts)
        for hour in range(3):  # where the clocks skip midnight, the day begins later
            if found := moments(Civil(year, month, day, hour), session.zone):
                return found[0]
    raise Usage(f"{option}: “{word[:40]}” is no day; write it as 2026-11-22.")


def _next_day(session: Session, begin: Ms) -> Ms:
    from ..core.values import HOUR
    from ..core.zone import civil

    today = civil(begin, session.zone)[:3]
    after = begin + 22 * HOUR  # a day is at least so long, also where the clocks are set forward
    while civil(after, session.zone)[:3] == today:
        after += HOUR // 4
    return after


def _note(only: "Only", session: Session) -> str:
    from ..render.times import day

    parts = []
    if only.since is not None:
        parts.append(f"from {day(only.since, session.zone)}")
    if only.until is not None:
        parts.append(f"up to {day(only.until - 1, session.zone)}")
    parts += [f"of {only.service}"] * bool(only.service) + [only.severity] * bool(only.severity)
    return f"Only incidents {', '.join(parts)}." if parts else ""


# ── one incident ──


def _one(session: Session, arguments: Arguments) -> int:
    from ..core.review.metrics import metrics

    other = (arguments.by, arguments.since, arguments.until, arguments.service, arguments.severity, arguments.html)
    if any(other) or arguments.csv:
        raise Usage("warroom stats INC: what one incident took, as text or --json; cuts and plots are of many.")
    state = session.seen().state
    found, handle = metrics(state, session.now()), session.handle(state.id)
    alerts = _of_one(session, found)
    if arguments.json:
        from ..render.stats_data import incident

        out.json(incident(found, handle, alerts))
    else:
        from ..render.stats_text import one

        _painted(session, one(found, handle, _cells(), session.zone, alerts))
    return OK


def _of_one(session: Session, found: "Metrics") -> list[tuple[str, str]]:
    from ..room.alerts_live import there

    if not there(session.paths.data):
        return []
    from ..room.alerts_weeks import of_incident

    return of_incident(session.paths.data, found.id, found.declared_at, found.ended or session.now())


VERBS = {
    "stats": Verb(
        "what many incidents say together: median and spread, and what is missing; or what one took",
        "warroom stats --by month --since 2026-01-01",
        _arguments,
        _stats,
        writes=False,
    )
}
