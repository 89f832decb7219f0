"""The inbox on standard output: groups of alerts with what they need, one alert with its history, the silences."""

from collections.abc import Iterable, Iterator, Sequence

from ..core.alerts.inbox import Inbox, Line
from ..core.alerts.match import Open, suggest
from ..core.alerts.standing import WAITS, Group, began, groups, standing
from ..core.text import clean, clip, width
from ..core.values import Ms
from ..render import inbox as words
from ..render.paint import Paint
from ..render.times import moment
from ..room.open_incidents import OpenIncidents
from . import out
from .alerts import found, seen
from .session import Session, wall
from .stop import OK

_CELLS = 24  # of a sparkline: the hours of a day
_WIDEST = 48  # cells of service and rule
_MOST = 5  # alerts of one group that are listed without --all
_INDENT = "    "


class _Sight:
    """What is needed beside the inbox: the time, and the incidents that are open, looked at only where alerts wait."""

    def __init__(self, session: Session, inbox: Inbox) -> None:
        self.now, self.zone = wall(), session.zone
        self.inbox = inbox
        self.incidents = OpenIncidents(session.paths.incidents)
        self.going_on = self.incidents.look() if inbox.lines else {}
        self.handles = self.incidents.handles
        self.short: list[Open] = self.incidents.short(inbox)


def many(session: Session) -> int:
    """The whole inbox as JSON; as text what somebody has to look at, with --all everything."""
    arguments = session.arguments
    room = seen(session)
    sight = _Sight(session, room.inbox)
    every = [group for group in groups(room.inbox, sight.now, sight.going_on) if _asked(session, group)]
    if arguments.json:
        out.json([_row(line, sight) for group in every for line in group.lines])
    else:
        shown = every if arguments.all else [group for group in every if group.kind not in words.QUIET]
        wide = min(_WIDEST, max((width(_about(group)) for group in shown), default=0))
        for group in shown:
            out.painted(_lines(group, sight, Paint(out.colours()), arguments.all, wide))
        out.say(_summary(every, room.inbox, sight.now, bool(arguments.all)))
    sight.incidents.close()
    room.close()
    return OK


def _asked(session: Session, group: Group) -> bool:
    """Whether --service and --rule mean this group; a part of the name will do."""
    asked = ((session.arguments.service, group.service), (session.arguments.rule, group.rule))
    return all(word.casefold() in name.casefold() for word, name in asked)


def _row(line: Line, sight: _Sight) -> object:
    each = standing(line, sight.inbox, sight.now, sight.going_on)
    found = suggest(line, sight.short) if each.kind == WAITS else []
    return words.row(line, sight.inbox, sight.now, sight.going_on, sight.handles, found)


def _about(group: Group) -> str:
    return " · ".join(filter(None, (clean(group.service), clean(group.rule))))


def _lines(group: Group, sight: _Sight, paint: Paint, all: bool, wide: int) -> Iterator[str]:
    about = clip(_about(group), wide)
    drawn = words.bars(group.times, sight.now, _CELLS)
    head = f"{about}{' ' * (wide - width(about))}  {drawn}  {words.counted(group)}"
    yield paint.bold(_fitted(head)) if group.waiting else _fitted(head)
    rows = [
        (line, each)
        for line, each in zip(group.lines, group.standings, strict=True)
        if all or each.kind not in words.QUIET
    ]
    for line, each in rows if all else rows[:_MOST]:
        said = words.stands(each, sight.now, sight.zone, sight.handles)
        severity = f"{clean(line.alert.severity)}  " if line.alert.severity else ""
        text = f"{_INDENT}{said}  {clean(line.id)}  {severity}{clean(' '.join(line.alert.summary.split()))}"
        yield _fitted(text.rstrip())
        if each.kind == WAITS:
            for one in suggest(line, sight.short)[:1]:
                yield paint.dim(_fitted(f"{_INDENT}  {words.fits(one, sight.handles)}"))
    if not all and len(rows) > _MOST:
        yield paint.dim(f"{_INDENT}… {len(rows) - _MOST} more; --all shows them")


def _fitted(text: str) -> str:
    return clip(text, out.width()) if out.width() and width(text) > out.width() else text


def _summary(every: Sequence[Group], inbox: Inbox, now: Ms, all: bool) -> str:
    if not every:
        return "No alert came in, this week or last." if not inbox.lines else "No alert here is meant by that."
    waiting = sum(group.waiting for group in every)
    total = sum(len(group.lines) for group in every)
    quiet = sum(each.kind in words.QUIET for group in every for each in group.standings)
    said = [f"{waiting:,} of {out.many(total, 'alert', 'alerts')} {'waits' if waiting == 1 else 'wait'}"]
    if quiet:
        said.append(f"{quiet} ended or quiet" + ("" if all else " (--all shows them)"))
    if holding := sum(words.holds(each, now) for each in inbox.silences.values()):
        said.append(f"{out.many(holding, 'silence holds', 'silences hold')}")
    if counted := sum(inbox.counted.values()):
        said.append(f"{counted:,} more in storms were counted only")
    return "; ".join(said) + "."


def one(session: Session, named: str) -> int:
    """One alert with all there is to say of it."""
    room = seen(session)
    line = found(room.inbox, named)
    sight = _Sight(session, room.inbox)
    if session.arguments.json:
        out.json(_row(line, sight))
    else:
        for text in _whole(line, sight):
            out.data(text)
    sight.incidents.close()
    room.close()
    return OK


def _whole(line: Line, sight: _Sight) -> Iterable[str]:
    alert, now, zone = line.alert, sight.now, sight.zone
    each = standing(line, sight.inbox, now, sight.going_on)
    yield clean(f"{alert.rule}{f' on {alert.service}' if alert.service else ''}")
    if alert.summary:
        yield f"  {clean(alert.summary)}"
    rows = {
        "stands": words.stands(each, now, zone, sight.handles),
        "name": line.id,
        "severity": alert.severity,
        "fires since": moment(began(line), now, zone),
        "so far": f"{line.fired} fired, {line.resolved} ended, {line.flaps} flaps",
        "labels": words.labels(alert.labels),
        "leads to": alert.url,
    }
    marks = [mark for mark in (line.handled, line.dismissed) if mark is not None]
    for mark in marks:
        note = f": {mark.note}" if mark.note else ""
        rows[mark.what] = f"by {mark.by} at {moment(mark.at, now, zone)}{note}"
    for name, said in rows.items():
        if said:
            yield f"  {name:<12}  {clean(said)}"
    for mark in line.attached:
        said = f"{words.handle_of(mark.what, sight.handles)} {mark.note}".rstrip()
        yield f"  {'belongs to':<12}  {clean(said)}, by {clean(mark.by)} at {moment(mark.at, now, zone)}"
    for said, _ in words.far(line, sight.inbox, now):
        yield f"  {'carried':<12}  {said}"
    if each.kind == WAITS:
        for fit in suggest(line, sight.short):
            yield f"  {words.fits(fit, sight.handles)}"


def silences(session: Session) -> int:
    """Every silence that holds, with its number; with --all those that have ended, too."""
    room, now = seen(session), wall()
    every = [
        (number, each)
        for number, each in enumerate(words.silences(room.inbox), 1)
        if session.arguments.all or words.holds(each, now)
    ]
    if session.arguments.json:
        out.json([words.silence_row(each, number, now, room.inbox) for number, each in every])
    else:
        for number, each in every:
            out.data(words.silence(each, number, now, session.zone))
            for carried in words.beyond(each, room.inbox):
                out.data(f"   {words.carried(carried)}")
        if not every:
            out.say("Nothing is silenced.")
    room.close()
    return OK
