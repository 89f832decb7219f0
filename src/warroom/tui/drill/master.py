"""The game master's console: what happened, what comes and what waits in a drill, beside the room as players see it.

It looks at the same room as they do, and does what it does by commands; nothing of it is in their console.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

from msgspec.structs import replace
from textual import events
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.screen import Screen

from ...core.commands import Command
from ...core.drill import clock
from ...core.drill.injects import standings
from ...core.incident import Incident
from ...core.values import SECOND, Ms, Refused
from ...room import StoreError
from ...room.live import LiveRoom
from ...room.room import Outcome
from ..following import Following
from ..moment import Moment, Sight, moment
from ..notice import Notice
from ..overlays.above import Telling
from ..panes.due import DuePane, DueStrip
from ..panes.pane import Pane
from ..timeline import Timeline
from .master_acts import ACTS, DRILL, leave, leave_at_all
from .master_panes import (
    KEYS,
    PAGE_KEYS,
    Behind,
    Chosen,
    Full,
    InjectList,
    MasterKeys,
    MasterStrip,
    Part,
    View,
    first,
)

if TYPE_CHECKING:
    from ..app import WarRoomApp

WIDE = (100, 26)  # from this size on, the room stands beside the injects
_LOW = 20  # lower than this, the chosen inject has a page of its own only, and one line says what is due in the room
INJECTS, ROOM, FULL, TRUTH = "injects", "room", "full", "truth"
_PAGES = {"enter": FULL, "t": TRUTH, "tab": ROOM}


class GameMaster(Following, Screen[None]):
    """One drill, led. `now` gives its time (UTC ms)."""

    DEFAULT_CSS = """
    GameMaster { background: $background; color: $foreground; layout: vertical; overflow: hidden; }
    GameMaster #body { height: 1fr; overflow: hidden; }
    GameMaster #main { width: 1fr; height: 1fr; overflow: hidden; }
    GameMaster #side { height: 1fr; overflow: hidden; }
    """

    def __init__(self, live: LiveRoom, now: Callable[[], Ms]) -> None:
        super().__init__()
        self.live = live
        self._now = now
        self._page = INJECTS
        self._view: View | None = None
        self._troubles = 0

    def compose(self) -> ComposeResult:
        yield MasterStrip(id="strip")
        with Horizontal(id="body"):
            with Vertical(id="main"):
                yield InjectList(id="injects")
                yield Chosen(id="chosen")
                yield Full(id="full")
                yield Behind(id="truth")
            with Vertical(id="side"):
                yield DueStrip(id="due-strip")
                yield DuePane(id="due")
                yield Timeline(id="timeline")
        yield Notice(id="notice")
        yield MasterKeys(id="keys")

    @property
    def console_app(self) -> "WarRoomApp":
        return self.app  # type: ignore[return-value]  # this screen is only ever on the console's app

    def on_mount(self) -> None:
        self.set_focus(self.query_one(MasterKeys))
        self.took(self.live.state)
        self._arrange()
        self.follow()
        # On the second, so that all clocks of the console change together.
        self.set_timer((SECOND - self._now() % SECOND) / SECOND, self._begin)

    def _begin(self) -> None:
        self.tick()
        self.set_interval(1, self.tick)

    # ── what it shows ──

    def now(self) -> Ms:
        """What time it is in the drill (UTC ms)."""
        return self._now()

    @property
    def view(self) -> View | None:
        """What is on the screen."""
        return self._view

    def took(self, state: Incident) -> None:
        before = self._view
        if before is not None and clock.running(before.moment.incident) and not clock.running(state):
            self.tell("The drill is over. `warroom drill report` shows how it went.")
        found = standings(state)
        moved = before is not None and before.moved and any(each.id == before.chosen for each in found)
        chosen = before.chosen if before and moved else first(found)
        self._view = View(self._moment(state), found, chosen, moved)
        self._show()

    def troubled(self, failed: StoreError) -> None:
        self.tell(str(failed), True)

    def tick(self) -> None:
        """Bring everything to now. What says the same as before paints nothing."""
        if self._view is not None and self.is_mounted:
            self._view = replace(self._view, moment=self._moment(self._view.moment.incident))
            self._show()

    def _moment(self, state: Incident) -> Moment:
        app = self.console_app
        sight = Sight(
            me=app.me,
            zone=app.zone,
            ascii=app.settings.glyphs == "ascii",
            saved="not saved" if self._troubles else "saved",
            trouble=self._troubles > 0,
            reading="" if self.live.loaded else "the drill",
        )
        return moment(state, self._now(), sight, self._view.moment if self._view else None)

    def _show(self) -> None:
        if self._view is None:
            return
        for part in self.query(Part):
            if part.display:
                part.view = self._view
        side = self.query_one("#side").display
        for pane in self.query(Pane):
            if side and pane.display:
                pane.moment = self._view.moment

    def tell(self, sentence: str, trouble: bool = False) -> None:
        """One sentence above the keys."""
        self.query_one(Notice).tell(sentence, trouble)

    def told_of_real_page(self, sentence: str) -> None:
        """A real page has stopped the drill: from any thread."""
        self._soon(self.tell, sentence, True)
        self._soon(self.app.bell)

    # ── how it is laid out ──

    def on_resize(self, event: events.Resize) -> None:
        self._arrange()

    def _arrange(self) -> None:
        width, height = self.size
        page, wide = self._page, width >= WIDE[0] and height >= WIDE[1]
        shown = {"#injects": INJECTS, "#chosen": INJECTS, "#full": FULL, "#truth": TRUTH}
        for name, of in shown.items():
            self.query_one(name).display = of == page
        main, side = self.query_one("#main"), self.query_one("#side")
        main.display = page != ROOM
        side.display = page == ROOM or (wide and page == INJECTS)
        side.styles.width = "1fr" if page == ROOM else max(44, width * 2 // 5)
        low = height < _LOW
        self.query_one(DueStrip).display, self.query_one(DuePane).display = low, not low
        chosen = self.query_one("#chosen")
        chosen.display = chosen.display and height >= _LOW
        chosen.styles.height = min(14, height * 2 // 5)
        self.query_one(MasterKeys).show(KEYS if page == INJECTS else PAGE_KEYS)
        self._show()

    def _go(self, page: str) -> None:
        self._page = INJECTS if page == self._page else page
        for part in (self.query_one(Full), self.query_one(Behind)):
            part.top = 0
        self._arrange()

    # ── keys ──

    def on_screen_resume(self) -> None:
        self.query_one(MasterKeys).forget()

    def on_master_keys_typed(self) -> None:
        self.tell("Nothing is typed here. A letter that comes alone is a key; the last line shows them.")

    def on_master_keys_pressed(self, message: MasterKeys.Pressed) -> None:
        if self.app.screen is not self:
            return  # it came while a dialog was on its way
        key = message.key
        self.tell("")
        try:
            if key in ("escape", "ctrl+c"):
                self._go(INJECTS) if self._page != INJECTS else leave(self)
            elif key == "ctrl+d":
                leave_at_all(self)
            elif key in _STEPS:
                self._step(*_STEPS[key])
            elif key in _PAGES:
                self._go(_PAGES[key])
            elif key in DRILL:
                DRILL[key](self)
            elif key in ACTS:
                self._act(key)
        except Refused as no:
            self.tell(str(no), True)

    def _act(self, key: str) -> None:
        if self._page not in (INJECTS, FULL):
            raise Refused("That is for an inject, and none is in sight: Esc goes back to them.")
        each = self._view.standing if self._view else None
        if self._view is None or each is None:
            raise Refused("No inject is chosen.")
        # Whoever does something about it has chosen it: it stays chosen wherever it goes in the list.
        self._view = replace(self._view, moved=True)
        ACTS[key](self, each)

    def _step(self, by: int, pages: bool) -> None:
        if self._page == ROOM:
            timeline = self.query_one(Timeline)
            timeline.scroll_pages(by) if pages else timeline.scroll_rows(by)
        elif self._page in (FULL, TRUTH):
            part = self.query_one(f"#{self._page}", Part)
            part.scroll(by * (max(1, part.size.height - 4) if pages else 1))
        else:
            self._choose(by * 10 if pages else by)

    def _choose(self, by: int) -> None:
        view = self._view
        if view is None or not view.found:
            return
        ids = [each.id for each in view.found]
        place = ids.index(view.chosen) if view.chosen in ids else 0
        self._view = replace(view, chosen=ids[max(0, min(len(ids) - 1, place + by))], moved=True)
        self._show()

    # ── what is asked ──

    def do(self, command: Command, told: str | Telling) -> None:
        """Ask the room for this, and say what came of it."""
        self.when(self.live.do(command), lambda outcome: self._settle(outcome, told))

    def _settle(self, outcome: Outcome, told: str | Telling) -> None:
        if not self.is_attached:
            return
        if isinstance(outcome, list):
            self._troubles = 0
            self.tell(told if isinstance(told, str) else told(outcome))
        else:
            self._troubles += isinstance(outcome, StoreError)
            self.tell(str(outcome), True)
        self.tick()

    # ── as a screen of the console ──

    def perform(self, name: str) -> None:
        """An act of the key map: here only help; the others are for whoever practises."""
        if name == "help":
            from ..overlays.help import Help

            self.app.push_screen(Help(self.console_app.bound.acts))
        else:
            self.tell(f"“{name}” is for whoever practises; the keys here are on the last line.")

    def show_keys(self, open: bool) -> None:
        """All keys are on the screen."""


_STEPS = {"up": (-1, False), "down": (1, False), "pageup": (-1, True), "pagedown": (1, True)}
