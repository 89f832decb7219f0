"""`warroom doctor`: what is around the program and could stand in its way, each with what to do about it.

What is said of paging is in `doctor_pager` and `doctor_channels`; `doctor_page` sends a test.
"""

import os
import time
from collections.abc import Iterator

from ..core.text import clean
from ..store.errors import StoreError
from . import out
from .doctor_finding import BAD, GOOD, WARN, Finding
from .session import Session
from .stop import FAILED, OK, Stop

_SIGN = {GOOD: "√ ok  ", WARN: "! look", BAD: "✗ bad "}


def examine(session: Session, json: bool) -> int:
    """Looks at everything and prints what it finds. Exit code 1 where something is bad."""
    if json:
        found = list(_findings(session))
        out.json([{"what": f.what, "state": f.state, "says": f.says} for f in found])
        return FAILED if any(f.state == BAD for f in found) else OK
    code = OK
    for each in _findings(session):
        # One by one: what is asked over the network may take its time.
        out.data(f"{_SIGN[each.state]}  {each.what:<16}  {clean(each.says)}")
        code = FAILED if each.state == BAD else code
    return code


def _findings(session: Session) -> Iterator[Finding]:
    try:
        paths = session.paths
    except Stop as no:
        yield Finding("folders", BAD, str(no))
        return
    yield from _folders(session)
    yield _config(session)
    yield _file_system(paths.data)
    yield _lock(session)
    yield _person(session)
    yield from _terminal()
    from . import doctor_alerts, doctor_channels, doctor_pager

    yield from doctor_pager.findings(session)
    yield from doctor_channels.findings(session)
    yield from doctor_alerts.findings(session)


def _folders(session: Session) -> Iterator[Finding]:
    from ..store.access import ready

    try:
        ready(session.paths.data)
        folder = ready(session.paths.incidents)
    except StoreError as no:
        yield Finding("folders", BAD, str(no))
        return
    yield Finding("folders", GOOD, f"{folder} can be written")
    open_to_others = [p for p in (session.paths.data, session.paths.config) if _mode(p) & 0o077]
    if open_to_others:
        which = ", ".join(dict.fromkeys(open_to_others))
        yield Finding("permissions", WARN, f"others on this machine can look into {which}: chmod 700 closes it")
    else:
        yield Finding("permissions", GOOD, "only you can look into the folders")


def _mode(path: str) -> int:
    try:
        return os.stat(path).st_mode
    except OSError:
        return 0


def _config(session: Session) -> Finding:
    from ..config.check import check

    problems = check(session.paths)
    if problems:
        return Finding(
            "config",
            WARN,
            f"{out.many(len(problems), 'mistake', 'mistakes')} in the files, named by `warroom config check`",
        )
    return Finding("config", GOOD, session.paths.config)


def _file_system(folder: str) -> Finding:
    from ..store.network import is_remote

    if is_remote(folder):
        return Finding(
            "file system", WARN, f"{folder} is on another machine's disk: one host writes, changes show in 0.2 s"
        )
    free = os.statvfs(folder)
    mib = free.f_bavail * free.f_frsize // (1 << 20)
    state = GOOD if mib >= 100 else WARN
    return Finding("file system", state, f"local, {mib} MiB free")


def _lock(session: Session) -> Finding:
    """Writes, syncs and locks for real, in a file that is gone afterwards."""
    from ..store import disk, lock

    path = os.path.join(session.paths.data, f".doctor.{os.getpid()}")
    try:
        lock.available()
        fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        try:
            lock.take(fd, path, False, 1.0)
            start = time.perf_counter_ns()
            disk.write_at(fd, b"x" * 512, 0)
            disk.sync(fd)
            took = (time.perf_counter_ns() - start) // 1000
        finally:
            os.close(fd)
    except StoreError as no:
        return Finding("lock", BAD, str(no))
    except OSError as no:
        return Finding("lock", BAD, f"{session.paths.data} takes no file that is synced and locked: {no.strerror}")
    finally:
        try:
            os.unlink(path)
        except OSError:
            pass
    return Finding("lock", GOOD, f"a write is on disk after {took / 1000:.1f} ms, and locks hold")


def _person(session: Session) -> Finding:
    from ..tui.who import SHARED

    me = session.me
    if me.name == me.login and me.login in SHARED:
        return Finding("you", WARN, f"“{me.login}” is nobody in particular: set name in config.toml, or WARROOM_ACTOR")
    return Finding("you", GOOD, f"{me.name} ({me.login} on {me.host})")


def _terminal() -> Iterator[Finding]:
    term = os.environ.get("TERM", "")
    if not out.is_terminal():
        yield Finding("terminal", WARN, "this is no terminal: the console needs one")
        return
    cells = os.get_terminal_size(1)
    if term in ("", "dumb"):
        yield Finding("terminal", WARN, "TERM=dumb: the console needs a full screen; `warroom follow --plain` does not")
    elif cells.columns < 80 or cells.lines < 24:
        yield Finding("terminal", WARN, f"{term}, {cells.columns}×{cells.lines}: the console wants 80×24")
    else:
        yield Finding("terminal", GOOD, f"{term}, {cells.columns}×{cells.lines}")
    encoding = (os.environ.get("LC_ALL") or os.environ.get("LC_CTYPE") or os.environ.get("LANG") or "").upper()
    if "UTF" not in encoding:
        yield Finding("locale", WARN, f"“{encoding or 'none'}” is not UTF-8: signs may show as ?; LANG=C.UTF-8 helps")
