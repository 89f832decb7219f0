"""The report of a drill over the timeline, as lines to read: bands with what they rest on, then what to talk about."""

import asyncio
from typing import TYPE_CHECKING, Any

from ...config.drill_compare import simulated
from ...core.drill.report import report
from ...core.incident import Incident
from ...core.text import clean, wrap
from ...core.values import Ms
from ...render.drill import GROUPS, spelt
from ...room.desk import Desk
from ...room.drill_history import earlier, history
from ..glyphs import DONE, FAILED, IMPACT
from ..moment import Moment
from ..overlays.above import Sheet
from ..panes.pane import Card
from ..spans import BLANK, Line, left, spread

if TYPE_CHECKING:
    from ..incident_screen import IncidentScreen

_LOOKS = {"met": (DONE, "green"), "late": (IMPACT, "amber"), "missed": (FAILED, "red")}


def text(data: dict[str, Any], width: int) -> list[Line]:
    """The whole report in lines of at most `width` cells."""
    drill = data["drill"]
    out: list[Line] = []
    ran = f"{drill['level']} · seed {drill['seed']} · ran {spelt(drill['ran'])}"
    out += [((clean(drill["title"]), "bold"),), ((ran, "muted"),), BLANK]
    said = "Met, late or missed: no total, no rank. Other good ways count as well. /drill contest POINT why"
    out += [*_wrapped(said, width, "muted"), BLANK]
    if data["next_time"]:
        out.append((("Next time", "sky bold"),))
        for row in data["next_time"]:
            out += _wrapped(row, width, "bold", "· ")
        out.append(BLANK)
    for group, title in GROUPS.items():
        found = [point for point in data["points"] if point["group"] == group]
        if found:
            lines = (line for point in found for line in _point(point, width, _beside(point, data)))
            out += [((title, "sky bold"),), *lines, BLANK]
    if data["not_tested"]:
        names = ", ".join(row["what"] for row in data["not_tested"])
        out += [(("Not tested", "sky bold"),), *_wrapped(f"It never came to this: {names}.", width, "muted"), BLANK]
    record = data["recording"]
    if record["late_entries"]:
        told = f"{record['late_entries']} entries, median {spelt(record['median'])}, longest {spelt(record['longest'])}"
        out += [(("Written down later than it happened", "sky bold"),), *_wrapped(told, width, ""), BLANK]
    for title, rows in (
        ("Noted by the game master", [f"{r['by']}: {r['what']}" for r in data["observations"]]),
        ("To talk about", data["questions"]),
        ("The truth", [data["truth"]] if data["truth"] else []),
        ("Built on", data["sources"]),
    ):
        if rows:
            out.append(((title, "sky bold"),))
            for row in rows:
                out += _wrapped(row, width, "", "· ")
            out.append(BLANK)
    return out


def _wrapped(said: str, width: int, ink: str, sign: str = "") -> list[Line]:
    rows = wrap(clean(" ".join(said.split())), max(10, width - len(sign)))
    return [((sign if n == 0 else " " * len(sign), "muted"), (row, ink)) for n, row in enumerate(rows)]


def _point(point: dict[str, Any], width: int, beside: list[tuple[str, str]]) -> list[Line]:
    sign, ink = _LOOKS[point["band"]]
    took = spelt(point["took"]) if point["took"] else "never"
    about = f" ({point['about']})" if point["about"] else ""
    tail: Line = ((f"{took}, by {spelt(point['by'])}", "muted"),)
    head: Line = ((f"{sign} {left(point['band'], 6)} ", f"{ink} bold"),)
    room = max(20, width - 9 - sum(len(each) for each, _ in tail) - 2)
    rows = wrap(clean(point["what"] + about), room)
    out: list[Line] = [spread((*head, (rows[0], "bold" if point["band"] != "met" else "")), tail, width)]
    out += [((" " * 9, ""), (row, "bold" if point["band"] != "met" else "")) for row in rows[1:]]
    notes: list[tuple[str, str]] = []
    if fact := point["fact"]:
        who = fact["who"] or fact["by"]
        notes.append((f"T+{spelt(fact['at'])} {who}: {fact['text']}"[:200], "muted"))
    if point["other_way"]:
        notes.append((f"another good way: {point['other_way']}", "green"))
    if point["band"] != "met":
        notes += [(f"on the screen: {row}", "muted") for row in point["screen"][:2]]
        if point["better"]:
            notes.append((f"next time: {point['better']}", ""))
        notes.append((f"point {point['id']}", "muted"))
    notes += beside
    notes += [(f"contested by {row['by']}: {row['why']}", "amber") for row in point["contested"]]
    for said, tone in notes:
        out += [((" " * 9, ""), *line) for line in _wrapped(said, width - 9, tone)]
    return out


def compared(desk: Desk, state: Incident, now: Ms) -> dict[str, Any]:
    """The report with one's own earlier runs and simulated commanders beside it. It reads other drills' files."""
    before = earlier(history(desk), state, now, desk.me.name)
    return report(state, now, simulated(state), before)


def _beside(point: dict[str, Any], data: dict[str, Any]) -> list[tuple[str, str]]:
    """What one's earlier runs and simulated commanders made of this point."""
    found = [run["bands"].get(point["id"]) for run in data["compared"]["earlier"]]
    out = [(f"your earlier runs, latest first: {', '.join(told)}", "sky")] if (told := [b for b in found if b]) else []
    rows = data["compared"]["simulated"].items()
    others = [f"{who}: {bands[point['id']]}" for who, bands in rows if point["id"] in bands]
    return [*out, (f"simulated: {' · '.join(others)}", "muted")] if others and point["band"] != "met" else out


class Debrief(Sheet):
    """The report, to scroll through. It is made off the event loop, once for each state."""

    def __init__(self, room: "IncidentScreen") -> None:
        super().__init__(room.prompt, lambda: room.moment)
        self._room = room
        self._data: dict[str, Any] | None = None
        self._for: object = None

    def again(self) -> None:
        super().again()
        moment = self.moment
        if moment is not None and moment.incident is not self._for:
            self._for = moment.incident
            self.run_worker(self._make(moment), exclusive=True, exit_on_error=False)

    async def _make(self, moment: Moment) -> None:
        app = self._room.console_app
        desk = Desk(app.paths.incidents, app.desk.replica, app.desk.me, app.now)
        self._data = await asyncio.to_thread(compared, desk, moment.incident, moment.now)
        self._show()

    def card(self, moment: Moment, width: int, height: int) -> Card:
        if self._data is None:
            return Card("Debrief", [(("reading the drill …", "muted"),)], "Esc back", tone="violet")
        every = text(self._data, width) if self._data else [(("This drill has no scenario to report on.", ""),)]
        self.top = max(0, min(self.top, len(every) - height))
        below = len(every) - self.top - height
        foot = f"{below} more lines ↓ PgDn" if below > 0 else "Esc back"
        return Card("Debrief", every[self.top : self.top + height], foot, tone="violet")
