"""Keys on their way through the app: `Keyed` decides what each one comes to before any widget sees it."""

from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from textual import events
from textual._time import get_time

from .esc import AT_ONCE, HAND, Act, EscLayer, Outcome, Press, Text
from .keys import KeyMap, shipped
from .terminal import Terminal

if TYPE_CHECKING:
    from textual.app import App as _App

    AnyApp = _App[Any]
else:
    AnyApp = object


@runtime_checkable
class Typist(Protocol):
    """A widget that is typed into: the prompt."""

    @property
    def asking(self) -> bool:
        """Whether Esc is a cancel in it now."""

    def press(self, key: str, char: str | None) -> bool:
        """Take this key; False when it is not one of its own."""

    def paste(self, text: str) -> None:
        """Take a pasted text."""


class Keyed(AnyApp):
    """Mixin for the app (before `App`): every key goes through the Esc layer before anything else sees it.

    `act(name)` is called for each act, in the order of the keys. `layer_changed(open)`: show or hide the list of keys.
    A focused `Typist` (the prompt) gets its keys directly and in order; what it does not take, and every other
    widget's keys, go Textual's way.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.esc = EscLayer(shipped())
        self._layer_open = False
        super().__init__(*args, **kwargs)

    def get_driver_class(self) -> Any:
        return Terminal

    def act(self, name: str) -> None:
        """An act of the key map."""
        raise NotImplementedError

    def layer_changed(self, open: bool) -> None:
        """The Esc layer waits for a letter, or no longer does."""

    def in_dialog(self) -> bool:
        """Whether something waits for an answer, so that Esc is its cancel."""
        return self.screen.is_modal or (isinstance(self.focused, Typist) and self.focused.asking)

    def use_keys(self, keys: KeyMap) -> None:
        """Take this key map."""
        self.esc.acts = keys.acts

    async def on_event(self, event: events.Event) -> None:
        if isinstance(event, events.Key) and not event.is_forwarded:
            self.esc.pace = AT_ONCE if self.is_headless else HAND
            await self._through(self.esc.feed(event.key, event.character, event.time * 1000, self.in_dialog()))
        elif isinstance(event, events.Paste) and not event.is_forwarded and isinstance(self.focused, Typist):
            self.esc.open = False
            self._show_layer()
            self.focused.paste(event.text)
        else:
            await super().on_event(event)

    async def _through(self, outcomes: list[Outcome]) -> None:
        # First: an act may bring up another screen, and the list belongs to the one that shows it.
        self._show_layer()
        for outcome in outcomes:
            match outcome:
                case Act(name):
                    self.act(name)
                case Text(text):
                    for char in text:
                        await self._press(char, char)
                case Press(key, char):
                    await self._press(key, char)
        if self.esc.deadline is not None:
            wait = max(0.0, self.esc.deadline / 1000 - get_time())
            self.set_timer(wait, self._late)

    def _show_layer(self) -> None:
        if self.esc.open != self._layer_open:
            self._layer_open = self.esc.open
            self.layer_changed(self.esc.open)

    async def _late(self) -> None:
        await self._through(self.esc.tick(get_time() * 1000))

    async def _press(self, key: str, char: str | None) -> None:
        if isinstance(self.focused, Typist) and self.focused.press(key, char):
            return
        await super().on_event(events.Key(key, char))
