"""A console whose folder has joined a server: the files that tell of it are real, and are written by the test."""

import json
import os
from pathlib import Path

import pytest

from page_app import PageConsole, files
from story import NOW
from warroom.config.paths import Paths
from warroom.room import process, syncing
from warroom.room.room import Room
from warroom.room.syncing import Here, Status
from warroom.store import holding
from warroom.store.holding import Holder, Holding
from warroom.store.replica import current
from warroom.tui import lookout, sync_lookout

SERVER = "war.example.org"
PROCESS = Holder(os.getpid(), "sync@bastion", "t1")
IVO = Here("Ivo", "bastion.example.org", "r9", NOW)
ALL = 1_000_000  # more facts than there are: the server has them all


def join(paths: Paths, **more: object) -> None:
    """From now on this folder has a server."""
    told = {"url": f"https://{SERVER}", "name": "lee", "grant": "respond", "at": 1, **more}
    Path(paths.data, syncing.JOINED).write_text(json.dumps(told))


def lives(paths: Paths, holder: Holder = PROCESS) -> Holding:
    """The process that exchanges facts runs."""
    held = holding.take(os.path.join(paths.data, syncing.LOCK), holder)
    assert held is not None
    return held


def tell(path: str, **more: object) -> Status:
    """What that process writes down of the incident in this file: all is well, but for `more`."""
    rep = current(os.path.dirname(os.path.dirname(path)))
    given = {"server": f"https://{SERVER}", "state": "online", "since": NOW - 60_000, "grant": "respond", **more}
    status = Status(**{"heads": {rep: (ALL, "")}, **given})  # type: ignore[arg-type]  # as they are named
    assert syncing.save(path, status)
    return status


class JoinedConsole(PageConsole):
    """In a room whose folder has joined a server; `told` is what its process wrote down before the console opened."""

    def __init__(self, home: Path, joined: bool = True, process: bool = True, drill: bool = False, **told: object):
        paths = files(home)
        current(paths.data)
        self.told, self._process, self._joins = told, process, joined
        self.held: Holding | None = None
        super().__init__(paths, drill=drill)

    async def enter(self, room: Room, ghost: str = "") -> None:
        if self._joins:
            join(self.paths)
            tell(room.log.path, **self.told)
        if self._process:
            self.held = lives(self.paths)
        await super().enter(room, ghost)

    def say(self, **more: object) -> None:
        """The process writes down something else."""
        tell(self.room.live.path, **more)

    def id_of(self, text: str) -> str:
        """The fact that says this."""
        return next(event.id for event in self.room.live.state.facts if text in event.body.text())


class Starts(list[tuple[str, ...]]):
    """Stands where processes are started: notes with which words, and starts none."""

    def __call__(self, folder: str, log: str, *words: str, tied: bool = False) -> bool:
        self.append(words)
        return True


def quick(monkeypatch: pytest.MonkeyPatch) -> Starts:
    """A look takes no waiting, and no process is started: which would be is noted."""
    monkeypatch.setattr(lookout, "LOOK", 0.05)
    monkeypatch.setattr(lookout, "EVERY", 0.03)
    monkeypatch.setattr(sync_lookout, "PROCESS", 0.03)
    found = Starts()
    monkeypatch.setattr(process, "start", found)
    return found
