"""`warroom watch`: pages for every open incident of this folder, without a screen."""

import os
import signal
import time
from typing import TYPE_CHECKING

from ..core.text import clean
from ..room import pager, process
from ..store import holding
from ..store.holding import Holder
from . import out
from .session import Session
from .stop import FAILED, OK, REFUSED, No, NotHere
from .tied import has_parent
from .verb import Arguments, Parser, Verb
from .watch_made import intake_folder, made, tell

if TYPE_CHECKING:
    from ..channels.watch import Watch
    from ..channels.whose import Whose

_LINGER = 600.0  # seconds that a detached one stays when there is nothing left to page for
_STOPPING = 5.0


def _arguments(parser: Parser) -> None:
    parser.add_argument("--take", action="store_true", help="take the pager from whichever process holds it")
    parser.add_argument("--stop", action="store_true", help="end the watch that runs for this folder")
    parser.add_argument("--status", action="store_true", help="say who pages, and end")
    parser.add_argument("--detach", action="store_true", help="start it beside this shell, and end")
    parser.add_argument("--detached", action="store_true", help="as it is started by itself: ends when all is quiet")
    parser.add_argument("--tied", action="store_true", help="end with the process that started this one")
    parser.add_argument("--hand-over", action="store_true", help="let the server's pager go on for this folder")
    parser.add_argument("--serving", action="store_true", help="as a server starts it: take what nobody pages for")


def _run(session: Session, arguments: Arguments) -> int:
    if arguments.stop:
        return _stop(session)
    if arguments.status:
        return _status(session)
    if arguments.detach:
        return _detach(session, arguments)
    if arguments.hand_over:
        from .hand_over import hand_over

        return hand_over(session)
    return _watch(session, arguments)


# ── another one ──


def _lock(session: Session, only: str = "") -> str:
    """The lock of a watch: of all incidents of this folder, or of one alone, which takes none of the others."""
    return os.path.join(session.paths.data, f"watch-{only[:8].lower()}.lock" if only else pager.LOCK)


def _status(session: Session) -> int:
    running = pager.watching(session.paths.data)
    if session.arguments.json:
        out.json(
            {"running": running is not None}
            | ({"pid": running.pid, "where": running.where, "silent_s": round(running.silent, 1)} if running else {})
        )
        return OK if running else REFUSED
    if running is None:
        out.data("No watch runs for this folder: `warroom watch` starts one.")
        return REFUSED
    well = f"has not been heard of for {running.silent:.0f} s" if running.hangs else "is well"
    out.data(f"{clean(running.where)}, process {running.pid}, {well}.")
    return OK


def _stop(session: Session) -> int:
    running = pager.watching(session.paths.data)
    if running is None:
        raise NotHere("No watch runs for this folder.")
    if not running.pid:
        raise No("A watch runs for this folder and has not said yet which process it is; try again in a moment.")
    try:
        os.kill(running.pid, signal.SIGTERM)
    except OSError as no:
        raise No(f"Process {running.pid} cannot be ended: {no.strerror}.") from None
    if not _gone(session, running):
        raise No(f"Process {running.pid} does not end; `kill -9 {running.pid}` does, and loses nothing.")
    out.say(f"{clean(running.where)} has ended; nobody pages for this folder now.")
    return OK


def _gone(session: Session, running: Holder) -> bool:
    until = time.monotonic() + _STOPPING
    while time.monotonic() < until:
        now = pager.watching(session.paths.data)
        if now is None or now.pid != running.pid:
            return True
        time.sleep(0.05)
    return False


def _detach(session: Session, arguments: Arguments) -> int:
    before = pager.watching(session.paths.data)
    if before is not None and not arguments.take:
        raise No(f"{clean(before.where)}, process {before.pid}, watches this folder already.")
    words = ["--take"] if arguments.take else []
    if not pager.start(session.paths.state, *words):
        raise No("It could not be started: the system refused another process.")
    until = time.monotonic() + _STOPPING
    while time.monotonic() < until:
        now = pager.watching(session.paths.data)
        if now is not None and now.pid and (before is None or now.pid != before.pid):
            out.say(f"{clean(now.where)} watches this folder, process {now.pid}.")
            return OK
        time.sleep(0.05)
    raise No(f"It did not begin; what it said is in {os.path.join(session.paths.state, pager.LOG)}.")


# ── this one ──


