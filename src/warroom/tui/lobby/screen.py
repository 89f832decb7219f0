"""The lobby on one screen, from 132×40 down to 60×15: typing filters, Up and Down choose, Enter enters or declares.

What is chosen is remembered by its identity: files that change under it, and a resize, move nothing.
"""

import asyncio

from msgspec.structs import replace
from rich.cells import cell_len
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical

from ...config.review import rules
from ...core.values import SECOND, Refused
from ...room import StoreError, pager
from ...room.desk import Listed
from ..address import asks_for_alerts
from ..console import ConsoleScreen
from ..declare import Declared, DeclareScreen
from ..field import Field
from ..items.overdue import Overdue
from ..key_line import KeyLine, Keys
from ..notice import Notice
from ..overlays.ask import Ask
from ..overlays.esc_layer import EscKeys, EscLayerView
from ..overlays.help import Help
from . import drills, found
from .panes import Board, DrillsPane, FilesPane, OpenPane, PastPane, Top
from .reading import MINUTES
from .rows import View, hint

WIDE = (100, 28)  # from this size on, drills stand beside the incidents
_LOW = 18  # lower than this, only incidents are shown
_SIDE = 48  # “Ten minutes? The last drill was 340 days ago” fits on a line
_FRAME = 4
_EVERY = 2  # seconds between looks at the folder
KEYS: Keys = (("F1", "help"), ("F5", "stats"), ("↵", "enter"), ("↑ ↓", "choose"), ("esc", "all keys"))
WITH_ALERTS: Keys = (*KEYS[:2], ("F8", "alerts"), *KEYS[2:])
ALL_KEYS: EscKeys = (
    ("↵", "enter what is chosen, or declare"),
    ("↑ ↓", "choose"),
    ("PgUp PgDn", "ten at a time"),
    ("Ctrl+C", "clear the line"),
    ("F1", "help"),
    ("F5", "stats of all incidents"),
    ("F8", "alerts that came in"),
    ("/join /leave", "join a server, leave it"),
    ("Ctrl+D", "leave, on an empty line"),
)


