"""The real program in a real terminal."""

import json
import subprocess
import sys
from typing import Any

from pty_screen import PtyScreen

WARROOM = [sys.executable, "-m", "warroom"]


def cli(*words: str, **options: Any) -> str:
    """What `warroom WORDS` prints; it must succeed."""
    return subprocess.run([*WARROOM, *words], capture_output=True, text=True, check=True, **options).stdout


def status(*words: str) -> Any:
    return json.loads(cli("status", "--json", *words))


def timeline(*words: str) -> Any:
    return json.loads(cli("timeline", "--json", *words))


def console(*words: str, cols: int = 80, rows: int = 24) -> PtyScreen:
    return PtyScreen([*WARROOM, *words], cols, rows)


def entered(incident: str, cols: int = 80, rows: int = 24) -> PtyScreen:
    """The console in this room, ready to be typed into."""
    screen = console(incident, cols=cols, rows=rows)
    screen.wait_for("log as lee")
    screen.wait_for("DECL" if cols < 100 else "declared")
    return screen


def empty(screen: PtyScreen) -> bool:
    """Whether the prompt is empty at 80 columns."""
    return any(line.strip() == "log as lee ›" for line in screen.lines())
