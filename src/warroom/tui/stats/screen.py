"""What many incidents say together, over whatever screen is up: plots to scroll through, by severity, service or month.

It is there at once; the files are read in a thread, and those that did not change since the last look are not read.
"""

import asyncio

import msgspec
from textual.app import ComposeResult
from textual.binding import Binding

from ...core.alerts.signal import Signal
from ...core.alerts.signal import signal as counted
from ...core.review.metrics import Metrics
from ...core.review.stats import Stats, stats
from ...core.text import clean, wrap
from ...core.values import Ms
from ...core.zone import Zone, utc
from ...render import signal
from ...render.stats_text import lines, month
from ...room import StoreError
from ...room.alerts_live import there
from ...room.alerts_weeks import lately
from ...room.alerts_weeks import read as read_weeks
from ...room.metrics_cache import Read, read
from ..console import ConsoleDialog
from ..key_line import KeyLine, Keys
from ..panes.pane import Card, Surface
from ..spans import BLANK, Line

KEYS: Keys = (
    ("esc", "back"),
    ("s", "by severity"),
    ("v", "by service"),
    ("m", "by month"),
    ("a", "alerts"),
    ("↑ ↓", "scroll"),
    ("r", "read again"),
)
ALERTS = "alerts"  # instead of a cut: what the inbox says
_LOOK = 0.2  # seconds between two looks at how far the reading has come


class View(msgspec.Struct, frozen=True, eq=False):
    """What is shown: the numbers at `now` (UTC ms) and their cut; while they are read, how many files of how many."""

    by: str = "severity"
    found: Stats | None = None
    rows: tuple[Metrics, ...] = ()
    now: Ms = 0
    zone: Zone = utc
    seen: tuple[int, int] = (0, 0)
    trouble: str = ""
    unread: tuple[str, ...] = ()
    signal: Signal | None = None  # None: no alert ever came in
    weeks: tuple[str, ...] = ()
    ascii: bool = False


def text(view: View, width: int) -> list[Line]:
    """The whole in lines of at most `width` cells."""
    if view.trouble:
        return [((line, "red bold"),) for line in wrap(clean(view.trouble), width)]
    if view.found is None:
        seen, total = view.seen
        return [((f"reading {seen:,} of {total:,} incidents …" if total else "reading …", "muted"),)]
    said = [line for each in view.unread for line in wrap(clean(each), width)]
    out: list[Line] = [*(((line, "amber"),) for line in said), *([BLANK] if said else [])]
    if view.by == ALERTS:
        return [*out, *_alerts(view, width)]
    heard = signal.short(view.signal, view.weeks, view.now, width, view.ascii) if view.signal else []
    out += lines(view.found, view.rows, view.by, view.now, width, view.zone, heard)
    if not view.found.n:
        out += [BLANK, (("No incident to count yet; drills are in no number.", "muted"),)]
    return out


def _alerts(view: View, width: int) -> list[Line]:
    if view.signal is None:
        return [(("No alert ever came in here: there is no rule to mend.", "muted"),)]
    return signal.lines(view.signal, view.weeks, view.now, width, view.ascii)


class Numbers(Surface, can_focus=True):
    """The lines, scrolled. They are made once for each view and width."""

    DEFAULT_CSS = "Numbers { height: 1fr; }"

    def __init__(self) -> None:
        super().__init__()
        self.top = 0
        self._view = View()
        self._made: tuple[View, int, list[Line]] | None = None

    def look(self, view: View) -> None:
        """Show this."""
        self._view = view
        self._show()

    def scroll(self, by: int) -> None:
        """So many lines down; what there is of it."""
        self.top = max(0, self.top + by)
        self._show()

    def content(self, width: int, height: int) -> Card:
        made = self._made
        if made is None or made[0] is not self._view or made[1] != width:
            made = self._made = (self._view, width, text(self._view, width))
        every = made[2]
        self.top = max(0, min(self.top, len(every) - height))
        below = len(every) - self.top - height
        foot = f"{below} more lines ↓ PgDn" if below > 0 else ""
        title = "Stats of alerts" if self._view.by == ALERTS else f"Stats by {self._view.by}"
        return Card(title, every[self.top : self.top + height], foot, tone="sky")


