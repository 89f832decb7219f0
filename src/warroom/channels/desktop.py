"""A notification on this machine's desktop, by the program that the system has for it: notify-send or osascript.

What is shown goes as arguments, cleaned; no shell sees it, and no program that knows markup takes it for some.
"""

import os
from shutil import which
from typing import ClassVar

from ..config.channels import ChannelForm
from ..core.text import clean
from .base import Channel, Failed, Message, Outcome, Probe, Sent, Unknown
from .secrets import Secret

NO_PROGRAM = "there is neither notify-send nor osascript here; install libnotify (Debian: libnotify-bin)"
_TIMEOUT_S = 5.0
_SCRIPT = (
    "on run argv",
    'display notification (item 2 of argv) with title (item 1 of argv) sound name "Sosumi"',
    "end run",
)


class DesktopChannel(Channel):
    kind: ClassVar[str] = "desktop"

    def __init__(self, name: str, form: ChannelForm, secrets: dict[str, Secret]) -> None:
        super().__init__(name)

    def send(self, message: Message) -> Outcome:
        argv = _argv(clean(f"{message.incident} {message.severity}: {message.title}"), clean(message.words.line))
        return _run(argv) if argv else Failed(NO_PROGRAM)

    def probe(self) -> Probe:
        argv = _argv("", "")
        if not argv:
            return Probe("bad", NO_PROGRAM)
        if argv[0].endswith("notify-send") and not _has_bus():
            return Probe("bad", "there is no desktop session here (DBUS_SESSION_BUS_ADDRESS is not set)")
        return Probe("ok", "a notification would be shown; it cannot answer back")


def _argv(title: str, text: str) -> list[str]:
    """The command that shows it; empty where the system has none."""
    if program := which("notify-send"):
        from html import escape

        # The body may hold markup by the desktop's specification, the title may not.
        return [program, "--app-name=warroom", "--urgency=critical", "--", title, escape(text, quote=False)]
    if program := which("osascript"):
        return [program, *(part for line in _SCRIPT for part in ("-e", line)), title, text]
    return []


def _has_bus() -> bool:
    runtime = os.environ.get("XDG_RUNTIME_DIR", "")
    return bool(os.environ.get("DBUS_SESSION_BUS_ADDRESS")) or bool(runtime and os.path.exists(f"{runtime}/bus"))


def _run(argv: list[str]) -> Outcome:
    import subprocess

    program = os.path.basename(argv[0])
    try:
        done = subprocess.run(argv, stdin=subprocess.DEVNULL, capture_output=True, timeout=_TIMEOUT_S, check=False)
    except subprocess.TimeoutExpired:
        return Unknown(f"{program} did not come back within {_TIMEOUT_S:g} s")
    except (OSError, ValueError):
        return Failed(f"{program} cannot be started")
    if done.returncode == 0:
        return Sent()
    said = clean(" ".join(done.stderr.decode(errors="replace").split()))[:120]
    return Failed(f"{program} shows nothing here" + (f" ({said})" if said else ""))
