"""A room over which sheets are laid, one at a time, and what these ask of it."""

from collections.abc import Callable, Mapping

from ..core.commands import Command
from ..core.values import Ms, Refused
from ..intents import Screen
from .foot import Foot, RoomPrompt
from .moment import Moment
from .notice import Notice
from .overlays.above import Sheet, Telling
from .prompt import Prompt
from .room_screen import RoomScreen

Made = Callable[[Prompt, Callable[[], Moment | None]], Sheet]


class LaidRoom(RoomScreen):
    """The room with its prompt. Whoever derives from it knows how things are done and seen."""

    def __init__(self, prompt: RoomPrompt, acts: Mapping[str, str], now: Callable[[], Ms]) -> None:
        self.prompt = prompt
        super().__init__(Foot(prompt, acts), now)

    def tell(self, sentence: str, trouble: bool = False) -> None:
        """One sentence above the prompt."""
        self.query_one(Notice).tell(sentence, trouble)

    def see(self, screen: Screen) -> None:
        """What only this console sees. Raises `Refused`."""
        raise NotImplementedError

    def have_done(self, command: Command, told: Telling, sheet: Sheet | None = None) -> None:
        """Ask for this, say what came of it, and let the sheet know."""
        raise NotImplementedError

    def lay(self, sheet: type[Sheet]) -> None:
        """Lay this sheet over the timeline; the same again takes it away."""
        self.lay_with(sheet, sheet)

    def lay_with(self, sheet: type[Sheet], made: Callable[[Prompt, Callable[[], Moment | None]], Sheet]) -> None:
        """The same for a sheet that is given more than the moment."""
        laid = list(self.query(Sheet))
        for old in laid:
            old.close()
        if not any(isinstance(old, sheet) for old in laid):
            if self.zoomed not in ("", "timeline"):
                self.zoom("")
            self.query_one("#body").mount(made(self.prompt, lambda: self.moment))

    def on_sheet_line(self, message: Sheet.Line) -> None:
        self.prompt.fill(message.text)

    def on_sheet_asked(self, message: Sheet.Asked) -> None:
        self.have_done(message.command, message.told, message.sheet)

    def on_sheet_told(self, message: Sheet.Told) -> None:
        self.tell(message.sentence)

    def on_sheet_wanted(self, message: Sheet.Wanted) -> None:
        try:
            self.see(message.screen)
        except Refused as no:
            self.prompt.tell(str(no))
