"""Under the header of a drill: that it is one, how its clock runs, what is heard on the bridge, what is asked.

Its height does not change, so that nothing jumps while voices come and go.
"""

from ...core import events as ev
from ...core.drill import clock
from ...core.duration import spell
from ...core.incident import Incident
from ...core.text import clean, wrap
from ...core.values import SECOND, Ms
from ..glyphs import NEXT, SAID
from ..moment import Moment
from ..panes.pane import Card, Pane
from ..spans import BLANK, Line, cells, clip, left, spread

ROWS = 4  # with the first line
_LASTS = 20 * SECOND
MARK = " DRILL "
LEAVES = "nothing leaves this machine"


def coach(state: Incident) -> ev.Inject | None:
    """The line of teaching that holds now: the latest one that came and whose aim is not reached yet."""
    from ...core.drill.moments import since
    from ...core.drill.world import happened, injects

    start = clock.start_of(state)
    found: list[tuple[Ms, ev.Inject]] = []
    for each in injects(state):
        came = happened(state, each.id) if each.kind == "coach" else None
        if came is not None and since(each.until, state, start) is None:
            found.append((came.at.t, each))
    return max(found, key=lambda each: each[0])[1] if found else None


def lines(moment: Moment, width: int, rows: int) -> list[Line]:
    """The strip for `width` cells: the first line says what this is, the others what is heard and asked."""
    state, now = moment.incident, moment.now
    from ...core.drill.report import heard  # what no real incident needs, no start waits for

    out: list[Line] = [_first(state, now, width)]
    over = clock.ended(state)
    if over is not None:
        said = "/drill report shows how it went · /drill restart · Esc q leaves"
        return [*out, (("  " + clip(said, width - 3), "bold"),), *[BLANK] * (rows - 2)][:rows]
    room = rows - 1
    below: list[Line] = _asked(state, width, room)
    lasts = _LASTS * max(100, clock.speed(state) or clock.before_pause(state)) // 100
    voices = heard(state, now, lasts)
    names = max((cells(((clean(who), ""),)) for who, _ in voices), default=0)
    for who, said in voices[-(room - len(below)) :] if room > len(below) else ():
        head: Line = ((f"  {SAID} ", "violet"), (left(clean(who), min(names, 14)), "bold"), ("  ", ""))
        below.append((*head, (clip(clean(" ".join(said.split())), max(8, width - cells(head) - 1)), "")))
    if not below:
        below = [((f"  {SAID} the bridge is quiet", "muted"),)]
    return [*out, *below, *[BLANK] * (room - len(below))][:rows]


def _first(state: Incident, now: Ms, width: int) -> Line:
    played = clock.scenario(state)
    speed, stood = clock.speed(state), clock.set_at(state)
    why = str(getattr(stood.body, "why", "")) if stood else ""
    head: list[tuple[str, str]] = [(MARK, "violet bold reverse"), (f"  {LEAVES}", "violet bold")]
    if clock.ended(state) is not None or played is None:
        return spread(tuple(head), (("over ", "violet bold"),), width)
    gone = max(0, now - clock.start_of(state))
    if speed:
        times = f"×{speed / 100:g}" if speed != 100 else ""
        tail: Line = (
            (f"{times}  " if times else "", "violet bold"),
            (f"{spell(gone)} of at most {played.length // 60_000}m ", ""),
        )
        hint: Line = (("/drill pause · faster · skip   ", "muted"),)
        whole = spread(tuple(head), (*hint, *tail), width)
        return whole if cells(head) + cells(hint) + cells(tail) + 3 <= width else spread(tuple(head), tail, width)
    if why.startswith("A REAL"):
        stopped: Line = (head[0], ("  ", ""), (clip(clean(why), width - 26), "red bold"))
        return spread(stopped, (("paused ", "red bold"),), width)
    from ...core.drill.world import waits_for_answer

    asks = waits_for_answer(state) is not None
    said = "the clock waits for you" if asks else "PAUSED · /drill go"
    return spread(tuple(head), ((f"{said} ", "violet bold" if asks else "amber bold"),), width)


def _asked(state: Incident, width: int, room: int) -> list[Line]:
    """What a replay asks, or what the first drill teaches."""
    from ...core.drill.world import waits_for_answer

    if waits_for_answer(state) is not None:
        said = "What would you do now? Log a decision (! …), an action (> …) or a task (@ivo …)."
        return [((f"  {NEXT} ", "sky bold"), (row, "bold")) for row in wrap(said, width - 6)[:room]]
    told = coach(state)
    if told is None:
        return []
    keys: Line = ((f"  {clean(told.keys)} ", "sky bold"),) if told.keys else ()
    rows = wrap(clean(" ".join(told.text.split())), max(20, width - 6))[:room]
    out: list[Line] = [((f"  {NEXT} " if n == 0 else "    ", "sky bold"), (row, "bold")) for n, row in enumerate(rows)]
    if keys and cells(out[-1]) + cells(keys) <= width:
        return [*out[:-1], spread(out[-1], keys, width)]
    return [*out[: room - 1], spread((), keys, width)] if keys else out


class DrillStrip(Pane):
    """Those lines. It takes no row in a real incident."""

    DEFAULT_CSS = """
    DrillStrip { height: 4; display: none; }
    .-small DrillStrip { height: 3; }
    DrillStrip.-over { height: 2; }
    """
    framed = False

    def card(self, moment: Moment, width: int, height: int) -> Card:
        return Card(lines=[spread(line, (), width) for line in lines(moment, width, max(1, height))])

    def ground(self, y: int) -> str:
        return "drill"
