"""Joining a server and leaving it, from the console: what is asked for it, and what came of it.

The token is shown as dots, stands on no log and in no history, and is gone when the dialog is. What does it is
`warroom join` in a process of its own; what was typed stays where that fails.
"""

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.binding import Binding

from ..core.text import clean
from ..room.errand import Errand, Said
from .address import is_address
from .console import ConsoleDialog
from .field import Field
from .key_line import KeyLine, Keys
from .overlays.ask import Ask
from .sync_view import SyncView
from .words import Words

if TYPE_CHECKING:
    from textual.app import App

_DOT = "•"
_KEYS: Keys = (("↵", "joins"), ("tab", "the other line"), ("esc", "back"))
_ABOUT = (
    ("Join a server", "bold"),
    (
        "What is open here, and what was, is exchanged with it; drills never are. The room goes on here whenever it is "
        "out of reach. Whoever keeps the server makes the token: `warroom token create`.",
        "muted",
    ),
)


class Secret(Field):
    """A line whose letters are not shown."""

    @property
    def shown(self) -> str:
        return _DOT * len(self.text)


class Join(ConsoleDialog[str | None]):
    """Asks for the address and the token; the sentence of a join that worked, None where it was given up."""

    DEFAULT_CSS = """
    Join { align: center bottom; background: $background 60%; }
    Join:ansi { background: transparent; }
    Join Words, Join Field, Join KeyLine { width: 100%; max-width: 80; }
    Join Words { background: $panel; }
    """

    BINDINGS = [
        Binding("escape,ctrl+c", "cancel", show=False),
        Binding("tab,shift+tab,up,down", "other", show=False),
    ]

    def __init__(self, address: str = "", told: str = "", instead: str = "") -> None:
        super().__init__()
        self._instead = instead  # the server that is joined now
        self._words = Words()
        self._address = Field(address, title="address", blank="https://warroom.example.org", id="address")
        self._token = Secret(title="token", foot="not shown, not kept by this console", id="token")
        self._told = (told, "amber") if told else None
        self._errand: Errand | None = None

    def compose(self) -> ComposeResult:
        yield self._words
        yield self._address
        yield self._token
        keys = KeyLine()
        keys.set_reactive(KeyLine.keys, _KEYS)
        yield keys

    def on_mount(self) -> None:
        self._say(self._told)
        self.set_focus(self._token if self._address.text else self._address)

    def _say(self, said: tuple[str, str] | None) -> None:
        low = self.size.height < 18
        about = _ABOUT[:1] if low else _ABOUT
        if self._instead:
            about = (*about[:1], (f"Instead of {self._instead}, or of its token: what was not sent is sent there.", ""))
        self._words.say((*about, *((said,) if said else ())))

    def action_other(self) -> None:
        self.set_focus(self._address if self.focused is self._token else self._token)

    def on_field_submitted(self, message: Field.Submitted) -> None:
        if self._errand is not None or not self.is_active:
            return
        empty = next((each for each in (self._address, self._token) if not each.text.strip()), None)
        if empty is not None:
            # From the first line on to the second nothing is wrong yet.
            self._say((f"The {empty.title} is missing.", "amber") if message.field is empty else self._told)
            self.set_focus(empty)
            return
        address = self._address.text.strip()
        address = address if is_address(address) else f"https://{address}"
        self._say((f"Asking {clean(address)} …", "muted"))
        words = ("join", address, *(("--replace",) if self._instead else ()))
        self._errand = Errand(*words, token=self._token.text.strip())
        self.run_worker(self._joining(self._errand), exit_on_error=False)

    async def _joining(self, errand: Errand) -> None:
        said = await asyncio.to_thread(errand.run)
        self._errand = None
        if not self.is_attached:
            return
        if said.done:
            self._over(said.sentence)
        else:
            self._say((said.sentence, "red"))

    def on_field_gave_up(self) -> None:
        self.action_cancel()

    def action_cancel(self) -> None:
        if not self.is_active:
            return
        if self._errand is not None:
            self._errand.stop()
        self._over(None)

    def _over(self, sentence: str | None) -> None:
        self._token.forget()
        self.dismiss(sentence)


def leaving(view: SyncView, unsent: int) -> Ask:
    """Asks once whether this folder leaves its server, and says what that means."""
    name = clean(view.server)
    lacks = (
        f"{unsent} {'fact is' if unsent == 1 else 'facts are'} not on it yet and will not be sent. " if unsent else ""
    )
    pages = "It pages no longer for what is written here from then on. " if view.pages else ""
    note = f"{lacks}{pages}What is on it stays there, what is here stays here; this folder goes on alone."
    return Ask(f"Leave {name}?", note, keys=(("↵", "leave it"), ("esc", "stay")), tone="amber")


def join(app: "App[object]", address: str, told: str, view: SyncView, joined: Callable[[str], None]) -> None:
    """Opens the dialog; `view` is the server that is joined now, `joined` gets the sentence of a join that worked."""

    def over(sentence: str | None) -> None:
        if sentence is not None:
            joined(sentence)

    app.push_screen(Join(address, told, clean(view.server)), over)


async def leave(told: Callable[[Said], None]) -> None:
    """Leaves it; `told` gets what came of it."""
    told(await asyncio.to_thread(Errand("leave", "--server", "--anyway").run))
