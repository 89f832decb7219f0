"""The least that can be typed into: one Input that has the focus. Ctrl+Q leaves."""

from textual.app import App, ComposeResult
from textual.widgets import Input


class Minimal(App[None]):
    def compose(self) -> ComposeResult:
        yield Input(placeholder="ready")


if __name__ == "__main__":
    Minimal().run()
