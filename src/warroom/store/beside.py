"""The names of what lies beside an incident's file, and how its texts are taken out of all of it."""

import glob
import os

from . import disk


def local(path: str) -> str:
    """Drafts, cursors, history: may be lost."""
    return _stem(path) + ".local.json"


def cache(path: str) -> str:
    """The last rows as they were shown, for an early first frame: may be lost."""
    return _stem(path) + ".screen"


def metrics(folder: str) -> str:
    """What the incidents in this folder took, as it was last worked out: may be lost."""
    return os.path.join(folder, "metrics.screen")


def evidence(path: str) -> str:
    """The folder with the evidence of all incidents that lie where this one does."""
    return os.path.join(os.path.dirname(path), "evidence")


def pager(path: str) -> str:
    """The lock of the one process that pages."""
    return _stem(path) + ".pager"


def drill(path: str) -> str:
    """The lock of the one process that plays the world of a drill; its age says how far the drill had come."""
    return _stem(path) + ".drill"


def sync(path: str) -> str:
    """How far the incident is in step with a server: may be lost."""
    return _stem(path) + ".sync"


def host(path: str) -> str:
    """On a network file system: which machine may write."""
    return path + ".host"


def torn(path: str) -> list[str]:
    """What recovery has set aside, oldest first."""
    found = [name for name in glob.glob(glob.escape(path) + ".torn*") if not name.endswith(".new")]
    return sorted(found, key=lambda name: (len(name), name))


def all_of(path: str) -> list[str]:
    """Every file that belongs to the incident at `path`, itself first, as far as they exist."""
    others = [*torn(path), local(path), cache(path), pager(path), drill(path), sync(path), host(path)]
    return [path, *(name for name in others if os.path.exists(name))]


def scrub(path: str) -> None:
    """Takes every text of this incident out of what lies beside its file: a redaction holds there too."""
    from .local import forget_texts

    lobby = os.path.join(os.path.dirname(path), "lobby.screen")
    others = (cache(path), path + ".torn", lobby, metrics(os.path.dirname(path)))
    begun = [glob.escape(name) + "*" for name in others]
    begun.append(glob.escape(path) + "*.new")
    for name in [each for pattern in begun for each in glob.glob(pattern)]:
        disk.forget(name)
    forget_texts(local(path))
    disk.sync_folder(os.path.dirname(path))


def _stem(path: str) -> str:
    return path.removesuffix(".json")
