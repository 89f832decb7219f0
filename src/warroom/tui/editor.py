"""A person's own editor for long text: the console makes room, and takes back what was saved."""

import os
import shlex
import subprocess
import tempfile
from typing import TYPE_CHECKING, Any

from ..core.values import Refused

if TYPE_CHECKING:
    from textual.app import App


def command(chosen: str) -> list[str]:
    """The editor to start: the person's setting, `$VISUAL`, `$EDITOR`, else `vi`. Raises `Refused`."""
    words = chosen or os.environ.get("VISUAL") or os.environ.get("EDITOR") or "vi"
    try:
        return shlex.split(words)
    except ValueError:
        raise Refused(f"“{words}” is no command line; set `editor` in your settings, $VISUAL or $EDITOR.") from None


def edit(app: "App[Any]", text: str, chosen: str = "") -> str:
    """`text` as the editor left it. The app is suspended meanwhile. Raises `Refused`; then the text is as it was."""
    from textual.app import SuspendNotSupported

    words = command(chosen)
    fd, path = tempfile.mkstemp(prefix="warroom-", suffix=".txt")
    try:
        with open(fd, "w", encoding="utf-8") as file:
            file.write(text)
        with app.suspend():
            ended = subprocess.run([*words, path], check=False)
        if ended.returncode:
            raise Refused(f"{words[0]} ended with {ended.returncode}; the text is as it was.")
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read().rstrip("\n")
    except SuspendNotSupported:
        raise Refused("This terminal cannot make room for an editor.") from None
    except OSError as problem:
        raise Refused(f"{words[0]} could not be started: {problem.strerror}. Set $EDITOR.") from None
    finally:
        os.unlink(path)
