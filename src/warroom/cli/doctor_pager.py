"""What `warroom doctor` says of the process that pages: whether it runs, whether it outlives a logout, its clock."""

import os
import sys
import time
from collections.abc import Iterator
from glob import glob
from os.path import basename, exists, join, lexists

from ..core.text import clean
from ..room import pager
from .doctor_finding import BAD, GOOD, WARN, Finding
from .session import Session

UNIT = "warroom-watch.service"
_YES = ("1", "yes", "y", "true", "t", "on")
_MAINS = ("etc/systemd", "run/systemd", "usr/local/lib/systemd", "usr/lib/systemd", "lib/systemd")
_NAMED = 3


def findings(session: Session) -> Iterator[Finding]:
    """Who pages now, what becomes of it at a logout, and whether this machine's time is right."""
    yield _watch(session)
    import pwd

    try:
        me = pwd.getpwuid(os.getuid())
    except KeyError:
        yield Finding("logout", WARN, f"user {os.getuid()} has no name here; whether a watch survives cannot be said")
    else:
        yield survives(me.pw_name, os.environ.get("HOME") or me.pw_dir, session.library.data)
    yield _clock()


# ── does one run? ──


def _watch(session: Session) -> Finding:
    running = pager.watching(session.paths.data)
    if running is not None:
        who = f"{clean(running.where)}, process {running.pid},"
        if running.hangs:
            silent = f"{who} has not been heard of for {running.silent:.0f} s"
            return Finding("watch", BAD, f"{silent}: `warroom watch --take` takes it over")
        return Finding("watch", GOOD, f"{who} pages and is well")
    unheld = _unheld(session)
    if unheld:
        more = f" and {len(unheld) - _NAMED} more" if len(unheld) > _NAMED else ""
        says = f"nobody pages for {', '.join(unheld[:_NAMED])}{more}: `warroom watch --detach` begins at once"
        return Finding("watch", BAD, says)
    off = ""
    if not pager.allowed():
        off = f"WARROOM_WATCH={clean(os.environ['WARROOM_WATCH'])}"
    elif session.settings and not session.settings.watch:
        off = "watch = false in config.toml"
    if off:
        return Finding("watch", WARN, f"none runs, and {off} lets none start by itself: start `warroom watch` by hand")
    return Finding("watch", GOOD, "none runs; a declaration that calls somebody starts one")


def _unheld(session: Session) -> list[str]:
    """The handles of open incidents whose policy reaches somebody, and for which no process pages."""
    from ..core.review.items import waits_elsewhere
    from ..core.values import By
    from ..room.room import Room
    from ..store import folder, replica
    from ..store.errors import StoreError
    from ..store.log import Log

    found = []
    try:
        entries = folder.entries(session.paths.incidents)
    except (StoreError, OSError):
        return []
    for entry in entries:
        try:
            if pager.holder(entry.path) is not None:
                continue
            room = Room(Log.open(entry.path, "", read_only=True), By(""), session.now)
            with room.log:
                state = room.load()
        except StoreError:
            continue
        elsewhere = state.pager is not None and state.pager.rep not in ("", replica.known(session.paths.data))
        follows = not state.open and waits_elsewhere(state)  # that nobody does it costs no sleep
        if pager.wanted(state) and not elsewhere and not follows:
            found.append(session.handle(state.id))
    return found


# ── would it outlive a logout? ──


def survives(user: str, home: str, data: str, root: str = "/") -> Finding:
    """What becomes of a watch when `user` logs out of the machine whose files are under `root`."""
    where = join(data, "service")
    if sys.platform == "darwin" and root == "/":
        if exists(join(home, "Library/LaunchAgents/warroom.watch.plist")):
            return Finding("logout", GOOD, "launchd keeps a watch while you are logged in; at other times none runs")
        return Finding("logout", WARN, f"a watch may end with your session; warroom.watch.plist in {where} keeps one")
    if not exists(join(root, "run/systemd/system")):
        return Finding("logout", GOOD, "there is no systemd here that would end a watch at a logout")
    lingers = exists(join(root, "var/lib/systemd/linger", user))
    linger = f"`loginctl enable-linger {user}`"
    enabled, installed = _unit(home, root)
    if enabled and lingers:
        return Finding("logout", GOOD, f"{UNIT} runs whether you are logged in or not, also after a restart")
    if enabled:
        return Finding("logout", WARN, f"{UNIT} ends with your last session: {linger} keeps it")
    kills, why = _kills(user, root)
    unit = f"`systemctl --user enable --now {UNIT}`"
    if not installed:
        unit = f"copy {UNIT} from {where} into {join(home, '.config/systemd/user')}, then {unit}"
    if kills:
        return Finding("logout", WARN, f"a watch is ended when you log out ({why}): {unit} and {linger}")
    if kills is None:
        return Finding("logout", WARN, f"a watch may be ended when you log out ({why}): {unit} and {linger} keep it")
    return Finding("logout", GOOD, "a watch outlives a logout, though no restart; docs/paging.md says what does")


