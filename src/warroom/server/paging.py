"""The server's own pager: a replica beside the server, which exchanges facts with it over loopback, and pages.

Two processes do it, `warroom sync` and `warroom watch`, in a data folder of their own. They are started again when they
end, and end with this one: a pipe to each breaks, however this one dies.
"""

import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from ..room.syncing import Joined
from ..store import access, disk
from ..sync import joining
from .stores.base import StoreTrouble
from .tokens import Tokens, wall

if TYPE_CHECKING:
    import subprocess

FOLDER = "pager"  # in the server's folder: channels.toml and contacts.toml are there
_SECRET = "server.token"  # in that folder, for its owner alone
_FIRST, _LONGEST = 0.5, 20.0  # seconds before one is started again
_WELL = 30.0  # seconds after which an end counts as the first one again
_LETS_GO = 1.0  # seconds in which the watch ends, and says on every log that it pages no more
_LAST = 0.5  # seconds in which that is passed on
_LOOK = 0.25

Told = Callable[[str], None]


def name() -> str:
    """The name of its token: each machine has its own."""
    return f"pager@{os.uname().nodename[:40]}"


async def provided(tokens: Tokens, folder: str) -> None:
    """Sees to it that the pager's folder has a token that holds. Raises `StoreTrouble`, `OSError`."""
    path = os.path.join(access.ready(folder), _SECRET)
    token = await tokens.find(_kept(path))
    if token is not None and token.grant == "respond" and not token.incidents:
        return
    for other in await tokens.all():
        if other.name == name() and other.revoked is None:
            await tokens.revoke(other.id)
    _, secret = await tokens.create(name(), "respond")
    disk.replace(path, secret.encode() + b"\n")


def _kept(path: str) -> str:
    try:
        with open(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC), "rb") as file:
            return file.read(512).decode("ascii", "replace").strip()
    except FileNotFoundError:
        return ""


class _Child:
    """One of the two: started, and started again when it ends."""

    def __init__(self, words: tuple[str, ...], environment: dict[str, str]) -> None:
        self._words, self._environment = words, environment
        self._process: subprocess.Popen[bytes] | None = None
        self._pause, self._since, self._again = _FIRST, 0.0, 0.0

    def look(self, tell: Told) -> None:
        """Starts it where it does not run and its pause is over."""
        now = time.monotonic()
        if self._process is not None:
            code = self._process.poll()
            if code is None:
                return
            tell(f"the pager's {self._words[0]} ended ({code}); it is started again")
            self._forget()
            self._pause = _FIRST if now - self._since > _WELL else min(_LONGEST, self._pause * 2)
            self._again = now + self._pause
        if now >= self._again:
            self._start(now, tell)

    def _start(self, now: float, tell: Told) -> None:
        import subprocess

        try:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "warroom", *self._words],
                stdin=subprocess.PIPE,
                stdout=2,  # what it says stands with what the server says
                env=self._environment,
                cwd="/",
                start_new_session=True,
            )
        except OSError as no:
            tell(f"the pager's {self._words[0]} could not be started: {no.strerror}")
            self._again = now + _LONGEST
        self._since = now

    def end(self, within: float) -> None:
        """SIGTERM, and what does not end in time is killed; it loses nothing by that."""
        process = self._process
        if process is None:
            return
        for number, wait in ((signal.SIGTERM, within), (signal.SIGKILL, 1.0)):
            if process.poll() is not None:
                break
            process.send_signal(number)
            try:
                process.wait(wait)
            except Exception:  # subprocess.TimeoutExpired, without importing it: the next signal is stronger
                continue
        self._forget()

    def _forget(self) -> None:
        if self._process is not None and self._process.stdin is not None:
            self._process.stdin.close()
        self._process = None


class Pager:
    """`folder`: its data folder. `tell` is told, in a sentence, what becomes of its two processes."""

    def __init__(self, folder: str, tell: Told) -> None:
        self._folder, self._tell = folder, tell
        own = ("WARROOM_TOKEN", "WARROOM_WATCH", "WARROOM_SYNC", "WARROOM_INCIDENT", "NOTIFY_SOCKET")
        environment = {name: value for name, value in os.environ.items() if name not in own}
        environment |= {"WARROOM_HOME": folder, "WARROOM_ACTOR": "pager", "PYTHONSAFEPATH": "1"}
        self._watch = _Child(("watch", "--serving", "--take", "--tied", "--json"), environment)
        self._sync = _Child(("sync", "--live", "--take", "--tied"), environment)
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="pager", daemon=True)

    async def start(self, tokens: Tokens, url: str) -> None:
        """Joined to this server at `url`, both run from now on. Raises `StoreTrouble`."""
        try:
            await provided(tokens, self._folder)
            joining.keep(self._folder, Joined(url, name(), "respond", at=wall(), pages=True))
        except OSError as problem:
            raise StoreTrouble(f"The pager's folder cannot be used: {problem.strerror or problem}") from problem
        self._thread.start()

    def stop(self) -> None:
        """Both end: the watch first, so that what it says last is passed on."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join(1.0)
        self._watch.end(_LETS_GO)
        self._sync.end(_LAST)

    def _run(self) -> None:
        while not self._stopping.is_set():
            for child in (self._sync, self._watch):
                child.look(self._tell)
            self._stopping.wait(_LOOK)
