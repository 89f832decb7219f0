"""The lock on a data file, always on the file that has the name now: a rename may have put another in its place."""

import errno
import os
import time

from .errors import LockHeld, StoreError, WriteFailed, WrongSystem

try:
    import fcntl
except ImportError:  # Windows: `available` says so in a sentence
    fcntl = None  # type: ignore[assignment]  # the only module that may be absent

WAIT = 5.0  # seconds
_SOON = 0.002  # seconds in which a write and its sync usually end: whoever waits for them looks often
_PAUSE, _LONGEST_PAUSE = 0.0001, 0.01


def available() -> None:
    """Raises WrongSystem where there are no file locks."""
    if fcntl is None:
        raise WrongSystem("War room needs file locks that Windows does not have: run it inside WSL.")


def take(fd: int, path: str, shared: bool, wait: float) -> None:
    """The lock on this open file, or LockHeld after `wait` seconds, naming who holds it."""
    mode = (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB
    try:
        fcntl.flock(fd, mode)
        return
    except OSError as problem:
        _only_when_held(problem, path)
    began = now = time.monotonic()
    pause = _PAUSE
    while now < began + wait:
        time.sleep(pause)
        now = time.monotonic()
        if now > began + _SOON:
            pause = min(pause * 2, _LONGEST_PAUSE)
        try:
            fcntl.flock(fd, mode)
            return
        except OSError as problem:
            _only_when_held(problem, path)
    raise held(fd, path, wait)


def at_once(fd: int, shared: bool = False) -> bool:
    """Takes the lock on this open file if it is free; whether it was."""
    try:
        fcntl.flock(fd, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def release(fd: int) -> None:
    fcntl.flock(fd, fcntl.LOCK_UN)


def _only_when_held(problem: OSError, path: str) -> None:
    if problem.errno not in (errno.EAGAIN, errno.EACCES):
        raise WriteFailed(
            f"{os.path.basename(path)} cannot be locked here ({problem.strerror}): "
            "its file system has no locks. Set WARROOM_HOME to a local folder."
        ) from problem


def held(fd: int, path: str, wait: float) -> StoreError:
    """The error that names the process which holds the file, as far as the system tells."""
    pid = holder(fd)
    command = command_of(pid)
    stopped = _is_stopped(pid)
    who = f"process {pid}" + (f" ({command})" if command else "") if pid else "another process"
    advice = f"It is stopped: continue it with `kill -CONT {pid}`, or end it" if stopped else "Wait for it, or end it"
    problem = LockHeld(
        f"{who[0].upper()}{who[1:]} has held {os.path.basename(path)} for {wait:g} s, so nothing was written. "
        f"{advice}, then try again."
    )
    problem.pid, problem.command = pid, command
    return problem


def holder(fd: int) -> int:
    """The id of a process that holds a lock on this file; 0 where the system does not tell."""
    status = os.fstat(fd)
    place = f"{os.major(status.st_dev):02x}:{os.minor(status.st_dev):02x}:{status.st_ino}"
    loose = 0
    try:
        with open("/proc/locks", encoding="ascii", errors="replace") as locks:
            for line in locks:
                words = line.split()
                if len(words) < 6 or words[1] != "FLOCK" or not words[4].isdigit():
                    continue
                if words[5] == place:
                    return int(words[4])
                if words[5].rpartition(":")[2] == str(status.st_ino):
                    loose = int(words[4])  # some file systems show another device there
    except OSError:
        pass
    return loose


def command_of(pid: int) -> str:
    """The command line of a process, at most 80 characters; empty where it cannot be read."""
    try:
        with open(f"/proc/{pid}/cmdline", "rb") as file:
            words = file.read(4096).split(b"\0")
    except OSError:
        return ""
    text = b" ".join(words).strip().decode("utf-8", "replace")
    text = "".join(c if c.isprintable() else "�" for c in text)
    return text if len(text) <= 80 else text[:79] + "…"


def _is_stopped(pid: int) -> bool:
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:
            return file.read(4096).rpartition(b")")[2].split()[:1] in ([b"T"], [b"t"])
    except OSError:
        return False
