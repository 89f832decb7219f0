"""Two lines on top, tinted by severity: what, how bad, which phase, since when; then the impact and what is saved."""

from ..core.duration import spell
from ..core.text import clean
from ..core.values import HOUR, MINUTE, Ms
from .glyphs import IMPACT, SEVERITY
from .moment import Moment
from .panes.pane import Card, Pane
from .spans import Line, cells, clip, spread
from .theme import severity_ink, tint

COMPACT = 100  # narrower than this, words are shortened
_ENOUGH = 30  # cells that an impact keeps beside a number and a code


def card(moment: Moment, width: int, height: int) -> Card:
    """Both lines for `width` cells."""
    narrow = width < COMPACT
    if moment.sight.reading:
        return Card(lines=_reading(moment, width, narrow))
    return Card(lines=[_first(moment, width, narrow), _second(moment, width, narrow)])


def _reading(moment: Moment, width: int, narrow: bool) -> list[Line]:
    """What can be said before the first facts of a long incident were read."""
    name = moment.handle.removeprefix("INC-") if narrow else moment.handle
    head: Line = ((" ", ""), (name, "bold"), ("  ", ""), (clean(moment.sight.reading), "bold"))
    tail: Line = (("reading …", "muted"), ("   ", ""), (f"{moment.hms(moment.now)} {moment.zone}", ""), (" ", ""))
    return [spread(head, tail, width), spread(((" its last entries are shown already", "muted"),), (), width)]


def _first(moment: Moment, width: int, narrow: bool) -> Line:
    incident = moment.incident
    gap = " " if narrow else "  "
    name = moment.handle.removeprefix("INC-") if narrow else moment.handle
    head: list[tuple[str, str]] = [(" ", ""), (name, "bold"), (gap, "")]
    if incident.drill:
        head += [("DRILL", "violet bold"), (gap, "")]
    if incident.restricted:
        head += [("restricted", "amber"), (gap, "")]
    head.append((clean(incident.title), "bold"))
    span = incident.elapsed(moment.now)
    ran = _minutes(span) if narrow else spell(span)
    clock = moment.hm(moment.now) if narrow else moment.hms(moment.now)
    zone = "Z" if narrow and moment.zone == "UTC" else f" {moment.zone}"
    ink = severity_ink(incident.severity)
    tail: Line = (
        (SEVERITY + " ", ink),
        (incident.severity, f"{ink} bold"),
        (gap, ""),
        (incident.phase.upper(), "bold"),
        (gap if narrow else "   ", ""),
        (f"T+{ran}", "bold"),
        (gap if narrow else "   ", ""),
        (clock + zone, ""),
        (" ", ""),
    )
    return spread(tuple(head), tail, width)


def _minutes(span: Ms) -> str:
    return f"{span // MINUTE}m" if span < HOUR else spell(span)


def _second(moment: Moment, width: int, narrow: bool) -> Line:
    incident = moment.incident
    impact = incident.impact
    head: list[tuple[str, str]] = [(" ", "")]
    if impact:
        ended = impact.state == "ended"
        head += [(IMPACT + " ", "muted" if ended else "red"), (clean(impact.what), "")]
    else:
        head += [("impact not stated yet", "muted")]
    gap = "  " if narrow else "   "
    tail = (*_alerts(moment, narrow), *_saved(moment, narrow), (" ", ""))
    tail = (*_clock(moment, width - cells(tail), cells(head)), *tail)
    about: list[tuple[str, str]] = []
    if incident.services and not narrow:
        about += [(gap, ""), (clean(", ".join(incident.services)), "muted")]
    ways = _ways(moment)
    about += [(" · " if about else gap, "muted"), *ways[0]] if ways else []
    state = f", {impact.state}" if impact and impact.state != "ongoing" and not narrow else ""
    room = width - cells(tail) - cells(about) - len(state) - 1
    for way in ways[1:]:
        more = ((" · ", "muted"), *way)
        # A long impact gives way to the first way in, which somebody new needs first, and not to the others.
        if room - cells(more) < min(cells(head), _ENOUGH):
            break
        about += more
        room -= cells(more)
    if cells(head) > room > 16:
        head[-1] = (clip(head[-1][0], room - cells(head[:-1])), head[-1][1])
    head.append((state, "muted"))
    return spread((*head, *about), tail, width)


def _alerts(moment: Moment, narrow: bool) -> Line:
    """How many alerts wait in the inbox; nothing where none does."""
    count = moment.sight.alerts
    if not count:
        return ()
    word = "alert" if count == 1 else "alerts"
    said = f"{count:,} {word}" if narrow else f"{count:,} {word} wait{'s' if count == 1 else ''}"
    return ((said, "amber"), (" · ", "muted"))


def _ways(moment: Moment) -> list[Line]:
    """The ways to where people talk, the most important first: the link, the number, the code."""
    call = moment.incident.call
    ways = (("bridge", call.where), ("dial", call.dial), ("code", call.passcode))
    return [((f"{name} ", "muted"), (clean(text), "")) for name, text in ways if text]


def _saved(moment: Moment, narrow: bool) -> Line:
    """What became of what was written: `saved`, `saved · 2 unsent since 14:02`, or what is wrong."""
    sight = moment.sight
    said: Line = ((clean(sight.saved), "red bold" if sight.trouble else "green"),)
    if not (sight.sync.joined or sight.unsent):
        return said
    from .sync_words import saved

    return (*said, *saved(sight.sync, moment.now, sight.zone, sight.unsent, sight.unsent_since, narrow))


def _clock(moment: Moment, room: int, head: int) -> Line:
    """That this clock is not the server's. Where there is no room the impact gives way to one that is far off."""
    if moment.sight.sync.offset is None:
        return ()
    from .sync_words import skew

    for narrow in (False, True):
        words = skew(moment.sight.sync, narrow)
        least = min(head, _ENOUGH) if words and words[0][1] == "amber" and narrow else head
        if words and cells(words) + 3 + least <= room:
            return (*words, (" · ", "muted"))
    return ()


class Header(Pane):
    """The two lines on top."""

    DEFAULT_CSS = "Header { height: 2; }"
    framed = False

    def card(self, moment: Moment, width: int, height: int) -> Card:
        return card(moment, width, height)

    def ground(self, y: int) -> str:
        if y or self.moment is None:
            return "panel"
        incident = self.moment.incident
        return "drill" if incident.drill else tint(incident.severity)
