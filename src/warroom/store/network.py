"""Whether a folder is on another machine's disk, and which machine may then write there.

Locks and wake-ups are only as good as one kernel: on a network file system one host writes, the others join.
"""

import os
import sys

from . import beside, disk
from .errors import AnotherHost, not_written
from .replica import machine

REMOTE = {"nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "afs", "ceph", "glusterfs", "lustre", "ncpfs"}
_MNT_LOCAL = 0x1000


def is_remote(folder: str, mounts: str = "/proc/self/mountinfo") -> bool:
    """Whether the folder's file system is on another machine. False where the system does not tell."""
    if sys.platform == "darwin":
        return not _local_on_mac(folder)
    try:
        device = os.stat(folder).st_dev
        with open(mounts, encoding="utf-8", errors="replace") as file:
            kinds = [_kind(line) for line in file if line.split(" ", 3)[2] == f"{os.major(device)}:{os.minor(device)}"]
    except (OSError, IndexError):
        return False
    return any(kind in REMOTE or kind.startswith(("fuse.sshfs", "fuse.rclone", "fuse.gluster")) for kind in kinds)


def _kind(line: str) -> str:
    return line.partition(" - ")[2].partition(" ")[0]


def _local_on_mac(folder: str) -> bool:
    import ctypes

    status = ctypes.create_string_buffer(4096)  # struct statfs; f_flags stands at byte 64
    if ctypes.CDLL(None).statfs(os.fsencode(folder), status) != 0:
        return True
    return bool(int.from_bytes(status.raw[64:68], sys.byteorder) & _MNT_LOCAL)


def claim(path: str, *, write: bool = True) -> None:
    """On a network file system: this host writes to `path` from now on, or AnotherHost when one does already."""
    if not is_remote(os.path.dirname(path)):
        return
    here = os.uname().nodename
    mine = f"{here} {machine()}"
    name = beside.host(path)
    try:
        with open(name, encoding="utf-8", errors="replace") as file:
            owner = file.read(1024).strip()
    except FileNotFoundError:
        if write:
            _take(name, mine)
        return
    except OSError as problem:
        raise not_written(problem, name) from problem
    if owner != mine:
        other = owner.partition(" ")[0] or "another host"
        raise AnotherHost(
            f"{os.path.basename(path)} is on a network file system, and {other} works on it. "
            f"From {here}, use `warroom join` instead. If {other} is gone for good, remove {name}."
        )


def _take(name: str, mine: str) -> None:
    try:
        disk.create(name, mine.encode())
    except FileExistsError:
        pass  # whoever came first; the next opening reads who
    except OSError as problem:
        raise not_written(problem, name) from problem
