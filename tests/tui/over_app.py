"""The room of the story with something over it: sheets, dialogs, the palette."""

from textual.app import App
from textual.pilot import Pilot

from story import NOW, Writer, story
from warroom.core import events as ev
from warroom.core.incident import Incident
from warroom.core.order import Replay
from warroom.tui import filter, theme
from warroom.tui.keyboard import Keyed
from warroom.tui.moment import Sight
from warroom.tui.overlays.above import Sheet
from warroom.tui.overlays.ask import Ask
from warroom.tui.overlays.conflicts import Conflicts
from warroom.tui.overlays.help import Help
from warroom.tui.prompt import Prompt
from warroom.tui.room_screen import RoomScreen


class OverApp(Keyed, App[None]):
    """The room of the story at a frozen time, with the real prompt, and `sheet` over it."""

    ENABLE_COMMAND_PALETTE = False

    def __init__(self, sheet: type[Sheet] | None = None, state: Incident | None = None, me: str = "lee") -> None:
        super().__init__()
        self.state = state or story().state()
        self.clock = NOW
        self.me = me
        self.prompt = Prompt(lambda: self.clock)
        self.lines: list[str] = []
        self.settled: list[str] = []
        self.answers: list[str | None] = []
        self._sheet = sheet

    def on_mount(self) -> None:
        theme.install(self, "dark")
        filter.install(self)
        self.room = RoomScreen(self.prompt, lambda: self.clock)
        self.push_screen(self.room)
        self.call_after_refresh(self._begin)

    def _begin(self) -> None:
        self.room.show(self.state, Sight(me=self.me, handle="INC-K3F9"))
        self.room.set_focus(self.prompt)
        if self._sheet is not None:
            self.room.query_one("#body").mount(self._sheet(self.prompt, lambda: self.room.moment))

    @property
    def sheet(self) -> Sheet | None:
        return next(iter(self.room.query(Sheet)), None)

    def act(self, name: str) -> None:
        """Nothing acts here."""

    def on_sheet_line(self, message: Sheet.Line) -> None:
        self.lines.append(message.text)

    def on_conflicts_settled(self, message: Conflicts.Settled) -> None:
        self.settled.append(message.fact)


async def ready(pilot: Pilot[None]) -> OverApp:
    await pilot.pause()
    await pilot.pause()
    assert isinstance(pilot.app, OverApp)
    return pilot.app


def set_twice() -> Incident:
    """An incident whose severity and commander two people set at the same time."""
    w = story()
    other = Writer(rep="B")
    other.inc = w.inc
    other.add("14:44:20", "ana", ev.SeverityChanged("SEV2", "only cards", was="SEV1"))
    other.add("14:44:21", "ana", ev.RoleAssigned("commander", "Ana", was="Dana"))
    return Replay().receive([*w.events, *other.events])


class DialogApp(OverApp):
    """A dialog over the room."""

    def __init__(self, dialog: Ask | Help) -> None:
        super().__init__()
        self._dialog = dialog

    def _begin(self) -> None:
        super()._begin()
        self.push_screen(self._dialog, self.answers.append)
