"""Data folders that a server joins: the real program in each, its live process, and what is to become true soon."""

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

TESTS = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(TESTS / "server"), str(TESTS / "cli")]

from cli_kit import Done, Program  # noqa: E402  # found through the line above
from warroom.room import syncing  # noqa: E402  # as above
from warroom.room.syncing import Status  # noqa: E402  # as above
from warroom.store.folder import entries  # noqa: E402  # as above

SURELY_S = 30.0


class Home(Program):  # type: ignore[misc]  # the kit of the command line has no types
    """One data folder and the program in it. Nothing is started by itself."""

    def __init__(self, folder: Path, cache: Path, name: str) -> None:
        super().__init__(folder, cache)
        self.folder, self.name = folder, name
        self.env |= {"WARROOM_ACTOR": name, "WARROOM_SYNC": "off"}
        self.processes: list[Any] = []

    @property
    def data(self) -> str:
        return str(self.folder)

    def join(self, url: str, token: str, *more: str) -> Done:
        return self.ok("join", url, *more, WARROOM_TOKEN=token)

    def declare(self, title: str = "Checkout returns 500s", *more: str) -> str:
        """Its handle."""
        return str(self.ok("declare", title, "-s", "SEV2", *more).line)

    def texts(self) -> list[str]:
        """What the timeline says, without what declaring attaches."""
        rows = self.ok("timeline", "--json").json
        return [row["text"] for row in rows if row["kind"] in ("note", "declared")]

    @property
    def path(self) -> str:
        """The only incident's file."""
        (entry,) = entries(str(self.folder / "incidents"))
        return entry.path

    def incidents(self) -> list[str]:
        return sorted(entry.inc for entry in entries(str(self.folder / "incidents")))

    @property
    def status(self) -> Status:
        return syncing.status(self.path) or Status()

    def live(self, *more: str) -> Any:
        """Starts what exchanges facts; it holds the lock when this returns."""
        process = self.start("sync", "--live", *more)
        self.processes.append(process)
        until(lambda: syncing.running(self.data) is not None, "the process began", process)
        return process

    def end(self) -> None:
        for process in self.processes:
            if process.poll() is None:
                process.terminate()
        for process in self.processes:
            process.wait(SURELY_S)
            process.stdout.close()
            process.stderr.close()
        running = syncing.running(self.data)
        if running is not None and running.pid:
            os.kill(running.pid, 15)
        self.processes = []


def until(true: Callable[[], Any], what: str, process: Any = None, within_s: float = SURELY_S) -> Any:
    """Waits until it is true, and returns what it gave."""
    end = time.monotonic() + within_s
    while time.monotonic() < end:
        try:
            found = true()
        except (OSError, ValueError):
            found = None  # a file that is just being made
        if found:
            return found
        if process is not None and process.poll() is not None:
            raise AssertionError(f"not {what}: the process ended: {process.stdout.read()!r} {process.stderr.read()!r}")
        time.sleep(0.02)
    raise AssertionError(f"it did not become true that {what}")
