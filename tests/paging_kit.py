"""A house in which pages go out for real: configuration by hand, the real program, a far side that counts.

Every wait is for something to be so; nothing sleeps for a fixed time and nothing asserts one.
"""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from farside import FarSide, Request

SURELY_S = 30.0

QUICK = """
id = "quick"
[[level]]
after = "PT0S"
notify = ["contact:sre1"]
[[level]]
after = "{second}"
notify = ["contact:db1"]
backup = ["contact:db2"]
"""

CONTACTS = """
[contact.sre1]
name = "Primary on call"
reach = ["hook"]
phone = "+44 20 7946 0001"
[contact.db1]
name = "Database"
reach = ["hook"]
[contact.db2]
name = "Database two"
reach = ["hook"]
"""


class House:
    """One data folder and its far side. `call` runs the program to its end, `start` leaves it running."""

    def __init__(self, home: Path, far: FarSide, *, second: str = "PT5M", watch: str = "", policy: str = "") -> None:
        self.home, self.far = home, far
        (home / "policies").mkdir(parents=True, exist_ok=True)
        self.write("channels.toml", f'[channel.hook]\nkind = "webhook"\nurl = "http://127.0.0.1:{far.port}/page"\n')
        self.write("contacts.toml", CONTACTS)
        self.write("policies/quick.toml", policy or QUICK.format(second=second))
        kept = ("PATH", "LANG", "LC_ALL", "HOME", "PYTHONPYCACHEPREFIX")
        self.env = {name: os.environ[name] for name in kept if name in os.environ}
        self.env |= {"WARROOM_HOME": str(home), "WARROOM_ACTOR": "ana", "WARROOM_WATCH": watch}
        self._started: list[subprocess.Popen[bytes]] = []

    def write(self, name: str, text: str) -> None:
        (self.home / name).write_text(text)

    # ── the program ──

    def words(self, *words: str) -> list[str]:
        return [sys.executable, "-m", "warroom", *words]

    def call(self, *words: str, code: int = 0, **env: str) -> str:
        done = subprocess.run(
            self.words(*words), env=self.env | env, capture_output=True, timeout=60, stdin=subprocess.DEVNULL
        )
        assert done.returncode == code, (words, done.returncode, done.stdout, done.stderr)
        return done.stdout.decode()

    def start(self, *words: str, **options: object) -> "subprocess.Popen[bytes]":
        process = subprocess.Popen(
            self.words(*words),
            env=self.env | dict(options.pop("env", {})),  # type: ignore[call-overload]  # a plain dict of strings
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            **options,  # type: ignore[arg-type]  # whatever Popen takes
        )
        self._started.append(process)
        return process

    def watch(self, *words: str, env: dict[str, str] | None = None) -> "subprocess.Popen[bytes]":
        """A watch that is up: it holds the folder's lock."""
        process = self.start("watch", "--json", *words, env=env or {})
        until(lambda: self.watcher() == process.pid or process.poll() is not None)
        assert process.poll() is None, process.stdout and process.stdout.read()
        return process

    def declare(self, policy: str = "quick", title: str = "Checkout returns 500s") -> str:
        return self.call("declare", title, "-s", "SEV2", "--policy", policy).strip()

    def watcher(self) -> int:
        """The process that watches this folder, 0: none."""
        from warroom.room import pager

        running = pager.watching(str(self.home))
        return running.pid if running else 0

    def close(self) -> None:
        pid = self.watcher()
        if pid:
            os.kill(pid, signal.SIGCONT)
            os.kill(pid, signal.SIGKILL)
        for process in self._started:
            if process.poll() is None:
                process.kill()
            process.wait()
            if process.stdout is not None:
                process.stdout.close()

    # ── what is so ──

    def status(self, inc: str = "") -> dict[str, object]:
        got: dict[str, object] = json.loads(self.call("status", *((inc,) if inc else ()), "--json"))
        return got

    def escalation(self, inc: str = "") -> dict[str, object]:
        got = self.status(inc)["escalation"]
        assert isinstance(got, dict)
        return got

    def deliveries(self, inc: str = "") -> list[dict[str, object]]:
        got = self.escalation(inc)["deliveries"]
        assert isinstance(got, list)
        return got

    def states(self, inc: str = "") -> list[tuple[object, object]]:
        """(whom, state) of every page, in order."""
        return [(each["to"], each["state"]) for each in self.deliveries(inc) if each["what"] == "page"]

    def timeline(self, inc: str = "") -> list[dict[str, object]]:
        rows: list[dict[str, object]] = json.loads(self.call("timeline", *((inc,) if inc else ()), "--json"))
        return rows

    def kinds(self, inc: str = "") -> list[object]:
        return [row["kind"] for row in self.timeline(inc)]

    @property
    def pages(self) -> list[dict[str, object]]:
        """The bodies of every page that reached the far side."""
        return bodies(self.far.requests)

    def paged(self) -> list[object]:
        return [body["to"] for body in self.pages]


def bodies(requests: list[Request]) -> list[dict[str, object]]:
    return [each.json() for each in list(requests) if each.method == "POST"]


def until(so: Callable[[], object], within_s: float = SURELY_S) -> None:
    """Waits until `so()`; a test that waits in vain fails with what it waited for."""
    end = time.monotonic() + within_s
    while not so():
        assert time.monotonic() < end, f"it never came to be so: {so.__code__.co_qualname} {so()!r}"
        time.sleep(0.02)