class Lobby(ConsoleScreen[None]):
    """All incidents, and the line that finds or declares."""

    DEFAULT_CSS = """
    Lobby { background: $background; color: $foreground; layout: vertical; overflow: hidden; }
    Lobby #body { height: 1fr; overflow: hidden; }
    Lobby #main { width: 1fr; height: 1fr; overflow: hidden; }
    Lobby #side { overflow: hidden; }
    Lobby #past, Lobby #files { height: 1fr; }
    """

    BINDINGS = [
        Binding("up", "choose(-1)", show=False),
        Binding("down", "choose(1)", show=False),
        Binding("pageup", "choose(-10)", show=False),
        Binding("pagedown", "choose(10)", show=False),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._incidents: list[Listed] = []
        self._view = View()
        self._moved = False  # whether the person chose what is selected
        self._reading = False
        self._busy = False  # a replay is being made

    def compose(self) -> ComposeResult:
        yield Top(id="top")
        with Horizontal(id="body"):
            with Vertical(id="main"):
                yield OpenPane(id="open")
                yield PastPane(id="past")
            with Vertical(id="side"):
                yield DrillsPane(id="drills")
                yield Overdue(self.console_app.paths.incidents, self.console_app.paths.archive, id="overdue")
                yield FilesPane(id="files")
        yield EscLayerView(ALL_KEYS, "Esc closes this", id="esc")
        yield Notice(id="notice")
        yield Field(title="find or declare", foot="nothing is paged before you confirm", id="text")
        yield KeyLine(id="keys")

    def on_mount(self) -> None:
        self.query_one(Top).me = self.console_app.me
        self.query_one(KeyLine).keys = KEYS
        self._view = replace(self._view, folder=self.console_app.paths.incidents)
        self._field.put(self.console_app.typed)
        self.console_app.typed = ""
        self.set_focus(self._field)
        self._find()
        self.look_again()
        self.run_worker(self._read_files(), exit_on_error=False)
        # On the second, so that all clocks in a room change together.
        self.set_timer((SECOND - self.console_app.now() % SECOND) / SECOND, self._begin)

    def _begin(self) -> None:
        self.set_interval(1, self._show)
        self.set_interval(_EVERY, self.look_again)

    @property
    def _field(self) -> Field:
        return self.query_one("#text", Field)

    @property
    def view(self) -> View:
        """What is on the screen now."""
        return self._view

    def tell(self, sentence: str, trouble: bool = False) -> None:
        """One sentence above the line."""
        self.query_one(Notice).tell(sentence, trouble)

    # ── what there is ──

    def look_again(self) -> None:
        """Read the folder; whatever changed there is shown."""
        if not self._reading:
            self._reading = True
            self.run_worker(self._read(), exit_on_error=False)

    async def _read(self) -> None:
        try:
            seen = await self.console_app.look()
        except StoreError as failed:
            self._view = replace(self._view, trouble=str(failed))
        else:
            self._incidents = seen.incidents
            self._view = replace(self._view, trouble="", ready=True, practice=seen.practice, server=seen.server)
        finally:
            self._reading = False
        self._find()

    async def _read_files(self) -> None:
        library = self.console_app.library
        await asyncio.to_thread(library.read_all)
        policies = tuple(sorted(library.own_policies))
        self._view = replace(self._view, problems=tuple(library.problems), policies=policies, rules=rules(library))
        self._show()

    def _find(self) -> None:
        typed = self._field.text
        now = found.find(typed, self._incidents, self._view.practice.replay)
        selected = self._view.selected
        if not (self._moved and selected in now.ids):
            self._moved, selected = False, now.first(typed)
        self._view = replace(self._view, found=now, selected=selected, typed=typed)
        self._show()

    def _show(self) -> None:
        if not self.is_mounted:
            return
        app = self.console_app
        self._view = replace(self._view, now=app.now(), zone=app.zone, alerts=app.alerts_waiting)
        self.query_one(KeyLine).keys = WITH_ALERTS if app.alerts_came else KEYS
        self._arrange()
        for board in self.query(Board):
            board.view = self._view
        head = cell_len(self._field.title) + 4 if self._field.compact else 4
        self._field.tail = hint(self._view, max(0, self.size.width - head - 4 - cell_len(self._field.text)))

    # ── how it is laid out ──

    def on_resize(self) -> None:
        self._show()

    def _arrange(self) -> None:
        width, height = self.size
        wide = width >= WIDE[0] and height >= WIDE[1]
        low = height < _LOW
        self.set_class(not wide, "-compact")
        shown, problems = self._view.found, self._view.problems
        body, side = self.query_one("#body"), self.query_one("#side")
        body.styles.layout = "horizontal" if wide else "vertical"
        pane, files = self.query_one(DrillsPane), self.query_one(FilesPane)
        above = len(drills.heads(self._view, _SIDE - _FRAME))
        asked = drills.lines_wanted(self._view, width - _FRAME)
        pane.display = wide or (bool(asked) and not low)
        files.display = wide or (bool(problems) and not low)
        pane.styles.height = max(6, min(above + len(shown.drills) + 3, height // 2)) if wide else asked + 2
        files.styles.height = "1fr" if wide else 4
        late = self.query_one(Overdue).fit(self._view.now, wide=wide, low=low)
        side.display = pane.display or files.display or bool(late)
        side.styles.width = _SIDE if wide else "1fr"
        side.styles.height = "1fr" if wide else "auto"
        room = height - (5 if wide else 3)
        if side.display and not wide:
            room -= (pane.display and asked + 2) + (files.display and 4) + late
        lines = 2 * len(shown.open) or 3
        past = min(max(3, len(shown.past) + 2), max(5, room // 3))  # what is open has the rest
        self.query_one("#open").styles.height = max(5, min(lines + (3 if wide else 2), (room - past) // 2 * 2))
        self._field.compact = not wide
        self._field.remark("" if shown.total or not self._view.ready else "what do users see?")

    # ── what the person does ──

    def on_field_changed(self) -> None:
        self._moved = False
        self.tell("")
        self._find()

    def action_choose(self, step: int) -> None:
        ids = self._view.found.ids
        place = ids.index(self._view.selected) if self._view.selected in ids else 0
        far = abs(step) > 1
        place = max(0, min(len(ids) - 1, place + step)) if far else (place + step) % len(ids)
        self._moved = True
        self._view = replace(self._view, selected=ids[place])
        self._show()

    def on_field_submitted(self) -> None:
        if not self.is_active:
            return  # a second Enter, before the screen that the first one opened had the keyboard
        if self._server(self._field.text):
            return
        selected, shown = self._view.selected, self._view.found
        each = shown.listed(selected)
        if each is not None:
            self.console_app.open_room(each.path)
            return
        if selected == found.PRACTISE:
            self._choose_a_drill()
            return
        if selected == found.REPLAY and shown.replay is not None:
            self._replay(shown.replay)
            return
        title = " ".join(self._field.text.split())
        self.app.push_screen(DeclareScreen(title), self._declared)

    def _server(self, typed: str) -> bool:
        """Joins a server, leaves it, or shows the alerts, where that is what the line says."""
        if not typed.startswith("/"):
            return False
        if asks_for_alerts(typed):
            self._field.put("")
            self.console_app.show_alerts()
            return True
        from .joining import asked

        return asked(self, typed)

    def done(self, sentence: str) -> None:
        """What the line asked for was done: it is empty again, and the sentence stands above it."""
        self._field.put("")
        self.call_after_refresh(self.tell, sentence)

    def _declared(self, outcome: Declared | None) -> None:
        if outcome is None:
            return
        if outcome.room is None:
            self._field.put(outcome.title)
            return
        # On the app, because this screen goes away.
        self.app.run_worker(self.console_app.enter(outcome.room, outcome.ghost), exit_on_error=False)

    def _choose_a_drill(self) -> None:
        from ..drill.chooser import Chooser

        self.app.push_screen(Chooser())

    def _replay(self, each: Listed) -> None:
        if not self._busy:
            self._busy = True
            self.tell(f"Making a replay of {each.handle} …")
            # On the app, because this screen goes away.
            self.app.run_worker(self._play(each), exit_on_error=False)

    async def _play(self, each: Listed) -> None:
        app = self.console_app
        try:
            said = await app.practise(await app.replay_of(each, MINUTES))
        except Refused as no:
            said = str(no)
        finally:
            self._busy = False
        if self.is_attached:
            self.tell(said, trouble=True)

    def on_field_left(self) -> None:
        alone = " Nobody pages after you leave: the pager that you took ends with this console."
        note = "Everything is saved." + (alone if pager.ends_with_this() else "")
        self.app.push_screen(Ask("Leave War room?", note=note), self._leave)

    def _leave(self, answer: str | None) -> None:
        if answer is not None:
            self.app.exit(0)

    # ── the key map ──

    def perform(self, name: str) -> None:
        """An act of the key map: help, and what has a meaning without a room; the others are for one."""
        if name == "help":
            self.app.push_screen(Help())
        elif name in ("situation", "stats"):  # of one incident, or of all of them
            from ..stats import StatsScreen

            self.app.push_screen(StatsScreen())
        elif name in ("acknowledge", "alerts"):  # of a page, or of what waits in the inbox
            self.console_app.show_alerts()
        else:
            self.tell(f"“{name}” is for an open incident: choose one and press Enter.")

    def show_keys(self, open: bool) -> None:
        """Show every key while Esc waits for one."""
        self.query_one(EscLayerView).display = open
