"""One label that counts seconds, and an Input that has the focus. Ctrl+Q leaves."""

from textual.app import App, ComposeResult
from textual.widgets import Input, Label


class Ticking(App[None]):
    seconds = 0

    def compose(self) -> ComposeResult:
        yield Label("0 s")
        yield Input(placeholder="ready")

    def on_mount(self) -> None:
        self.set_interval(1, self.tick)

    def tick(self) -> None:
        self.seconds += 1
        self.query_one(Label).update(f"{self.seconds} s")


if __name__ == "__main__":
    Ticking().run()