def _heard(data: str, now: Ms) -> tuple[Signal | None, tuple[str, ...], list[str]]:
    """What the inbox says of this week and the last, which weeks that are, and what cannot be read."""
    chosen = tuple(lately(now))
    if not there(data):
        return None, chosen, []
    inbox, troubles = read_weeks(data, chosen)
    return counted([inbox]), chosen, troubles


class StatsScreen(ConsoleDialog[None]):
    """Esc goes back to where it was opened from."""

    DEFAULT_CSS = """
    StatsScreen { background: $background; layout: vertical; }
    """

    BINDINGS = [
        Binding("escape,q,ctrl+c", "back", show=False),
        Binding("s", "cut('severity')", show=False),
        Binding("v", "cut('service')", show=False),
        Binding("m", "cut('month')", show=False),
        Binding("a", "cut('alerts')", show=False),
        Binding("r", "again", show=False),
        Binding("up,k", "scroll(-1)", show=False),
        Binding("down,j", "scroll(1)", show=False),
        Binding("pageup", "page(-1)", show=False),
        Binding("pagedown,space", "page(1)", show=False),
        Binding("home", "scroll(-1000000)", show=False),
        Binding("end", "scroll(1000000)", show=False),
    ]

    def __init__(self, by: str = "severity") -> None:
        super().__init__()
        self._numbers = Numbers()
        self._view = View(by=by)
        self._reading = False
        self._seen = (0, 0)  # set by the thread that reads

    def compose(self) -> ComposeResult:
        yield self._numbers
        keys = KeyLine()
        keys.set_reactive(KeyLine.keys, KEYS)
        yield keys

    def on_mount(self) -> None:
        self.set_focus(self._numbers)
        self.set_interval(_LOOK, self._progress)
        self.action_again()

    def _show(self, **changed: object) -> None:
        app = self.console_app
        ascii = app.settings.glyphs == "ascii"
        self._view = msgspec.structs.replace(self._view, zone=app.zone, ascii=ascii, **changed)
        self._numbers.look(self._view)

    # ── reading ──

    def action_again(self) -> None:
        """Read what there is now."""
        if not self._reading:
            self._reading = True
            self.run_worker(self._read(), exit_on_error=False)

    async def _read(self) -> None:
        app = self.console_app
        folders, now, zone = (app.paths.incidents, app.paths.archive), app.now(), app.zone
        try:
            found, rows, numbers = await asyncio.to_thread(self._made, folders, now, zone)
            heard, weeks, troubles = await asyncio.to_thread(_heard, app.paths.data, now)
        except StoreError as failed:
            self._show(trouble=str(failed))
            return
        finally:
            self._reading = False
        unread = (*(f"In no number: {each.why}" for each in found.troubles), *troubles)
        self._show(found=numbers, rows=tuple(rows), now=now, unread=unread, trouble="", signal=heard, weeks=weeks)

    def _made(self, folders: tuple[str, ...], now: Ms, zone: Zone) -> tuple[Read, list[Metrics], Stats]:
        found = read(folders, self._tell)
        rows = found.at(now)
        return found, rows, stats(rows, lambda t: month(t, zone))

    def _tell(self, seen: int, total: int) -> None:
        self._seen = (seen, total)

    def _progress(self) -> None:
        if self._reading and self._view.found is None:
            self._show(seen=self._seen)

    # ── keys ──

    def action_back(self) -> None:
        if self.is_active:
            self.dismiss(None)

    def action_cut(self, by: str) -> None:
        self._numbers.top = 0 if ALERTS in (by, self._view.by) else self._numbers.top
        self._show(by=by)

    def action_scroll(self, by: int) -> None:
        self._numbers.scroll(by)

    def action_page(self, by: int) -> None:
        self._numbers.scroll(by * max(1, self._numbers.size.height - 4))

    # ── as a screen of the console ──

    def perform(self, name: str) -> None:
        """No act of the key map is for the numbers; help is one screen back."""

    def show_keys(self, open: bool) -> None:
        """All keys are on the screen."""

    def tell(self, sentence: str, trouble: bool = False) -> None:
        """It is shown on the screen under this one, where it will be read."""
        from ..overlays.help import Teller

        under = self.app.screen_stack[-2]
        if isinstance(under, Teller):
            under.tell(sentence, trouble)
