"""A `warroom` of its own beside this one: what pages and what exchanges facts outlives the terminal it began in."""

import os
import subprocess
import sys

_FILES = 65_536
_started: list["subprocess.Popen[bytes]"] = []


def start(state_folder: str, log: str, *words: str, tied: bool = False) -> bool:
    """Starts `warroom WORDS` in a session of its own, so that it outlives this terminal; whether it began.

    What it says goes to the file `log` in `state_folder`. `tied`: it ends with this process instead, when the pipe to
    it breaks.
    """
    command = [sys.executable, "-m", "warroom", *words]
    # What this program was found through must be found there too, and never what lies in the folder somebody is in.
    environment = {**os.environ, "PYTHONSAFEPATH": "1"}
    try:
        os.makedirs(state_folder, 0o700, exist_ok=True)
        said = os.open(os.path.join(state_folder, log), os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
    except OSError:
        said = os.open(os.devnull, os.O_WRONLY | os.O_CLOEXEC)
    try:
        process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE if tied else subprocess.DEVNULL,
            stdout=said,
            stderr=said,
            env=environment,
            cwd="/",
            start_new_session=True,
        )
    except OSError:
        return False
    finally:
        os.close(said)
    _started.append(process)  # kept, so that its end is noticed by nobody else and no pipe is closed early
    return True


def tied(pid: int) -> bool:
    """Whether the process of this number was started by this one, and ends with it."""
    return any(each.pid == pid and each.stdin is not None for each in _started)


def ends_with_this() -> bool:
    """Whether a process runs that ends with this one."""
    return any(each.stdin is not None and each.poll() is None for each in _started)


def more_files() -> None:
    """As many open files as the system allows this process: each incident, lock and connection is one."""
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _FILES if hard == resource.RLIM_INFINITY else min(hard, _FILES)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
        except (OSError, ValueError):
            pass  # then what is beyond the limit waits
