"""What the prompt tells its owner. Handlers are `on_prompt_submitted` and so on."""

from textual.message import Message

from ..core.complete import Completion
from ..core.line import Line


class Submitted(Message, namespace="prompt"):
    """Enter: `line` is asked for; `raw` is what was typed."""

    def __init__(self, line: Line, raw: str) -> None:
        super().__init__()
        self.line = line
        self.raw = raw


class LinesSubmitted(Message, namespace="prompt"):
    """Enter on a pasted block: an entry for each of `lines`, together one submit (accepted or refused once)."""

    def __init__(self, lines: tuple[Line, ...], raw: str) -> None:
        super().__init__()
        self.lines = lines
        self.raw = raw


class EvidencePasted(Message, namespace="prompt"):
    """A pasted text is to be kept as evidence, whole; also one submit."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text


class Changed(Message, namespace="prompt"):
    """The text is another one. `completions` is what Tab offers, `chosen` the one it took."""

    def __init__(self, text: str, completions: list[Completion], chosen: int | None) -> None:
        super().__init__()
        self.text = text
        self.completions = completions
        self.chosen = chosen


class PaletteRequested(Message, namespace="prompt"):
    """A slash on an empty prompt; it stays in the prompt, and what follows filters (`Changed`)."""


class EditorRequested(Message, namespace="prompt"):
    """The text is wanted in an editor; give it back with `edited(text)`."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text


class Remembered(Message, namespace="prompt"):
    """A line for the history that outlives the console."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text


class Leave(Message, namespace="prompt"):
    """Ctrl+D on an empty prompt."""
