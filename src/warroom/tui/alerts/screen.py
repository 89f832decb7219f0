"""The inbox over whatever screen is up. It looks at what a thread has seen, twice a second at the most.

What was chosen stays chosen and stays where it is on the screen, whatever comes in above it.
"""

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, cast

from msgspec.structs import replace
from textual.app import ComposeResult
from textual.binding import Binding

from ...core.values import By, Refused
from ...room import StoreError
from ...room.alerts import InboxRoom
from ...room.alerts_live import LiveInbox
from ...room.alerts_live import View as Seen
from ...room.desk import Desk
from ...room.room import Room
from ..console import ConsoleDialog
from ..field import Field
from ..key_line import KeyLine
from ..moment import Moment
from ..notice import Notice
from ..overlays.ask import Ask
from ..overlays.help import Help
from . import acts
from .boards import FINDING, About, Board, Groups, Top, keys
from .rows import Due, Row, View

if TYPE_CHECKING:
    from ..app import WarRoomApp

LOOK = 0.5  # seconds between two looks
_ROOMY, _LOW = 30, 20  # rows from which on there is room for all of the chosen one, and below which for little of it
_FAR = 1_000_000


def due_of(under: object) -> Callable[[], Due | None]:
    """What is due next in the room that this screen lies over; elsewhere nothing is."""

    def due() -> Due | None:
        now = getattr(under, "moment", None)
        if not isinstance(now, Moment) or not now.due:
            return None
        first = now.due[0]
        return Due(now.handle.removeprefix("INC-"), first.kind, first.due)

    return due


