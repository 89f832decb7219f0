"""The war room on one screen: header, timeline, what is due beside it, prompt and keys, from 132×40 down to 60×15.

Only the layout lives here. The screen makes one moment a second and gives it to every pane; it knows no fact.
"""

from collections.abc import Callable

from textual import events
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.screen import Screen
from textual.widget import Widget

from ..core.drill import clock
from ..core.incident import Incident
from ..core.values import SECOND, Ms
from .drill.strip import ROWS, DrillStrip
from .header import Header
from .key_line import ROOM, KeyLine, Keys
from .moment import Moment, Sight, moment
from .panes.checklist import ChecklistPane
from .panes.due import DuePane, DueStrip
from .panes.escalation import EscalationPane
from .panes.escalation_strip import EscalationStrip
from .panes.pane import Pane
from .panes.roles import RolesPane, RolesStrip
from .sync_view import troubled
from .timeline import Timeline

WIDE = (100, 30)  # from this size on, the panes stand beside the timeline
SMALL = (70, 20)  # below this, only what is due stays above the timeline
_SIDE = 44
ZOOMS = ("timeline", "due", "escalation", "roles", "checklist")


class RoomScreen(Screen[None]):
    """One incident. `prompt` is, or holds as `#prompt`, what has the keyboard; `now` gives the time (UTC ms)."""

    DEFAULT_CSS = """
    RoomScreen { background: $background; color: $foreground; layout: vertical; overflow: hidden; }
    RoomScreen #body { height: 1fr; overflow: hidden; }
    RoomScreen #side { overflow: hidden; }
    """

    def __init__(self, prompt: Widget, now: Callable[[], Ms], keys: Keys = ROOM) -> None:
        super().__init__()
        self._prompt = prompt
        self._now = now
        self._keys = keys
        self._moment: Moment | None = None
        self._incident: Incident | None = None
        self._sight = Sight()
        self._zoomed = ""
        self._in_sight: list[Pane] = []
        self._banner: Pane | None = None

    def compose(self) -> ComposeResult:
        yield Header(id="header")
        yield DrillStrip(id="drill-strip")
        yield DueStrip(id="due-strip")
        yield EscalationStrip(id="escalation-strip")
        yield RolesStrip(id="roles-strip")
        with Horizontal(id="body"):
            yield Timeline(id="timeline")
            with Vertical(id="side"):
                yield DuePane(id="due")
                yield EscalationPane(id="escalation")
                yield RolesPane(id="roles")
                yield ChecklistPane(id="checklist")
        yield self._prompt
        yield KeyLine(id="keys")

    def on_mount(self) -> None:
        self.query_one(KeyLine).keys = self._keys
        self._arrange()
        # On the second, so that all clocks in a room change together.
        self.set_timer((SECOND - self._now() % SECOND) / SECOND, self._begin)

    def _begin(self) -> None:
        self.tick()
        self.set_interval(1, self.tick)

    # ── what it shows ──

    def now(self) -> Ms:
        """What time it is in this incident (UTC ms): a drill has a clock of its own."""
        return self._now()

    @property
    def timeline(self) -> Timeline:
        return self.query_one(Timeline)

    @property
    def moment(self) -> Moment | None:
        """What is on the screen now."""
        return self._moment

    def show(self, incident: Incident, sight: Sight | None = None) -> None:
        """Show this state, in the same refresh in every pane."""
        was, now = self._incident, incident
        begins = clock.scenario(now) is not None and (was is None or clock.running(was) != clock.running(now))
        self._incident = incident
        if sight is not None:
            self._sight = sight
        if begins:
            self._arrange()
        self.tick()

    def look(self, sight: Sight) -> None:
        """Show the same state as this person sees it now: another zone, another word about what is saved."""
        self._sight = sight
        self.tick()

    def tick(self) -> None:
        """Bring every pane to now. A pane that says the same as before paints nothing."""
        if self._incident is None or not self.is_mounted:
            return
        self._moment = moment(self._incident, self._now(), self._sight, self._moment)
        self._say_offline(self._moment)
        for pane in self._in_sight:
            pane.moment = self._moment

    def _say_offline(self, moment: Moment) -> None:
        """The line under the header, while there is something to say; else it takes no row, nor time at the start."""
        needed = troubled(moment.sight.sync, moment.now, moment.sight.unsent)
        if not (needed or self._banner):
            return
        from .offline import Banner

        if self._banner is None:
            self._banner = Banner(id="offline")
            self.mount(self._banner, after="#header")
        self._banner.display = needed
        self._banner.moment = moment

    # ── how it is laid out ──

    @property
    def zoomed(self) -> str:
        """The pane that fills the body, or nothing."""
        return self._zoomed

    def zoom(self, name: str) -> None:
        """Let the pane of that name (one of ZOOMS) fill the body; no name, or the same again, brings all back."""
        self._zoomed = "" if name == self._zoomed else name
        self._arrange()

    def on_resize(self, event: events.Resize) -> None:
        self._arrange()

    def _arrange(self) -> None:
        width, height = self.size
        wide = width >= WIDE[0] and height >= WIDE[1]
        small = width < SMALL[0] or height < SMALL[1]
        self.set_class(not wide, "-compact")
        self.set_class(small, "-small")
        self.set_class(bool(self._zoomed), "-zoomed")
        played = self._incident is not None and clock.scenario(self._incident) is not None
        over = played and self._incident is not None and not clock.running(self._incident)
        strip = self.query_one(DrillStrip)
        strip.display = played
        strip.set_class(over, "-over")
        self.query_one(DueStrip).display = not wide and not over
        self.query_one(EscalationStrip).display = not wide and not over
        self.query_one(RolesStrip).display = not wide and not small and not over
        zoomed = self._zoomed
        for each in (self._prompt, *self._prompt.query("#prompt")):
            each.set_class(not wide, "-compact")
        timeline, side = self.timeline, self.query_one("#side")
        timeline.compact = not wide and not zoomed
        timeline.zoomed = zoomed == "timeline"
        timeline.display = zoomed in ("", "timeline")
        side.display = bool(zoomed and zoomed != "timeline") or (wide and not zoomed)
        side.styles.width = "1fr" if zoomed else _SIDE
        heights = _heights(height - 6 - (ROWS if played else 0))
        for name in ZOOMS[1:]:
            pane = self.query_one(f"#{name}", Pane)
            pane.display = zoomed in ("", name)
            pane.zoomed = zoomed == name
            pane.styles.height = "1fr" if zoomed or name == "checklist" else heights[name]
        hidden = () if side.display else tuple(side.children)
        self._in_sight = [pane for pane in self.query(Pane) if pane.display and pane not in hidden]
        self.tick()


def _heights(room: int) -> dict[str, int]:
    """The rows of each pane beside the timeline, which has `room`; the checklist takes what is left."""
    if room < 30:
        return {"due": 7, "escalation": 7, "roles": 5}
    more = max(0, room - 34)
    return {"due": 9 + min(3, more // 4), "escalation": 11 + min(4, more // 3), "roles": 6 + min(2, more // 5)}
