"""What of a data folder is exchanged with the server, and new files for what only it has: incidents, logs of alerts.

A file is known by its name in the folder of incidents, or as `alerts/2026-W48.json`.
"""

import os
import time
from collections.abc import Callable, Iterable

from ..core.alerts.week import identity, named
from ..core.values import CROCKFORD, Ms, is_drill
from ..room import syncing
from ..store import access, disk, folder, lock, replica
from ..store.errors import Exists
from . import files, weeks
from .answers import Absent, Denied, Offline, Unfit
from .client import Client
from .exchange import Exchange, Pace
from .wire import Fact, Incidents

Told = Callable[[dict[str, object]], None]

_SLOWLY = 5.0  # seconds for the lock of a folder in which another process makes a file


class Folder:
    """`exchanges`: by incident. `wanted`: those that only the server has. `now` gives UTC ms."""

    def __init__(self, data: str, tell: Told, now: Callable[[], Ms] = lambda: time.time_ns() // 1_000_000) -> None:
        self.data, self._now = data, now
        self.incidents = os.path.join(data, "incidents")
        self.archive = os.path.join(data, "archive")
        self.exchanges: dict[str, Exchange] = {}
        self.wanted: set[str] = set()
        self.unread: dict[str, str] = {}  # paths of what could not be read or is another week's, and why; told once
        self.failed: dict[str, str] = {}  # those of `wanted` that did not come, and why
        self.reads_only = False
        self._tell = tell
        self._names: dict[str, Exchange] = {}
        self._passed: set[str] = set()  # names of drills, and of second files of one incident
        self._kept: frozenset[str] = frozenset()  # archived or deleted here: what the server has of them stays there

    # ── the files ───────────────────────────────────────────────────────────────────────────────

    def scan(self) -> list[Exchange]:
        """Looks at every file; those with something new in them."""
        access.ready(self.incidents)
        there = set(filter(_is_incident, os.listdir(self.incidents))) | weeks.there(self.data)
        self._passed &= there
        self.unread = {path: why for path, why in self.unread.items() if os.path.exists(path)}
        return self.look(there | set(self._names))

    def look(self, names: Iterable[str]) -> list[Exchange]:
        """The same for these files."""
        looked = [self._look(name) for name in sorted(filter(_is_file, names), reverse=True)]
        return [each for each in looked if each is not None]

    def _path(self, name: str) -> str:
        return os.path.join(self.data if weeks.week_of(name) else self.incidents, name)

    def _look(self, name: str) -> Exchange | None:
        path = self._path(name)
        known = self._names.get(name)
        if known is None:
            return self._open(name, path) if name not in self._passed and os.path.exists(path) else None
        if not os.path.exists(path):
            self._moved(name, known)
            return None
        found = known.look()
        if known.gone:  # another file lies under its name
            self._drop(known)
            return self._open(name, path)
        if known.file.drill:
            self._drop(known)
            self._passed.add(name)
            return None
        return known if found else None

    def _open(self, name: str, path: str, cursor: str = "") -> Exchange | None:
        exchange = self._opened(path, cursor)
        if exchange is None:
            return None
        if (week := weeks.week_of(name)) and named(exchange.inc) != week:
            exchange.file.close()
            self._could_not(path, f"{name} holds something else than the alerts of that week.")
            return None
        self.unread.pop(path, None)
        if not self._is_fit(name, exchange) or exchange.inc in self.exchanges:
            exchange.file.close()
            self._passed.add(name)
            return None
        self._names[name] = exchange
        self.exchanges[exchange.inc] = exchange
        self.wanted.discard(exchange.inc)
        return exchange

    @staticmethod
    def _is_fit(name: str, exchange: Exchange) -> bool:
        """No drill ever leaves, and no log of alerts lies among the incidents."""
        return (bool(weeks.week_of(name)) or is_real(exchange.inc)) and not exchange.file.drill

    def _opened(self, path: str, cursor: str = "") -> Exchange | None:
        try:
            file = files.LocalFile(path, replica.current(self.data))
        except OSError as problem:
            self._could_not(path, str(problem))
            return None
        status = syncing.status(path) or syncing.Status()
        exchange = Exchange(file, cursor or status.cursor, status.heads, self.reads_only)
        exchange.there.update(status.blobs)
        exchange.relays.facts = status.relayed
        exchange.look()
        if exchange.ails:  # whether it is a drill, or restricted, is not known before it was read
            exchange.close()
            self._could_not(path, exchange.ails)
            return None
        return exchange

    def _could_not(self, path: str, why: str) -> None:
        if path not in self.unread:
            self._tell({"what": "trouble", "text": why})
        self.unread[path] = why

    def _moved(self, name: str, exchange: Exchange) -> None:
        """One that was archived goes on where it is now, while something of it waits."""
        unsent = exchange.waiting
        self._drop(exchange)
        if weeks.week_of(name):
            return
        self._kept |= {exchange.inc} if os.path.exists(os.path.join(self.archive, name)) else set()
        if unsent:
            self._reopen(os.path.join(self.archive, name))

    def archived(self) -> None:
        """Takes up what went into the archive with something unsent."""
        for entry in folder.entries(self.archive):
            status = syncing.status(entry.path)
            if status is not None and status.unsent and entry.inc not in self.exchanges:
                self._reopen(entry.path)

    def _reopen(self, path: str) -> None:
        exchange = self._opened(path) if os.path.exists(path) else None
        if exchange is not None:
            self.unread.pop(path, None)
        if exchange is not None and is_real(exchange.inc) and not exchange.file.drill:
            self.exchanges.setdefault(exchange.inc, exchange)

    def _drop(self, exchange: Exchange) -> None:
        exchange.close()
        self.exchanges.pop(exchange.inc, None)
        for name in [name for name, each in self._names.items() if each is exchange]:
            del self._names[name]

    def close(self) -> None:
        """Lets go of every file."""
        for exchange in list(self.exchanges.values()):
            exchange.close()

    def renewed(self) -> None:
        """This folder may have become another replica: every file is written as that."""
        rep = replica.current(self.data)
        for exchange in list(self.exchanges.values()):
            if exchange.file.rep != rep:
                with exchange.guard:
                    exchange.file.writes_as(rep)

    def grant(self, reads_only: bool) -> None:
        self.reads_only = reads_only
        for exchange in self.exchanges.values():
            exchange.reads_only = reads_only

    # ── the server's list ───────────────────────────────────────────────────────────────────────

    def compare(self, there: Incidents) -> None:
        """What the server has, against what is here."""
        listed = {each.inc: each for each in there.incidents}
        for inc, exchange in list(self.exchanges.items()):
            exchange.listed(listed.get(inc))
        self.failed = {inc: why for inc, why in self.failed.items() if inc in listed}
        unknown = {inc for inc in listed if inc not in self.exchanges and self._may_come(inc)}
        if unknown:
            self._kept = syncing.deleted(self.data) | {entry.inc for entry in folder.entries(self.archive)}
            # In its place: another thread may be adding to it.
            self.wanted.update(unknown - self._kept - self._lying_unread())

    def _lying_unread(self) -> set[str]:
        """The logs that cannot be read now: what the server has of them does not come beside them."""
        if not self.unread:
            return set()
        names = {os.path.relpath(path, self.data) for path in self.unread}
        lying = {identity(week) for name in names if (week := weeks.week_of(name))}
        return lying | {entry.inc for entry in folder.entries(self.incidents)}

    def told_of(self, inc: str) -> None:
        """The server tells of an incident. From any thread."""
        if inc not in self.exchanges and inc not in self._kept and self._may_come(inc):
            self.wanted.add(inc)

    def _may_come(self, inc: str) -> bool:
        return weeks.wanted(inc, self._now()) if named(inc) else is_real(inc)

    def fetch(self, client: Client, pace: Pace) -> Exchange | None:
        """Makes a file for one of `wanted`, whole; what is not declared yet waits. Raises `Offline`."""
        inc = next(iter(set(self.wanted)))  # a copy: another thread may add to it meanwhile
        self.wanted.discard(inc)  # at once: what is told of it while it is fetched makes it wanted again
        self.failed.pop(inc, None)
        return self._begin(inc) if named(inc) else self._fetch(inc, client, pace)

    def _begin(self, inc: str) -> Exchange | None:
        """A log of alerts needs no declaration: it begins empty, and what it holds comes like anything that is new."""
        try:
            weeks.make(self.data, inc, replica.current(self.data))
        except Exists:
            pass  # another process took in an alert meanwhile, or it cannot be read
        except OSError as problem:
            self._did_not_come(inc, problem)
            return None
        return self._look(weeks.name_of(named(inc)))

    def _fetch(self, inc: str, client: Client, pace: Pace) -> Exchange | None:
        try:
            facts, cursor = _all_of(client, inc, pace)
            path = self._publish(inc, facts)
        except Offline:
            self.wanted.add(inc)
            raise
        except (Absent, Denied, Unfit, OSError) as problem:
            self._did_not_come(inc, problem)
            path = ""
        exchange = self._open(os.path.basename(path), path, cursor) if path else None
        if exchange is not None:
            exchange.engine.created()
        return exchange

    def _did_not_come(self, inc: str, problem: Exception) -> None:
        self.failed[inc] = f"{label(inc)}: {problem}"
        self._tell({"what": "trouble", "text": self.failed[inc]})

    def _publish(self, inc: str, facts: list[Fact]) -> str:
        """The new file's path; empty: there is none, or another process made one."""
        about = files.declared(facts)
        if about is None:
            return ""
        part = f"{folder.path_for(self.incidents, inc, *about)}.{os.getpid()}.new"
        held = os.open(access.ready(self.incidents), os.O_RDONLY | os.O_CLOEXEC)
        try:
            disk.forget(part)
            files.make(part, inc, replica.current(self.data), facts)
            lock.take(held, self.incidents, False, _SLOWLY)
            if any(entry.inc == inc for place in (self.incidents, self.archive) for entry in folder.entries(place)):
                return ""
            return folder.publish(part, folder.path_for(self.incidents, inc, *about))
        except Exists:
            return ""
        finally:
            disk.forget(part)
            os.close(held)


def _all_of(client: Client, inc: str, pace: Pace) -> tuple[list[Fact], str]:
    """Every fact that the server has of an incident, and where its log ends."""
    facts: list[Fact] = []
    cursor = ""
    while True:
        page = client.pull(inc, cursor, pace.page)
        pace.went()
        facts += page.events
        if not page.more or page.cursor == cursor:
            return facts, page.cursor
        cursor = page.cursor


def is_real(inc: str) -> bool:
    """Whether this is the identity of a real incident, and can be a part of a file's name."""
    return len(inc) == 26 and all(letter in CROCKFORD for letter in inc) and not (is_drill(inc) or named(inc))


def label(inc: str) -> str:
    """How a log is called where a person reads it."""
    week = named(inc)
    return f"alerts {week}" if week else inc[:4]


def _is_incident(name: str) -> bool:
    return name.endswith(".json") and ".local." not in name


def _is_file(name: str) -> bool:
    return bool(weeks.week_of(name)) or ("/" not in name and _is_incident(name))
