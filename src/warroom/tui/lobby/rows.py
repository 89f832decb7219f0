"""The lobby's panes as lines: pure, from what is listed and the moment, so that they can be read without a terminal."""

from collections.abc import Mapping, Sequence
from os.path import basename

import msgspec

from ...config.problem import Problem
from ...core.review.deadlines import Rule
from ...core.text import clean, wrap
from ...core.values import Ms
from ...core.zone import Zone, utc
from ...room.desk import Listed
from .. import clock
from ..address import asks_for_alerts, server_act
from ..glyphs import DONE, ENTER, FAILED, IMPACT, SEVERITY
from ..listing import lit, window
from ..panes.due import short, time_left, tone
from ..panes.pane import Card
from ..review.owed import beside
from ..spans import BLANK, Line, cells, clip, cut, left, right, spread
from ..sync_view import DENIED, ONLINE, troubled
from ..sync_words import when
from ..theme import severity_ink
from .found import PRACTISE, REPLAY, Found
from .reading import Practice, Server, Step

WIDE = 78  # from here on, an open incident's phase has a column of its own
_DUE = 16  # "update in 14m59s"
_RAN = 8  # "T+12d04h"
_SPAN = 6
_STATE = 9
_HINT = 20  # cells that an incident's title has before the hint beside it gets shorter


class View(msgspec.Struct, frozen=True, eq=False):
    """What the lobby shows at `now` (UTC ms): `ready` once the folder was read, `trouble` when it cannot be."""

    found: Found = Found()
    practice: Practice = Practice()
    selected: str = ""
    now: Ms = 0
    zone: Zone = utc
    typed: str = ""
    ready: bool = False
    trouble: str = ""
    problems: tuple[Problem, ...] = ()
    policies: tuple[str, ...] = ()  # escalation policies of one's own
    folder: str = ""  # where incidents are kept
    rules: Mapping[str, Rule] = {}  # by severity, when a review is owed
    server: Server = Server()
    alerts: int = 0  # that wait for somebody


# ── open ──


def open_card(view: View, top: int, width: int, height: int) -> tuple[Card, int]:
    """The open incidents, two lines each, and the first one in sight."""
    shown = view.found.open
    if view.trouble:
        return Card("Open", [((line, "red bold"),) for line in wrap(clean(view.trouble), width)], tone="red"), 0
    if not shown:
        return Card("Open", _nothing_open(view, width)), 0
    late = any(each.trouble or _late(each, view.now) for each in shown)
    columns = _Columns(shown, width)
    first, last = window(len(shown), 2, place(shown, view.selected), top, height)
    lines: list[Line] = []
    for each in shown[first:last]:
        rows = _unreadable(each, columns) if each.trouble else _open(each, view, columns)
        lines += [lit(row, width) for row in rows] if each.id == view.selected else rows
    foot = f"{len(shown)} open" if last - first < len(shown) else ""
    foot = " · ".join(filter(None, (foot, f"{ENTER} enters" if place(shown, view.selected) >= 0 else "")))
    return Card("Open", lines, foot, tone="red" if late else "sky"), first


def _nothing_open(view: View, width: int) -> list[Line]:
    if not view.ready:
        return [(("reading the folder …", "muted"),)]
    if view.typed.strip() and view.found.total:
        return [(("No open incident says that.", "muted"),)]
    if view.found.total:
        return [(("Nothing is open.", "muted"),)]
    said = "Type what users see and press Enter: the severity comes next, and who would be called."
    return [(("No incidents yet.", "bold"),), *(((line, "muted"),) for line in wrap(said, width))]


class _Columns:
    """Where things stand in the rows of the open incidents."""

    def __init__(self, shown: Sequence[Listed], width: int) -> None:
        self.width = width
        self.wide = width >= WIDE
        self.handle = max(len(short_handle(each)) for each in shown)
        self.phase = max(len(each.phase) for each in shown) if self.wide else 0
        self.lead = 6 + 2 + self.handle + 2
        tail = 2 + _RAN + 2 + _DUE + (2 + self.phase if self.wide else 0)
        self.title = max(8, width - self.lead - tail)


