"""What is due: the nearest in big digits with its name, the next few under it, nearest first. Red once it is late."""

from rich.cells import cell_len

from ...core.due import Due
from ...core.duration import spell
from ...core.text import clean, wrap
from ...core.values import DAY, HOUR, MINUTE, Ms
from ..digits import WIDTH, big, countdown
from ..moment import Moment
from ..spans import BLANK, Line, clip, left, right, spread
from .pane import READING, Card, Pane

_SOON = 15 * MINUTE  # nearer than this, seconds count
_SHARE = 34  # cells of the strip that the first may take while others wait
_TIME, _KIND = 6, 6
KEYS = {"update": "F4", "step": "F2", "task": "F3", "page": "F9", "ack": "F8"}
HOW = {"update": "drafts", "step": "does it", "task": "has it", "ack": "has it"}
_ASKED = "?"  # the end of an acknowledgement's words while it is asked about


def time_left(left: Ms) -> str:
    """`1m32s`, `4h05m`; seconds only where they matter; late as `12m late`, in at most nine cells."""
    if left <= -MINUTE:
        late = -left
        return f"{late // DAY}d late" if late >= DAY else f"{short(late)} late"
    if left < 0:
        return "now"
    return spell(left) if left < _SOON else short(left)


def short(span: Ms) -> str:
    """`42s`, `12m`, `3h10m`, `2d04h`"""
    if HOUR > span >= MINUTE:
        return f"{span // MINUTE}m"
    return spell(span)


def tone(left: Ms) -> str:
    """Red once it is late, amber within the last two minutes."""
    return "red" if left < 0 else "amber" if left < 2 * MINUTE else "text"


def card(moment: Moment, width: int, height: int) -> Card:
    """The due pane for `width` × `height` cells."""
    items = moment.due
    if not items:
        closed = not moment.incident.open
        said = "Nothing is due: the incident has ended." if closed else "Nothing is due."
        return Card("Due", [((said, "muted"),)])
    first, rest = items[0], items[1:]
    late = first.due < moment.now
    lines: list[Line] = [*_first(first, moment, width), *_rest(rest, moment, width)]
    if height < 4:
        lines = _rest(items, moment, width)
    return Card("Due", lines, tone="red" if late else "amber")


def _first(item: Due, moment: Moment, width: int) -> list[Line]:
    wait = item.left(moment.now)
    colour = "red" if wait < 0 else "amber"
    rows = big(countdown(abs(wait)), moment.sight.ascii)
    room = max(0, width - WIDTH - 1)
    what = wrap(clean(item.what), room)
    key = KEYS.get(item.kind, "")
    last = f"{time_left(wait)}  {key}" if wait < 0 else key
    who = _who(item, moment)
    about = [(what[0], "bold"), (who, "muted"), (last.strip(), "red bold" if wait < 0 else "muted")]
    if item.why and wait >= 0:
        about[2] = (clean(item.why), "muted")
    if len(what) > 1:
        about[1] = (" ".join(what[1:]), "bold")
        if wait >= 0:
            about[2] = (f"{who} · {key}", "muted")
    return [
        ((left(row, WIDTH), colour), (" ", ""), (clip(text, room), style))
        for row, (text, style) in zip(rows, about, strict=True)
    ]


def _who(item: Due, moment: Moment) -> str:
    who = moment.name(item.who)
    if item.kind == "page":
        if not who:
            return "ring whoever can help" if item.due <= moment.now else ""
        return f"ring {who}" if item.due <= moment.now else f"{who} is called"
    if item.kind == "ack" and item.what.endswith(_ASKED):
        return "or they are called again"
    return f"{who} {HOW.get(item.kind, '')}".rstrip() if who else "nobody yet"


def _what(item: Due) -> str:
    # Beside the word for its kind: "ack  expires".
    if item.kind == "ack":
        return "still on it?" if item.what.endswith(_ASKED) else "expires"
    return clean(item.what)


def _rest(items: list[Due], moment: Moment, width: int) -> list[Line]:
    if not items:
        return [BLANK]
    who_width = min(max(cell_len(moment.name(d.who)) for d in items), max(5, width // 4))
    lines: list[Line] = []
    for item in items:
        wait = item.left(moment.now)
        far = wait >= _SOON
        ink = "red bold" if wait < 0 else "muted" if far else "bold"
        plain = "muted" if far else ""
        time = time_left(wait)
        time = time.removesuffix(" late") if wait < 0 else time
        kind = "late" if wait <= -MINUTE else item.kind
        head: Line = (
            (right(time, _TIME), ink),
            ("  ", ""),
            (left(kind, _KIND), "red" if wait <= -MINUTE else plain),
            ("  ", ""),
            (_what(item), plain),
        )
        lines.append(spread(head, ((right(moment.name(item.who), who_width), plain),) if who_width else (), width))
    return lines


def strip_line(moment: Moment, width: int) -> Line:
    """All that is due on one line: `1m32s update #3  3m10s step: check replicas`."""
    items = moment.due
    if not items:
        return (("nothing is due", "muted"),)
    out: list[tuple[str, str]] = []
    used = 0
    for n, item in enumerate(items):
        wait = item.left(moment.now)
        ink = tone(wait)
        who = f" {clean(item.who)}" if item.who and item.kind in ("page", "ack") else ""
        what = clean(item.what) if item.kind == "update" else f"{item.kind}: {_what(item)}{who}"
        time, text = time_left(wait), f" {what}"
        gap = "  " if n else ""
        rest = 4 if n < len(items) - 1 else 0
        room = width - used - len(gap) - len(time) - rest
        if n and room < min(cell_len(text), 14):
            out.append((f"  +{len(items) - n}", "muted"))
            break
        # The first one must not push the next out of sight.
        text = clip(text, min(room, _SHARE) if n == 0 and len(items) > 1 else room)
        loud = n == 0
        out += [(gap, ""), (time, f"{ink} bold"), (text, f"{ink} bold" if loud else "")]
        used += len(gap) + len(time) + cell_len(text)
    return tuple(out)


class DuePane(Pane):
    """What is due next."""

    DEFAULT_CSS = "DuePane { height: 9; }"
    reading = Card("Due", [READING])

    def card(self, moment: Moment, width: int, height: int) -> Card:
        return card(moment, width, height)


class DueStrip(Pane):
    """What is due, on one line, where there is no room for the pane."""

    DEFAULT_CSS = "DueStrip { height: 1; background: $panel; }"
    framed = False
    reading = Card(lines=[((" ", ""), *READING)])

    def ground(self, y: int) -> str:
        return "panel"

    def card(self, moment: Moment, width: int, height: int) -> Card:
        return Card(lines=[((" ", ""), *strip_line(moment, width - 2))])
