"""The prompt alone in an app, for tests in a real terminal: what it told its owner is listed above it."""

import sys

from textual.app import App, ComposeResult
from textual.events import Resize
from textual.strip import Strip
from textual.widget import Widget

from warroom.core.text import clean
from warroom.tui import filter, theme
from warroom.tui.keyboard import Keyed
from warroom.tui.prompt import Known, Prompt

NOW = 1795358668000  # 2026-11-22 14:44:28 UTC
VERBS = {"sev": False, "phase": False, "snooze": False, "tick": False, "page": True}


class Heard(Widget):
    """What the prompt said, newest last."""

    DEFAULT_CSS = "Heard { height: 1fr; }"
    lines: tuple[str, ...] = ()

    def render_line(self, y: int) -> Strip:
        from rich.segment import Segment

        lines = self.lines[-self.size.height :]
        return Strip([Segment(clean(lines[y]) if y < len(lines) else "")]).adjust_cell_length(self.size.width)


class PromptApp(Keyed, App[int], inherit_bindings=False):
    ENABLE_COMMAND_PALETTE = False

    def __init__(self) -> None:
        super().__init__()
        theme.install(self, "dark")
        filter.install(self)
        self.heard: list[str] = []

    def compose(self) -> ComposeResult:
        yield Heard()
        yield Prompt(lambda: NOW)

    def on_mount(self) -> None:
        prompt = self.query_one(Prompt)
        prompt.known = Known(people=("ana", "ivo"), roles=("commander",), verbs=VERBS)
        prompt.title = "log as lee"
        prompt.focus()
        self.hear("ready")

    def on_resize(self, event: Resize) -> None:
        self.query_one(Prompt).set_class(event.size.width < 100, "-compact")

    def hear(self, what: str) -> None:
        self.heard.append(what)
        heard = self.query_one(Heard)
        heard.lines = tuple(self.heard)
        heard.refresh()

    def act(self, name: str) -> None:
        self.hear(f"ACT {name}")

    def layer_changed(self, open: bool) -> None:
        self.hear(f"LAYER {'open' if open else 'closed'}")

    def on_prompt_submitted(self, message: Prompt.Submitted) -> None:
        line = message.line
        parts = [f"kind={line.kind}", f"who={line.who}", f"verb={line.verb}", f"text={line.rest or line.args}"]
        self.hear("ENTRY " + " ".join(parts))
        self.query_one(Prompt).accepted()

    def on_prompt_lines_submitted(self, message: Prompt.LinesSubmitted) -> None:
        self.hear(f"LINES {len(message.lines)}")
        self.query_one(Prompt).accepted()

    def on_prompt_evidence_pasted(self, message: Prompt.EvidencePasted) -> None:
        self.hear(f"EVIDENCE {len(message.text)}")
        self.query_one(Prompt).accepted()

    def on_prompt_leave(self) -> None:
        self.exit(0)


if __name__ == "__main__":
    app = PromptApp()
    app.run()
    sys.exit(app.return_code)
