"""What stands under the room: the prompt, and above it what there may be to say: the keys, the palette, what is
asked of this person, a sentence.
"""

from collections.abc import Callable, Mapping

from textual.containers import Vertical

from .notice import Notice
from .overlays.esc_layer import EscLayerView, room_keys
from .overlays.palette import Palette
from .practice.strip import AskedStrip
from .prompt import Prompt


class RoomPrompt(Prompt):
    """The prompt under its palette, which has the first look at a key while it is open."""

    palette: Palette
    answer: Callable[[], str] = staticmethod(lambda: "")  # the line that answers what is asked above it

    @property
    def asking(self) -> bool:
        """Whether Esc closes something here: the palette, the search in the history."""
        return bool(self.palette.display) or super().asking

    def press(self, key: str, char: str | None) -> bool:
        if self.palette.press(key):
            return True
        idle = not self.text and not self.ghost and self.state.searching is None
        if key == "tab" and idle and (line := self.answer()):
            self.fill(line)
            return True
        return super().press(key, char)


class Foot(Vertical):
    """The prompt with what may stand above it. It is as high as they are."""

    DEFAULT_CSS = "Foot { height: auto; max-height: 60%; }"

    def __init__(self, prompt: RoomPrompt, acts: Mapping[str, str]):
        prompt.palette = Palette(acts=acts, id="palette")
        super().__init__(
            prompt.palette,
            EscLayerView(room_keys(acts), id="esc"),
            Notice(id="notice"),
            AskedStrip(id="asked"),
            prompt,
            id="foot",
        )
