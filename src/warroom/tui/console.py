"""What the screens outside a room ask of the app. It is all they know of it, so that a test can stand in for it."""

from typing import TYPE_CHECKING, Any, Protocol, cast

from textual.events import Key
from textual.screen import ModalScreen, Screen, ScreenResultType

from ..config.paths import Paths
from ..config.settings import Settings
from ..core.acts.lifecycle import Declare
from ..core.values import Ms, Refused
from ..core.zone import Zone
from ..room import StoreError
from ..room.desk import Listed
from ..room.drill_history import Practised
from ..room.room import Room
from .keyboard import Typist

if TYPE_CHECKING:
    from ..config.load import Library
    from .lobby.reading import Seen


class Console(Protocol):
    """One person's console; `WarRoomApp` is one."""

    paths: Paths
    settings: Settings
    typed: str  # what was typed while the console started and no screen has taken yet

    @property
    def library(self) -> "Library":
        """What there is to choose from."""

    @property
    def me(self) -> str:
        """The name this person goes by; empty before they have said it."""

    @property
    def zone(self) -> Zone:
        """The zone that is shown."""

    def now(self) -> Ms:
        """UTC ms."""

    async def look(self) -> "Seen":
        """Every incident of this folder, and what is practised there. Raises `StoreError`."""

    @property
    def alerts_waiting(self) -> int:
        """How many alerts wait for somebody."""

    @property
    def alerts_came(self) -> bool:
        """Whether any ever came in here."""

    def show_alerts(self) -> None:
        """The inbox of alerts over the screen that is up."""

    async def practised(self) -> list[Practised]:
        """Every drill of this folder, the latest first. Raises `StoreError`."""

    async def replay_of(self, each: Listed, minutes: int) -> str:
        """The scenario's file that replays this incident, made where there is none yet. Raises `Refused`."""

    async def practise(self, file: str, seed: int | None = None) -> str:
        """Leave this screen for a drill of the scenario in this file; a sentence where that is not possible."""

    async def declare(self, command: Declare, drill: bool = False) -> Room | Refused | StoreError:
        """A new incident, on disk when this returns; or why not."""

    def open_room(self, path: str) -> None:
        """Leave this screen for that incident."""

    async def enter(self, room: Room, ghost: str = "") -> None:
        """Leave this screen for that room, with `ghost` as the first entry that Enter logs."""

    async def show_lobby(self) -> None:
        """Leave this screen for the lobby."""

    def set_me(self, name: str) -> None:
        """From now on facts are written by `name`."""


class _AtHand:
    """What both sorts of screens have: the console, and no key that is lost."""

    app: Any
    focused: Any

    @property
    def console_app(self) -> Console:
        return cast(Console, self.app)

    def on_key(self, event: Key) -> None:
        # A key that came before anything had the keyboard; what has it has refused every other one already.
        if isinstance(self.focused, Typist) and self.focused.press(event.key, event.character):
            event.stop()


class ConsoleScreen(_AtHand, Screen[ScreenResultType]):
    """A screen of the console."""


class ConsoleDialog(_AtHand, ModalScreen[ScreenResultType]):
    """A screen of the console that lies over another, in which Esc goes back."""