def _open(each: Listed, view: View, columns: _Columns) -> list[Line]:
    phase: Line = (("  ", ""), (left(each.phase, columns.phase), "")) if columns.wide else ()
    first: Line = (
        (f"{SEVERITY} {each.severity}", f"{severity_ink(each.severity)} bold"),
        ("  ", ""),
        (left(short_handle(each), columns.handle), "bold"),
        ("  ", ""),
        (left(clean(each.title), columns.title), "bold"),
        *phase,
        ("  ", ""),
        (left("T+" + short(max(0, view.now - each.declared_at)), _RAN), ""),
        ("  ", ""),
        _due(each, view.now),
    )
    about = [] if columns.wide else [each.phase]
    about += [f"{clean(each.commander)} commands" if each.commander else "no commander"]
    about += ["1 entry" if each.entries == 1 else f"{each.entries} entries"]
    about += ["restricted"] if each.restricted else []
    second: Line = ((" " * columns.lead, ""), (" · ".join(about), "muted"))
    stands = in_step(each, view, columns.wide)
    return [first, spread(second, stands, columns.width) if stands else second]


def in_step(each: Listed, view: View, wide: bool = True) -> Line:
    """How many have it open, and whether the server has all of it; nothing where no server was joined."""
    server = view.server
    if not server.view.joined or each.drill:
        return ()
    step = server.steps.get(each.id)
    count: Line = ((f"{step.here} here", "muted"), (" · ", "muted")) if step and step.here else ()
    said = _step(step, server.view.state == ONLINE, wide)
    return (*count, said) if said[0] else count[:1]


def _step(step: Step | None, online: bool, wide: bool = True) -> tuple[str, str]:
    if step is None:
        return ("not on the server yet" if wide else "not sent yet") if online else "", "muted"
    if step.refused:
        return f"{step.refused} refused", "red"
    if step.unsent:
        return f"{step.unsent} unsent", "amber"
    return "on the server" if wide else "sent", "muted"


def _due(each: Listed, now: Ms) -> tuple[str, str]:
    if each.due is None:
        return "", ""
    wait = each.due.left(now)
    how = "" if wait < 0 else "in "
    return f"{each.due.kind} {how}{time_left(wait)}", f"{tone(wait)} bold"


def _late(each: Listed, now: Ms) -> bool:
    return each.due is not None and each.due.left(now) < 0


def _unreadable(each: Listed, columns: _Columns) -> list[Line]:
    head: Line = (
        (left(f"{FAILED} file", 6), "red bold"),
        ("  ", ""),
        (left(short_handle(each), columns.handle), "bold"),
        ("  ", ""),
        (clean(each.title) or clean(basename(each.path)), "bold"),
    )
    said = clean(each.trouble.replace(each.path, basename(each.path)))
    return [head, ((" " * columns.lead, ""), (said, "red"))]


# ── past ──


def past_card(view: View, top: int, width: int, height: int) -> tuple[Card, int]:
    """What has ended, one line each, the latest first, and the first one in sight."""
    shown = view.found.past
    if not shown:
        said = "Nothing past says that." if view.typed.strip() else "Nothing has ended yet." if view.ready else ""
        return Card("Past", [((said, "muted"),)]), 0
    handles = max(len(short_handle(each)) for each in shown)
    stands = {each.id: _unsent(each, view) or beside(each.owes, view.rules, view.now) or _state(each) for each in shown}
    states = max(_STATE, *(len(said) for said, _ in stands.values()))

    def row(each: Listed) -> Line:
        head: Line = (
            (clock.date(each.declared_at, view.zone), "muted"),
            ("  ", ""),
            (each.severity, ""),
            ("  ", ""),
            (left(short_handle(each), handles), "bold"),
            ("  ", ""),
            (clean(each.title), ""),
        )
        said, ink = stands[each.id]
        tail: Line = ((right(ran(each, view.now), _SPAN), ""), ("  ", ""), (left(said, states), ink))
        return spread(head, tail, width)

    at = place(shown, view.selected)
    first, last = window(len(shown), 1, at, top, height)
    lines = [lit(row(each), width) if each.id == view.selected else row(each) for each in shown[first:last]]
    count = f"{last} of {len(shown)}" if last - first < len(shown) else ""
    foot = " · ".join(filter(None, (count, f"{ENTER} enters" if at >= 0 else "")))
    return Card("Past", lines, foot), first


def ran(each: Listed, now: Ms) -> str:
    """How long it took, or has taken so far."""
    return short(max(0, (each.ended if each.ended is not None else now) - each.declared_at))


def _unsent(each: Listed, view: View) -> tuple[str, str] | None:
    """What the server lacks of it; where it lacks nothing, other things are worth the place."""
    step = view.server.steps.get(each.id)
    return _step(step, True) if step and (step.unsent or step.refused) else None


def _state(each: Listed) -> tuple[str, str]:
    return each.phase, "" if each.phase == "resolved" else "muted"


# ── a person's own files ──


