"""`warroom sync --live`: the process that exchanges facts for a folder, its start, its end, and who does it."""

import gc
import os
import signal
import sys
import time
from typing import TYPE_CHECKING

from ..core.text import clean
from ..room import pager, process, syncing
from ..store import holding
from ..store.holding import Holder, Holding
from . import out, sync
from .session import Session
from .stop import FAILED, OK, No, NotHere
from .sync_paging import PagesInstead
from .tied import has_parent
from .verb import Arguments

if TYPE_CHECKING:
    from ..sync.daemon import Daemon

_LINGER = 600.0  # seconds that a detached one stays when nothing waits and nobody looks
_STOPPING = 5.0
_BEAT = 4.0
_LOOK = 1.0


def stop(session: Session) -> int:
    """Ends the process that runs for this folder."""
    running = syncing.running(session.paths.data)
    if running is None:
        raise NotHere("No process exchanges facts for this folder.")
    if not running.pid:
        raise No("A process exchanges facts and has not said yet which it is; try again in a moment.")
    try:
        os.kill(running.pid, signal.SIGTERM)
    except OSError as no:
        raise No(f"Process {running.pid} cannot be ended: {no.strerror}.") from None
    if not gone(session, running):
        raise No(f"Process {running.pid} does not end; `kill -9 {running.pid}` does, and loses nothing.")
    out.say("Nothing is exchanged now; everything stays here until `warroom sync`.")
    return OK


def gone(session: Session, running: Holder) -> bool:
    """Whether that process ends soon."""
    until = time.monotonic() + _STOPPING
    while time.monotonic() < until:
        now = syncing.running(session.paths.data)
        if now is None or now.pid != running.pid:
            return True
        time.sleep(0.02)
    return False


def live(session: Session, arguments: Arguments) -> int:
    """Exchanges facts until it is stopped, taken over from, or nothing is left to do."""
    sync.server(session)
    _ = session.replica  # makes the folders
    me = Holder(os.getpid(), f"sync@{os.uname().nodename[:40]}", os.urandom(6).hex(), arguments.detached)
    place = os.path.join(session.paths.data, syncing.LOCK)
    lock = holding.take(place, me) or _take_over(place, arguments, me)
    process.more_files()
    gc.enable()  # a verb does without; this one goes on
    sys.setswitchinterval(0.0005)  # the thread that hears a fact is not to wait for the others
    until = _Patience(session, lock, arguments.detached, arguments.tied)
    for number in (signal.SIGTERM, signal.SIGINT, *((signal.SIGHUP,) if not arguments.detached else ())):
        signal.signal(number, lambda *_: until.stop())
    if arguments.detached:
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
    _tell(session, {"what": "exchanging", "where": me.where, "pid": me.pid, "folder": session.paths.data})
    try:
        while until.again():
            until.daemon = _made(session)
            until.daemon.run(until)
    except OSError as trouble:
        _tell(session, {"what": "trouble", "text": str(trouble)})
        return FAILED
    finally:
        lock.release()
    _tell(session, {"what": "ended", "text": until.why or "it was stopped"})
    # A thread that waits for a server's silence would hold up the end of the process; it holds nothing.
    os._exit(OK)


def _made(session: Session) -> "Daemon":
    from ..sync.daemon import Daemon
    from ..sync.token import Token

    joined = sync.server(session)
    try:
        secret = sync.token(session, joined)
    except No as no:
        _tell(session, {"what": "denied", "text": str(no)})
        secret = Token("")  # every incident says so, until the server is joined anew
    paths = session.paths
    return Daemon(paths.data, paths.state, joined, secret, sync.writer(session), lambda line: _tell(session, line))


def _take_over(place: str, arguments: Arguments, me: Holder) -> Holding:
    there = holding.look(place)
    if there and not arguments.take:
        more = " and has not been heard of lately" if there.hangs else ""
        raise No(f"Process {there.pid} exchanges facts for this folder already{more}; --take takes it over.")
    if there and there.pid:
        try:
            os.kill(there.pid, signal.SIGTERM)
        except OSError:
            pass
        until = time.monotonic() + (0.5 if there.hangs else 3.0)
        while time.monotonic() < until and holding.look(place):
            time.sleep(0.02)
    lock = holding.take(place, me, by_force=holding.look(place) is not None)
    if lock is None:
        raise No("Another process was faster and exchanges facts for this folder now.")
    return lock


class _Patience:
    """Whether to go on: not without the lock, the folder or a server, nor, detached, for long with nothing to do.

    When another server is joined, or the same anew, the daemon is made again with what holds now.
    """

    def __init__(self, session: Session, lock: Holding, detached: bool, tied: bool) -> None:
        self._session, self._lock, self._detached, self._tied = session, lock, detached, tied
        self._pages_instead = PagesInstead(session)
        self._file = os.path.join(session.paths.data, syncing.JOINED)
        self._read = _stamp(self._file)
        self._looked = self._beat = 0.0
        self._quiet_since = time.monotonic()
        self._begun = False
        self.daemon: Daemon | None = None
        self.why = ""

    def stop(self) -> None:
        """Ends it soon; from a signal handler."""
        self.why = self.why or "it was stopped"
        if self.daemon is not None:
            self.daemon.stop()

    def again(self) -> bool:
        """Whether a daemon is to be made: at first, and when another server was joined."""
        changed = not self._begun or (_stamp(self._file) != self._read and not self.why)
        self._begun, self._read = True, _stamp(self._file)
        return changed and not self.why

    def __call__(self) -> bool:
        now = time.monotonic()
        if self.why:
            return False
        if now - self._looked < _LOOK:
            return True
        self._looked = now
        if now - self._beat >= _BEAT:
            self._beat = now
            self._lock.beat()
            if not self._lock.still():
                folder = os.path.isdir(self._session.paths.data)
                self.why = "another process has taken over" if folder else "the folder has gone"
                return False
            self._quiet(now)
            self._pages_instead.look()
        if self._tied and not has_parent():
            self.why = "the process that started it has ended"
        stamp = _stamp(self._file)
        if stamp is None:
            self.why = "no server is joined any more"
        return not self.why and stamp == self._read

    def _quiet(self, now: float) -> None:
        """Notices how long there has been nothing to do."""
        from ..room import here

        paths = self._session.paths
        busy = self.daemon is not None and self.daemon.waits > 0
        if not self._detached or busy or here.now(paths.state) or pager.watching(paths.data) is not None:
            self._quiet_since = now
        elif now - self._quiet_since > _LINGER:
            self.why = "nothing waits, and nobody looks"


def _stamp(file: str) -> tuple[int, int, int] | None:
    try:
        status = os.stat(file)
    except OSError:
        return None
    return (status.st_ino, status.st_size, status.st_mtime_ns)


def _tell(session: Session, line: dict[str, object]) -> None:
    """One line of what happened: for people, or as JSON."""
    stamp = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    try:
        if session.arguments.json:
            out.json({"at": stamp, **line})
            return
        handle = f"{line['incident']}  " if line.get("incident") else ""
        text = str(line.get("text") or line.get("where") or line.get("folder") or "")
        out.data(clean(f"{stamp}  {handle}{line['what']}{': ' if text else ''}{text}"))
    except OSError:
        pass  # whoever read this has gone; the exchange goes on
