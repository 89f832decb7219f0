"""A `warroom …` beside this console that does one thing and says what came of it, such as joining a server.

Whatever it reaches for lives in that process: this one only waits, and not for ever.
"""

import os
import subprocess
import sys

import msgspec

LONGEST = 60.0  # seconds
_MOST = 400  # letters of what it says
_TOKEN = "WARROOM_TOKEN"


class Said(msgspec.Struct, frozen=True):
    """Whether it did what it was asked for, the sentence with which it ended, and what it printed as data."""

    done: bool
    sentence: str
    data: str = ""


class Errand:
    """`warroom WORDS`. `token` reaches it by its environment, where no list of processes shows it."""

    def __init__(self, *words: str, token: str = "") -> None:
        self._words, self._token = words, token
        self._process: subprocess.Popen[bytes] | None = None
        self._stopped = False

    def run(self) -> Said:
        """Waits for it. Never raises."""
        command = [sys.executable, "-m", "warroom", *self._words]
        environment = {**os.environ, "PYTHONSAFEPATH": "1", **({_TOKEN: self._token} if self._token else {})}
        try:
            # A session of its own: it can ask nobody at this terminal, and no key of this one ends it half way.
            process = self._process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env=environment,
                cwd="/",
                start_new_session=True,
            )
        except (OSError, ValueError):
            return Said(False, "It could not be started: the system allows no further process.")
        finally:
            self._token = ""
        if self._stopped:
            process.kill()
        try:
            data, talk = process.communicate(timeout=LONGEST)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            return Said(False, f"It did not end within {LONGEST:.0f} s, and was stopped.")
        sentence = _sentence(talk) or _sentence(data) or "It said nothing."
        return Said(process.returncode == 0, sentence, data.decode(errors="replace").strip())

    def stop(self) -> None:
        """Nobody waits for it any more. From any thread."""
        self._stopped = True
        if self._process is not None and self._process.poll() is None:
            self._process.kill()


def _sentence(said: bytes) -> str:
    """What it said, as one text; of a long one, which is a fault of ours, the end."""
    text = " ".join(said.decode(errors="replace").split()).removeprefix("warroom: ")
    return text if len(text) <= _MOST else "… " + text[-_MOST:]