def files_card(view: View, width: int, height: int) -> Card:
    """What could not be used of a person's own files, and why; then whose clock there is and where things are kept."""
    lines: list[Line] = []
    for problem in view.problems:
        place = f", {problem.place}" if problem.place else ""
        lines.append(((IMPACT + " ", "amber"), (clean(f"{basename(problem.file)}{place}"), "")))
        said = " ".join(filter(None, (f"{problem.reason}.", problem.instead)))
        lines += [(("  ", ""), (line, "muted")) for line in wrap(clean(said), width - 2)]
    rest = _files(view, width)
    room = height - (len(rest) + 1 if len(lines) + len(rest) < height else 0)
    if len(lines) > room:
        lines = [*lines[: room - 1], (("  … `warroom config check` names all", "muted"),)]
    if len(lines) + len(rest) < height:
        lines = [*lines, BLANK, *rest] if lines else rest
    return Card("Your files", lines)


def _files(view: View, width: int) -> list[Line]:
    sign, ink, said = IMPACT, "amber", "no escalation policy of your own: the example counts down and pages nobody"
    if view.policies:
        sign, ink, said = DONE, "green", f"escalation policy {', '.join(view.policies)}"
    out: list[Line] = []
    for n, row in enumerate(wrap(clean(said), width - 2)):
        out.append(((f"{sign} " if n == 0 else "  ", ink), (row, "")))
    if view.folder:
        out += [BLANK, *(((row, "muted"),) for row in wrap(clean(f"kept in {view.folder}"), width))]
    return out


def header_line(view: View, me: str, width: int) -> Line:
    """The top line: who sits here, and the time."""
    _, zone = view.zone(view.now)
    tail: Line = ((f"{clock.hms(view.now, view.zone)} {zone}", ""), *_joined(view, width), (" ", ""))
    head: Line = ((" ", ""), ("War room", "bold"), ("   ", ""), (clean(me), "muted"))
    if view.alerts:
        count = "1 alert waits" if view.alerts == 1 else f"{view.alerts:,} alerts wait"
        head = (*head, ("   ", ""), (count, "amber"), (": F8", "muted"))
    return spread(head, tail, width)


def _joined(view: View, width: int) -> Line:
    """The server, and that it is gone; shorter where there is little room."""
    server = view.server.view
    if not server.joined:
        return ()
    name = clip(clean(server.server), 30 if width >= WIDE else 16)
    if server.state == ONLINE:
        return (("   ", ""), ("joined ", "green"), (name, "muted"))
    if troubled(server, view.now, 0):
        word = "not sent" if server.state == DENIED else "offline"
        return (
            ("   ", ""),
            (f"{word} since {when(server.since, view.now, view.zone)}", "amber"),
            (f" {name}", "muted"),
        )
    return (("   ", ""), ("connecting ", "muted"), (name, "muted"))


def hint(view: View, width: int) -> Line:
    """What Enter does with what is typed, and where Down leads, in at most `width` cells."""
    words = clean(" ".join(view.typed.split()))
    if asks_for_alerts(view.typed):
        return cut(((f"{ENTER} ", "sky"), ("the inbox of alerts", "")), width)
    if act := server_act(view.typed):
        return cut(((f"{ENTER} ", "sky"), (f"{act} {'a' if act == 'join' else 'the'} server", "")), width)
    new = f"declare new: {words}" if words else "declare new …"
    chosen = _chosen(view)
    if not chosen:
        fits = len(new) + 2 <= width or not words
        return cut(((f"{ENTER} ", "sky"), (new if fits else "declare new", "")), width)
    head: Line = ((f"{ENTER} ", "sky"), (chosen, ""))
    if not words:
        return cut(head, width)
    for said in (f"declare new: {words}", "declare new …", "new"):
        down: Line = (("   ↓ ", "sky"), (said, "muted"))
        if min(cells(head), _HINT) + cells(down) <= width:
            return (*cut(head, width - cells(down)), *down)
    return cut(head, width)


def _chosen(view: View) -> str:
    """What Enter would open, in words; empty: a new incident."""
    if view.selected == PRACTISE:
        return "Practise …"
    replay = view.selected == REPLAY
    each = view.found.replay if replay else view.found.listed(view.selected)
    return f"{'Replay ' * replay}{short_handle(each)} {clean(each.title)}" if each else ""


def short_handle(each: Listed) -> str:
    """The handle, as far as it tells one from another."""
    return each.handle.removeprefix("INC-")


def place(shown: Sequence[Listed], id: str) -> int:
    """Where the incident with this identity stands in the list; -1: nowhere."""
    return next((n for n, each in enumerate(shown) if each.id == id), -1)
