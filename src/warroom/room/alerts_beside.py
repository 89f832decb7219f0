"""What came in at a server whose folder lies in this data folder: its machine shows its inbox, without joining it.

A folder that has joined a server exchanges the logs of alerts with it, and nothing is taken over here.
"""

import os
from collections.abc import Callable

from ..core.alerts import week as weeks
from ..core.codec import Bad
from ..core.values import Ms
from ..store.errors import Exists, StoreError
from ..store.log import Log
from . import syncing
from .alerts import BEFORE, Mark, mark, path_of

_FOLDER = os.path.join("server", "incidents")  # where an embedded store keeps its logs


def there(data: str) -> bool:
    """Whether a server keeps its logs in this data folder: one stat."""
    return os.path.isdir(os.path.join(data, _FOLDER))


class Beside:
    """What is new of the server's logs is copied into this folder's. `replica` says as whom this folder writes."""

    def __init__(self, data: str, replica: Callable[[], str], now: Callable[[], Ms]) -> None:
        self._data, self._replica, self._now = data, replica, now
        self._marks: dict[str, Mark] = {}

    def took(self) -> str:
        """Durable on return; a sentence where it could not be."""
        try:
            self._take()
        except (StoreError, OSError) as failed:
            return f"What came in at the server of this folder is not among these: {failed}"
        return ""

    def _take(self) -> None:
        if not there(self._data) or syncing.joined(self._data) is not None:
            return
        for inc, week in weeks.known(self._now(), BEFORE).items():
            path = os.path.join(self._data, _FOLDER, f"{inc}.json")
            found = mark(path)
            if found != self._marks.get(path):
                if found is not None:
                    self._copy(path, inc, week)
                self._marks[path] = found

    def _copy(self, path: str, inc: str, week: str) -> None:
        with Log.open(path, "", read_only=True) as theirs:
            rows = list(theirs.rows())
        with self._ours(inc, week) as ours, ours.writing() as writing:
            known = {hash for _, hash in ours.rows()}
            for data, hash in rows:
                if hash not in known:
                    try:
                        writing.accept(data, hash)
                    except Bad:
                        continue  # what a server kept of a fact that it could not read
            writing.write()

    def _ours(self, inc: str, week: str) -> Log:
        path = path_of(self._data, week)
        try:
            return Log.create(path, inc, self._replica())
        except Exists:
            return Log.open(path, self._replica())