def _unit(home: str, root: str) -> tuple[bool, bool]:
    """Whether the unit is enabled, and whether it is there at all."""
    config = os.environ.get("XDG_CONFIG_HOME", "") if root == "/" else ""
    own = join(config or join(home, ".config"), "systemd/user")
    places = [own, join(home, ".local/share/systemd/user")]
    places += [
        join(root, place) for place in ("etc/systemd/user", "usr/local/lib/systemd/user", "usr/lib/systemd/user")
    ]
    enabled = any(glob(join(place, f"*.wants/{UNIT}")) for place in places)
    return enabled, enabled or any(lexists(join(place, UNIT)) for place in places)


def _kills(user: str, root: str) -> tuple[bool | None, str]:
    """Whether logind ends this user's processes at a logout, and what says so; None: nothing says it."""
    said = _logind(root)
    value, file = said.get("KillUserProcesses", ("", ""))
    if not value:
        return None, "logind.conf does not say KillUserProcesses"
    if value.casefold() not in _YES:
        return False, ""
    only = said.get("KillOnlyUsers", ("", ""))[0].split()
    spared = said.get("KillExcludeUsers", ("root", ""))[0].split()
    if (only and user not in only) or user in spared:
        return False, ""
    return True, f"KillUserProcesses={value} in {file}"


def _logind(root: str) -> dict[str, tuple[str, str]]:
    """Key → the value in force and its file, as systemd reads them (systemd-logind.conf(5))."""
    mains = [file for place in _MAINS if exists(file := join(root, place, "logind.conf"))]
    # Of drop-ins with one name, the first folder's wins; all of them come in the order of their names.
    dropped = {
        basename(file): file for place in reversed(_MAINS) for file in glob(join(root, place, "logind.conf.d/*.conf"))
    }
    found: dict[str, tuple[str, str]] = {}
    for file in reversed(mains):
        # What ships has its defaults as comments: they differ from one build of systemd to the next.
        found |= {key: (value, file) for key, value in _login(file, "#")}
    for file in (*mains[:1], *(dropped[name] for name in sorted(dropped))):
        found |= {key: (value, file) for key, value in _login(file, "")}
    return found


def _login(file: str, mark: str) -> Iterator[tuple[str, str]]:
    """The keys and values of the section [Login] on lines that begin with `mark`."""
    section = ""
    for line in _lines(file):
        if line.startswith("["):
            section = line.strip("[]")
        key, sign, value = line.removeprefix(mark).partition("=")
        if section == "Login" and sign and line.startswith(mark) and key.strip().isalnum():
            yield key.strip(), value.strip()


def _lines(file: str) -> list[str]:
    try:
        with open(file, encoding="utf-8", errors="replace") as source:
            return [line.strip() for line in source.read(65_536).splitlines()]
    except OSError:
        return []


# ── what time is it? ──


def _clock() -> Finding:
    now = time.time()
    if now < 1_767_225_600:  # 2026: before this program was written
        return Finding("clock", BAD, "this machine's clock is years behind: pages and times would be wrong")
    shown = f"{time.strftime('%Y-%m-%d %H:%M', time.gmtime(now))} UTC, local zone {time.strftime('%Z')}"
    kept = synchronised()
    if kept is None:
        return Finding("clock", GOOD, f"{shown}; whether the network keeps it right cannot be seen here")
    if kept:
        return Finding("clock", GOOD, f"{shown}, kept right by the network")
    return Finding("clock", WARN, f"{shown}; nothing keeps it right: `timedatectl set-ntp true`, or install chrony")


def synchronised() -> bool | None:
    """Whether the kernel's clock is being kept right (adjtimex(2)); None where the kernel does not say."""
    if not sys.platform.startswith("linux"):
        return None
    from ctypes import CDLL, create_string_buffer

    try:
        # All zeros ask and change nothing; the buffer is larger than any `struct timex`.
        state = CDLL(None, use_errno=True).adjtimex(create_string_buffer(512))
    except (OSError, AttributeError):
        return None
    return None if state < 0 else state != 5  # TIME_ERROR: not synchronised
