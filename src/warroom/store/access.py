"""Whether a folder may be used: it is there, it is ours, it can be written. Said before anything is typed into it."""

import os

from .errors import FolderNotOurs, FolderReadOnly, NoHome, reason


def ready(folder: str) -> str:
    """The folder, absolute, made with mode 0700 when it is not there.

    Raises BadFolder, or what a failed write raises.
    """
    if not folder:
        raise NoHome("There is no home folder: set HOME, or WARROOM_HOME to a folder for War room's files.")
    folder = os.path.realpath(folder)
    try:
        os.makedirs(folder, 0o700, exist_ok=True)
        status = os.stat(folder)
    except (FileExistsError, NotADirectoryError) as problem:
        raise FolderReadOnly(f"{folder} is not a folder. Move it away, or set WARROOM_HOME.") from problem
    except OSError as problem:
        why = reason(problem)
        raise FolderReadOnly(
            f"{folder} cannot be made ({why}). Set WARROOM_HOME to a folder that you may write."
        ) from problem
    if status.st_uid != os.geteuid():
        raise FolderNotOurs(
            f"{folder} belongs to {_user(status.st_uid)}: what you write there would be theirs, or out of their reach. "
            "Work as that user, or set WARROOM_HOME to a folder of your own."
        )
    if not os.access(folder, os.W_OK | os.X_OK):
        raise FolderReadOnly(f"{folder} is read-only. Make it writable, or set WARROOM_HOME to another folder.")
    return folder


def _user(uid: int) -> str:
    import pwd

    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"user {uid}"
