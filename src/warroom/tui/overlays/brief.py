"""The brief over the timeline: what goes with every page, on one sheet, with what is asked of the reader in front."""

from rich.cells import cell_len

from ...core.brief import Brief, Said, brief, turn
from ...core.duration import spell
from ...core.incident import Incident
from ...core.text import clean, wrap
from ...core.values import SECOND
from ...render.brief import DID, dial_in, evidence, flat, impact, left
from ..moment import Moment
from ..panes.pane import Card
from ..spans import BLANK, Line, cells, spread
from ..spans import left as padded
from .above import Sheet

_LABEL = 11
_WHO = 12  # the widest column of names
_FRESH = 5 * SECOND  # a long incident is not read again at every tick
_TONES = {"acked": "green", "declined": "amber", "no answer": "amber", "expired": "amber"}


class BriefSheet(Sheet):
    """One column of labels, one of what is so. Up and Down scroll."""

    _made: tuple[Incident, Brief] | None = None

    def card(self, moment: Moment, width: int, height: int) -> Card:
        told = self._brief(moment)
        every = lines(told, moment, width)
        self.top = min(self.top, max(0, len(every) - height))
        below = len(every) - self.top - height
        foot = f"{below} more lines ↓" if below > 0 else "↑ ↓ scroll · Esc back" if self.top else "Esc back"
        reader = f"{told.place} gets it" if told.place else "it goes with every page"
        title = f"Brief at {moment.hm(moment.now)} {moment.zone}, as {reader}"
        return Card(title, every[self.top : self.top + height], foot, tone="sky")

    def _brief(self, moment: Moment) -> Brief:
        made = self._made
        if made is None or made[0] is not moment.incident or not 0 <= moment.now - made[1].now < _FRESH:
            state, now = moment.incident, moment.now
            made = (state, brief(state, now, place=turn(state, now), handle=moment.handle))
            self._made = made
        return made[1]


def lines(told: Brief, moment: Moment, width: int) -> list[Line]:
    """The sheet's lines, each of at most `width` cells."""
    zone = moment.sight.zone
    stated = impact(told.impact, moment.now, zone)
    head: Line = ((flat(told.severity, 12), "amber bold"), ("  ", ""), (clean(told.title), "bold"))
    state = f"{told.phase} for {spell(moment.incident.elapsed(moment.now))}" if told.phase else ""
    drill: Line = (("DRILL", "violet bold"),) if told.drill else ()
    out: list[Line] = [
        *_heading(head, width),
        spread(((f"{told.handle}  {clean(state)}", "muted"),), drill, width),
        BLANK,
    ]
    out += _row("impact", stated, "" if told.impact else "amber", width)
    out += _row("needed", told.needed, "sky bold", width)
    call = ", ".join(part for part in (told.bridge, dial_in(told.dial, told.passcode)) if part)
    out += _row("bridge", call or "not set: /bridge WHERE", "bold" if call else "muted", width)
    out += _row("command", told.commander or "nobody", "" if told.commander else "amber", width)
    out += _row("answer", told.answer, "", width)
    names = [clean(s.who) for part in (told.happened, told.done, told.hypotheses, told.ruled_out) for s in part]
    who = min(_WHO, max((cell_len(name) for name in names), default=0))
    for label, said in (("happened", told.happened), ("done", told.done)):
        out += _entries(label, said, moment, width, who)
    out += _texts("running", [_running(told, n, moment) for n in range(len(told.running))], width)
    out += _entries("open", told.hypotheses, moment, width, who)
    out += _entries("ruled out", told.ruled_out, moment, width, who)
    out += _texts("evidence", [evidence(proof, 400) for proof in told.evidence], width)
    out += _called(told, moment, width)
    if moment.incident.restricted:
        out += [BLANK, *_row("restricted", "channels that many read get the handle and whom to ask", "muted", width)]
    return out


def _heading(head: Line, width: int) -> list[Line]:
    severity, gap, (title, style) = head
    indent = cells((severity, gap))
    first, *rest = wrap(title, max(10, width - indent))
    return [(severity, gap, (first, style)), *(((" " * indent, ""), (row, style)) for row in rest)]


def _row(label: str, text: str, style: str, width: int) -> list[Line]:
    """A label and its text, wrapped under itself."""
    first, *rest = wrap(clean(" ".join(text.split())), max(10, width - _LABEL))
    return [((padded(label, _LABEL), "muted"), (first, style)), *(((" " * _LABEL, ""), (row, style)) for row in rest)]


def _texts(label: str, texts: list[str], width: int) -> list[Line]:
    rows = [_row(label if n == 0 else "", text, "", width) for n, text in enumerate(text for text in texts if text)]
    return [BLANK, *(line for row in rows for line in row)] if rows else []


def _entries(label: str, said: tuple[Said, ...], moment: Moment, width: int, names: int) -> list[Line]:
    """Entries with their time and speaker, whose names take up `names` cells."""
    out: list[Line] = [BLANK] if said else []
    for n, each in enumerate(said):
        head: Line = (
            (padded(label if n == 0 else "", _LABEL), "muted"),
            (moment.hm(each.at) + "  ", "muted"),
            (padded(clean(each.who), names) + "  ", "muted"),
        )
        indent = cells(head)
        loud = "bold" if each.kind in ("decision", "declared") else ""
        first, *rest = wrap(clean(" ".join(each.what.split())), max(10, width - indent))
        out += [(*head, (first, loud)), *(((" " * indent, ""), (row, loud)) for row in rest)]
    return out


def _running(told: Brief, n: int, moment: Moment) -> str:
    task = told.running[n]
    due = left(task.due, moment.now)
    return f"{task.who}: {task.what}" + (f" · {due}" if due else "")


def _called(told: Brief, moment: Moment, width: int) -> list[Line]:
    out: list[Line] = [BLANK] if told.called else []
    for n, each in enumerate(told.called):
        at = f" {moment.hm(each.at)}" if each.at is not None else ""
        head: Line = (
            (padded("called" if n == 0 else "", _LABEL), "muted"),
            (f"{flat(each.place, 12)}  ", "muted"),
            (flat(each.who, 40), ""),
        )
        tail: Line = ((DID.get(each.did, clean(each.did)) + at, _TONES.get(each.did, "muted")),)
        fits = cells(head) + cells(tail) + 2 <= width
        out += [(*head, ("  ", ""), *tail)] if fits else [head, ((" " * _LABEL, ""), *tail)]
    return out