def _watch(session: Session, arguments: Arguments) -> int:
    data = session.paths.data
    _ = session.replica  # makes the folders
    token = os.urandom(6).hex()
    name = "server" if arguments.serving else "watch"
    me = Holder(os.getpid(), f"{name}@{os.uname().nodename[:40]}", token, arguments.detached)
    place = _lock(session, _only(session, arguments))
    lock = holding.take(place, me) or _take_over(place, arguments, me)
    process.more_files()
    whose = _whose(session, arguments)
    files = (
        os.path.join(session.paths.config, "channels.toml"),
        os.path.join(intake_folder(session, arguments.serving), "intake.toml"),
    )
    until = _Patience(lock, arguments, data, files)
    for number in (signal.SIGTERM, signal.SIGINT, *((signal.SIGHUP,) if not arguments.detached else ())):
        signal.signal(number, lambda *_: until.stop())
    if arguments.detached:
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
    tell(session, {"what": "watching", "where": me.where, "pid": me.pid, "folder": data})
    try:
        while until.again():
            until.watch = made(
                session,
                me,
                whose,
                take=arguments.take or arguments.serving,
                only=_only(session, arguments),
                serves=arguments.serving,
            )
            until.watch.run(until)
            arguments.take = False  # what was taken once is held
    except OSError as trouble:
        tell(session, {"what": "trouble", "text": str(trouble)})
        return FAILED
    finally:
        lock.release()
    tell(session, {"what": "ended", "text": until.why or "it was stopped"})
    # A thread that waits for a far side's silence would hold up the end of the process; what it does is on the log.
    os._exit(OK)


def _only(session: Session, arguments: Arguments) -> str:
    """The identity of the one incident that is asked for, or nothing."""
    if not arguments.incident:
        return ""
    from .which import by_name

    return by_name(session.paths, arguments.incident).inc


def _take_over(place: str, arguments: Arguments, me: Holder) -> holding.Holding:
    there = holding.look(place)
    what = "this incident" if arguments.incident else "this folder"
    if there and not arguments.take:
        more = " and has not been heard of lately" if there.hangs else ""
        raise No(f"{clean(there.where)}, process {there.pid}, watches {what} already{more}; --take takes it over.")
    if there and there.pid:
        # A process that is well ends cleanly and lets go of everything; one that hangs is left behind.
        try:
            os.kill(there.pid, signal.SIGTERM)
        except OSError:
            pass
        until = time.monotonic() + (0.5 if there.hangs else 3.0)
        while time.monotonic() < until and holding.look(place):
            time.sleep(0.02)
    lock = holding.take(place, me, by_force=holding.look(place) is not None)
    if lock is None:
        raise No(f"Another process was faster and watches {what} now.")
    return lock


def _whose(session: Session, arguments: Arguments) -> "Whose":
    from ..channels.whose import Whose

    paths, takes = session.paths, arguments.take
    return Whose(paths.data, paths.state, session.replica, takes=takes, serves=arguments.serving)


class _Patience:
    """Whether to go on: not without the lock or the folder, nor, detached, for long without anything to page for.

    When `channels.toml` or `intake.toml` changes, the watch is made anew with what it says now, and goes on.
    """

    def __init__(self, lock: holding.Holding, arguments: Arguments, data: str, files: tuple[str, ...]) -> None:
        self._lock, self._detached, self._tied, self._data = lock, arguments.detached, arguments.tied, data
        self._files, self._read = files, _stamps(files)
        self._quiet_since = time.monotonic()
        self._beat = 0.0
        self._begun = False
        self.watch: Watch | None = None
        self.why = ""

    def stop(self) -> None:
        """Ends it soon; from a signal handler."""
        self.why = "it was stopped"
        if self.watch is not None:
            self.watch.stop()

    def again(self) -> bool:
        """Whether a watch is to be made: at first, and when one of the files has changed."""
        if not self._begun:
            self._begun = True
            return not self.why
        changed = _stamps(self._files) != self._read
        self._read = _stamps(self._files)
        return changed and not self.why

    def __call__(self, idle: bool) -> bool:
        now = time.monotonic()
        if not idle:
            self._quiet_since = now
        if now - self._beat >= 4.0:
            self._beat = now
            self._lock.beat()
            if not self._lock.still():
                gone = not os.path.isdir(self._data)
                self.why = "the folder has gone" if gone else "another watch has taken over"
                return False
            if _stamps(self._files) != self._read and self.watch is not None:
                self.watch.goes_on = True
                return False
        if self._detached and now - self._quiet_since > _LINGER:
            self.why = "nothing is left to page for"
            return False
        if self._tied and not has_parent():
            self.why = "the process that started it has ended"
            return False
        return True


def _stamps(files: tuple[str, ...]) -> tuple[object, ...]:
    return tuple(map(_stamp, files))


def _stamp(file: str) -> tuple[int, int, int] | None:
    try:
        status = os.stat(file)
    except OSError:
        return None
    return (status.st_ino, status.st_size, status.st_mtime_ns)


VERBS = {
    "watch": Verb(
        "page for every open incident of this folder, without a screen; started by itself when one is declared",
        "warroom watch --json",
        _arguments,
        _run,
    )
}