class AlertsScreen(ConsoleDialog[None]):
    """Esc goes back to where it was opened from."""

    DEFAULT_CSS = """
    AlertsScreen { background: $background; layout: vertical; overflow: hidden; }
    AlertsScreen #alerts { height: 1fr; }
    AlertsScreen #find { display: none; }
    """

    BINDINGS = [
        Binding("escape,ctrl+c", "back", show=False),
        Binding("up", "choose(-1)", show=False),
        Binding("down", "choose(1)", show=False),
    ]

    def __init__(self, live: LiveInbox, due: Callable[[], Due | None] = lambda: None) -> None:
        super().__init__()
        self._live, self._due = live, due
        self._view = View()
        self._moved = False  # whether the person chose what is selected
        self._place = 0  # of the chosen one among the rows
        self._busy = False
        self._made: tuple[tuple[Seen, bool, str, frozenset[str]], list[Row]] | None = None

    # ── what acts need ──

    @property
    def view(self) -> View:
        """What is on the screen now."""
        return self._view

    @property
    def warroom(self) -> "WarRoomApp":
        return cast("WarRoomApp", self.app)

    @property
    def desk(self) -> Desk:
        return self.warroom.desk

    @property
    def me(self) -> By:
        return self.desk.me

    # ── how it begins and ends ──

    def compose(self) -> ComposeResult:
        yield Top(id="top")
        yield Groups(self.act, id="alerts")
        yield About(id="about")
        yield Notice(id="notice")
        yield Field(title="find", blank="a rule, a service, a label", id="find")
        yield KeyLine(id="keys")

    def on_mount(self) -> None:
        self._field.compact = True
        self.set_focus(self._list)
        self._live.watch(True)
        self.look()
        self.set_interval(LOOK, self.look)

    def on_unmount(self) -> None:
        self._live.watch(False)

    @property
    def _list(self) -> Groups:
        return self.query_one(Groups)

    @property
    def _field(self) -> Field:
        return self.query_one("#find", Field)

    @property
    def row(self) -> Row | None:
        """The chosen one."""
        return self.query_one(About).row

    def tell(self, sentence: str, trouble: bool = False) -> None:
        """One sentence under the list."""
        self.query_one(Notice).tell(sentence, trouble)

    # ── what is shown ──

    def look(self) -> None:
        """What the thread has seen by now; what is not another row is not painted."""
        if not self.is_attached:
            return
        app, seen = self.console_app, self._live.view
        if seen.trouble and seen.trouble != self._view.seen.trouble and seen.groups:
            self.tell(seen.trouble, trouble=True)
        self._view = replace(
            self._view,
            seen=seen,
            now=app.now(),
            zone=app.zone,
            ascii=app.settings.glyphs == "ascii",
            due=self._due(),
        )
        self._show()

    def _show(self) -> None:
        self._arrange()
        rows, board = self._rows(), self._list
        places = {row.id: n for n, row in enumerate(rows)}
        height = max(1, board.size.height - 2)
        on_screen = self._place - board.first
        place = places.get(self._view.selected, -1)
        if not self._moved:
            place, board.first = 0, 0
        elif place < 0:
            place = max(0, min(self._place, len(rows) - 1))
        elif place != self._place:
            board.first = place - on_screen  # it stays where it is, whatever came above it
        board.first = max(place - height + 1, min(board.first, place, max(0, len(rows) - height)), 0)
        self._place = place
        chosen = rows[place] if rows else None
        self._view = replace(self._view, selected=chosen.id if chosen else "")
        board.rows = rows
        about = self.query_one(About)
        about.row = chosen
        for each in self.query(Board):
            each.view = self._view

    def _rows(self) -> list[Row]:
        """Made again only where something is another: there may be thousands."""
        view, made = self._view, self._made
        key = (view.seen, view.all, view.typed, view.open)
        if made is None or made[0][0] is not view.seen or made[0][1:] != key[1:]:
            made = self._made = (key, view.rows())
        return made[1]

    def _arrange(self) -> None:
        width, height = self.size
        self.query_one(KeyLine).keys = FINDING if self._field.display else keys(width)
        about = self.query_one(About)
        about.styles.height = 11 if height >= _ROOMY else 8 if height >= _LOW else 5

    def on_resize(self) -> None:
        self._show()

    # ── keys ──

    def act(self, key: str) -> bool:
        """What this key does; False where it does nothing here."""
        if not self.is_active:
            return True
        page = max(1, self._list.size.height - 4)
        moves = {"up": -1, "down": 1, "pageup": -page, "pagedown": page, "home": -_FAR, "end": _FAR}
        if key in moves:
            self._step(moves[key])
        elif key in _KEYS:
            _KEYS[key](self)
        elif key in _ACTS:
            self._about(key)
        else:
            return False
        return True

    def back(self) -> None:
        """First what was looked for goes, then the screen."""
        if self._field.display or self._view.typed:
            self._field.put("")
            self._found()
        else:
            self.dismiss(None)

    def action_back(self) -> None:
        """Esc while something is looked for."""
        if self.is_active:
            self.back()

    def action_choose(self, by: int) -> None:
        """Up and Down while something is looked for."""
        self._step(by)

    def _step(self, by: int) -> None:
        rows = self._list.rows
        if rows:
            self.tell("")
            self._moved = True
            self._place = max(0, min(len(rows) - 1, self._place + by))
            self._in_sight()
            self._view = replace(self._view, selected=rows[self._place].id)
            self._show()

    def _in_sight(self) -> None:
        """Scrolls no further than the chosen row needs."""
        board, place = self._list, self._place
        height = max(1, board.size.height - 2)
        board.first = max(place - height + 1, min(board.first, place), 0)

    def fold(self, unfold: bool) -> None:
        """Unfold the chosen group, or fold it; of an alert it is its group."""
        row = self.row
        if row is None:
            return
        group = row.group.id
        self._moved = True
        groups = self._view.open | {group} if unfold else self._view.open - {group}
        self._view = replace(self._view, open=groups, selected=row.id if unfold else group)
        if not unfold:  # the chosen alert goes, its group takes its place
            self._place = next((n for n, each in enumerate(self._rows()) if each.id == group), 0)
            self._in_sight()
        self._show()

    def enter(self) -> None:
        """A group unfolds or folds; an alert leads to its incident."""
        row = self.row
        if row is not None and row.line is None:
            self.fold(row.group.id not in self._view.open)
        elif row is not None:
            acts.enter(self, row)

    def all(self) -> None:
        """Also what is quiet, or no longer."""
        self._view = replace(self._view, all=not self._view.all)
        self._show()

    def mend(self) -> None:
        """Which rules are noise."""
        from ..stats import StatsScreen

        self.app.push_screen(StatsScreen(by="alerts"))

    def _about(self, key: str) -> None:
        row = self.row
        if row is None:
            self.tell("Nothing is chosen: no alert is here.")
        elif not self._busy:
            _ACTS[key](self, row)

    # ── finding ──

    def find(self) -> None:
        """Look for a rule, a service, a label: only what says it is shown."""
        self._field.display = True
        self.set_focus(self._field)
        self._show()

    def on_field_changed(self) -> None:
        self._moved = False
        self._view = replace(self._view, typed=self._field.text.strip())
        self._show()

    def on_field_submitted(self) -> None:
        self._found()

    def on_field_gave_up(self) -> None:
        self._found()

    def _found(self) -> None:
        """The keys act on what was found."""
        self._field.display = False
        self._list.fresh()
        self.set_focus(self._list)
        self._show()

    # ── what is done ──

    def ask(self, dialog: Ask, answered: Callable[[str | None], None]) -> None:
        """Ask once; what is shown goes on under it, and does not move the answer to another alert."""
        self.app.push_screen(dialog, answered)

    def do(self, work: Callable[[InboxRoom], Any], said: str) -> None:
        """Have it done beside the screen, then say what came of it."""
        if not self._busy:
            self._busy = True
            self.run_worker(self._doing(work, said), exit_on_error=False)

    async def _doing(self, work: Callable[[InboxRoom], Any], said: str) -> None:
        try:
            outcome = await asyncio.wrap_future(self._live.ask(work))
        finally:
            self._busy = False
        if self.is_attached:
            failed = isinstance(outcome, Refused | StoreError)
            done = f"{said} {self._live.more}".rstrip()
            self.tell(str(outcome) if failed else done, trouble=isinstance(outcome, StoreError))
            self.look()

    def opened(self, room: Room, work: Callable[[InboxRoom], Any]) -> None:
        """An incident was made from an alert: attach it, then show that room, whatever became of the rest."""
        # On the app, because this screen goes away.
        self.app.run_worker(self._opening(room, work), exit_on_error=False)

    async def _opening(self, room: Room, work: Callable[[InboxRoom], Any]) -> None:
        outcome = await asyncio.wrap_future(self._live.ask(work))
        app = self.warroom
        await app.enter(room)
        if isinstance(outcome, Refused | StoreError):
            app.tell(f"The incident is there, but the alert is not attached to it: {outcome}", trouble=True)

    def go(self, path: str) -> None:
        """Into that room."""
        self.dismiss(None)
        self.console_app.open_room(path)

    # ── as a screen of the console ──

    def perform(self, name: str) -> None:
        """An act of the key map: help, and the acknowledgement that has a key of its own everywhere."""
        if name == "help":
            self.app.push_screen(Help())
        elif name == "acknowledge":
            self._about("a")

    def show_keys(self, open: bool) -> None:
        """All keys are on the screen."""


_KEYS: dict[str, Callable[[AlertsScreen], None]] = {
    "escape": AlertsScreen.back,
    "ctrl+c": AlertsScreen.back,
    "q": AlertsScreen.back,
    "enter": AlertsScreen.enter,
    "space": AlertsScreen.enter,
    " ": AlertsScreen.enter,
    "right": lambda screen: screen.fold(True),
    "left": lambda screen: screen.fold(False),
    "w": AlertsScreen.all,
    "m": AlertsScreen.mend,
    "/": AlertsScreen.find,
}
_ACTS: dict[str, Callable[[AlertsScreen, Row], None]] = {
    "a": acts.acknowledge,
    "i": acts.attach,
    "o": acts.open_from,
    "x": acts.dismiss,
    "s": acts.silence,
    "r": acts.resolve,
    "u": acts.take_back,
}
