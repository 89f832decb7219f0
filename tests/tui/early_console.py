"""A real Textual app behind the early screen, which stops at each stage of its start until the test lets it go on.

early_console.py CACHE SUBMITTED [FAIL-AT-STAGE]
"""

import os
import select
import sys

STAGES = ("before", "painted", "imported", "driven", "mounted", "focused")


def stage(name: str) -> None:
    if os.environ.get("STAGES"):
        said, go = map(int, os.environ["STAGES"].split(","))
        os.write(said, name.encode() + b"\n")
        while not select.select([go], [], [], 0.05)[0]:
            pass  # a signal that came just before the wait is seen now
        os.read(go, 1)
    if sys.argv[3:] == [name]:
        raise RuntimeError(f"broken at {name}")


def main() -> int:
    stage("before")
    from warroom.tui import early as first

    early = first.start(sys.argv[1], "INC-K3F9  Checkout returns 500s")
    try:
        stage("painted")
        return console(early)
    finally:
        early.restore()


def submit(line: str) -> None:
    with open(sys.argv[2], "a") as file:
        file.write(line + "\n")


def console(early: object) -> int:
    from textual import events
    from textual.app import App, ComposeResult
    from textual.content import Content
    from textual.widgets import Static

    from warroom.tui.display_cache import Keeper
    from warroom.tui.terminal import driver_for

    stage("imported")

    class Prompt(Static, can_focus=True):
        """A line of text; a key that is no letter stands in it by its name."""

        line = ""

        def on_mount(self) -> None:
            self.update("what happens?")

        def on_key(self, event: events.Key) -> None:
            if event.key == "enter":
                line, self.line = self.line, ""
                submit(line)
                if line == "quit":
                    Keeper(self.screen, sys.argv[1]).keep()
                    self.app.exit()
            else:
                self.line += event.character if event.is_printable and event.character else f"<{event.key}>"
            self.update(Content(self.line))

        def on_paste(self, event: events.Paste) -> None:
            submit(f"paste {event.text!r}")

    class Console(App[None]):
        AUTO_FOCUS = None

        def compose(self) -> ComposeResult:
            stage("driven")
            yield Prompt()

        def on_mount(self) -> None:
            stage("mounted")
            self.query_one(Prompt).focus()
            self.call_after_refresh(self.call_after_refresh, stage, "focused")

    app = Console()
    app.driver_class = driver_for(early)
    app.run()
    return app.return_code or 0


if __name__ == "__main__":
    sys.exit(main())
