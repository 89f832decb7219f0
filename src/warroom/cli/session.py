"""One call of the command line: who asks, when, where the files are, and which incident is meant. All of it lazily."""

import os
import time
from functools import cached_property
from typing import TYPE_CHECKING

from ..config.paths import Paths, find
from ..core.values import At, By, Ms, Refused
from ..core.zone import Zone, utc
from . import out
from .stop import Stop, Usage

if TYPE_CHECKING:
    from ..config.load import Library
    from ..config.settings import Settings
    from ..core.commands import Draft
    from ..room.desk import Desk
    from ..room.room import Room
    from ..store.log import Log
    from .verb import Arguments

LONGEST_NAME = 64


class Session:
    """What a verb gets. `arguments` are its own and those that all verbs have."""

    def __init__(self, arguments: "Arguments") -> None:
        self.arguments = arguments

    def now(self) -> Ms:
        """UTC ms; once a drill is chosen, what its own clock shows."""
        drill = self._in_drill if "path" in self.__dict__ else None
        return drill.time(drill.state) if drill is not None else wall()

    @cached_property
    def _in_drill(self) -> "Room | None":
        """The incident that is meant, read, where it is a drill."""
        return self._read() if self.drill else None

    @property
    def drill(self) -> bool:
        """Whether the incident that is meant is a drill: the first letter of its handle says so."""
        from ..core.values import is_drill

        name = os.path.basename(self.path).split("-")
        return len(name) > 3 and is_drill(name[3].upper())

    @cached_property
    def paths(self) -> Paths:
        try:
            return find()
        except Refused as no:
            raise Stop(str(no)) from None

    @cached_property
    def settings(self) -> "Settings | None":
        """A person's own settings; None where there is no file, and then nothing is imported to read it."""
        if not os.path.lexists(self.paths.settings):
            return None
        from ..config.settings import load

        settings, problems = load(self.paths)
        for problem in problems:
            out.say(str(problem))
        return settings

    @cached_property
    def library(self) -> "Library":
        from ..config.load import Library

        return Library(self.paths)

    @cached_property
    def zone(self) -> Zone:
        """The zone in which times are read and shown."""
        name = self.settings.time if self.settings else "utc"
        if name == "utc":
            return utc
        from ..core.zone import of

        if name == "local":
            from datetime import datetime

            return lambda t: of_local(t, datetime)
        from zoneinfo import ZoneInfo

        return of(ZoneInfo(name))

    @cached_property
    def me(self) -> By:
        """Who writes: --by, WARROOM_ACTOR, the settings, the login; with the login and host it really came from."""
        login = _login()
        for source, name in (
            ("--by", self.arguments.by),
            ("WARROOM_ACTOR", os.environ.get("WARROOM_ACTOR")),
            ("config.toml", self.settings.name if self.settings else ""),
            ("the login", login),
        ):
            name = " ".join((name or "").split())
            if not name:
                continue
            if len(name) > LONGEST_NAME or not _encodes(name):
                raise Usage(f"The name in {source} cannot be kept: at most {LONGEST_NAME} letters of UTF-8.")
            return By(name, login, os.uname().nodename[:LONGEST_NAME])
        return By("nobody", login, os.uname().nodename[:LONGEST_NAME])

    def at(self, text: str | None) -> At | None:
        """The time that was typed; None where none was. Raises `Usage`."""
        if text is None:
            return None
        from ..core.when import when

        _ = self.path  # what time it is depends on which incident is meant

        try:
            return when(text, self.now(), self.zone)
        except ValueError as wrong:
            raise Usage(f"--at: {wrong}.") from None

    # ── the incident ──

    @cached_property
    def path(self) -> str:
        """The file of the incident that is meant. Raises `Stop` with how to say which."""
        from .which import chosen

        named = getattr(self.arguments, "inc", None) or self.arguments.incident or os.environ.get("WARROOM_INCIDENT")
        return chosen(self.paths, named or "")

    @cached_property
    def replica(self) -> str:
        from ..store.access import ready
        from ..store.replica import current

        ready(self.paths.data)  # first, so that it is made for its owner alone
        ready(self.paths.incidents)
        return current(self.paths.data)

    def log(self) -> "Log":
        """The incident's log, for writing."""
        from ..store.log import Log

        log = Log.open(self.path, self.replica)
        if log.repaired:
            out.say(log.repaired)
        return log

    def room(self) -> "Room":
        """The incident's room, for writing; not loaded yet."""
        from ..room.room import Room

        return Room(self.log(), self.me, wall)

    def beside(self) -> "list[Draft]":
        """What is to be written together with an entry that is written without reading the incident."""
        return []

    def seen(self) -> "Room":
        """The incident's room, loaded, for looking only: it works where nothing can be written."""
        return self._in_drill or self._read()

    def _read(self) -> "Room":
        from ..room.room import Room
        from ..store.log import Log

        log = Log.open(self.path, "", read_only=True)
        room = Room(log, By(""), wall)
        room.load()
        if log.repaired:
            out.say(log.repaired)
        return room

    @cached_property
    def desk(self) -> "Desk":
        from ..room.desk import Desk

        return Desk(self.paths.incidents, self.replica, self.me, wall)

    def handle(self, inc: str) -> str:
        """The incident's handle among those that are here."""
        from .which import handle

        return handle(self.paths, inc)


def wall() -> Ms:
    """What the wall's clock shows (UTC ms): a room turns it into the time of its incident by itself."""
    return time.time_ns() // 1_000_000


def of_local(t: Ms, datetime: type) -> tuple[Ms, str]:
    """What this machine's zone adds to UTC at `t` (ms), and its name then."""
    moment = datetime.fromtimestamp(t // 1000).astimezone()  # type: ignore[attr-defined]  # the class comes as an argument
    return int(moment.utcoffset().total_seconds()) * 1000, moment.tzname()


def _login() -> str:
    import pwd

    try:
        return pwd.getpwuid(os.getuid()).pw_name[:LONGEST_NAME]
    except KeyError:
        return f"uid {os.getuid()}"


def _encodes(name: str) -> bool:
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True
