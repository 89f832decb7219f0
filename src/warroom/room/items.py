"""The action items of all incidents of a folder, those in the archive too. A drill's are never among them.

Only files that hold an item are read whole, and none again that has not changed.
"""

import os

import msgspec

from ..core.incident import Incident
from ..core.review.items import ItemView, items, waits_elsewhere
from ..core.values import By, Ms, handle, is_drill
from ..store import folder
from ..store.errors import StoreError
from ..store.log import Log
from .room import Room

_RAISED = b'"type":"item.raised"'
Mark = tuple[int, int, int]


class Owed(msgspec.Struct, frozen=True):
    """An item and the incident that it came of."""

    item: ItemView
    id: str
    handle: str
    title: str
    path: str
    archived: bool = False


class Looked(msgspec.Struct, frozen=True):
    """What there is, the most urgent first. `troubles` names the files that could not be read, and why.

    `followed`: some of it waits to be opened elsewhere, or is followed there, which a pager's process does.
    """

    owed: tuple[Owed, ...] = ()
    troubles: tuple[str, ...] = ()
    followed: bool = False

    def overdue(self, now: Ms) -> tuple[Owed, ...]:
        """What is open and late, the oldest first."""
        return tuple(each for each in self.owed if each.item.overdue(now))


class _Read(msgspec.Struct, frozen=True):
    mark: Mark
    title: str = ""
    items: tuple[ItemView, ...] = ()
    followed: bool = False


class ItemBook:
    """Looks at two folders, again and again: that of the incidents and that of the archive."""

    def __init__(self, incidents: str, archive: str) -> None:
        self._incidents, self._archive = incidents, archive
        self._known: dict[str, _Read] = {}

    def look(self) -> Looked:
        """What there is now. Never raises for what is in a file or a folder."""
        entries = [(entry, False) for entry in _entries(self._incidents)]
        entries += [(entry, True) for entry in _entries(self._archive)]
        ids = [entry.inc for entry, _ in entries]
        found: list[Owed] = []
        troubles: list[str] = []
        followed = False
        for entry, archived in entries:
            if is_drill(entry.inc):
                continue
            try:
                read = self._read(entry.path)
            except StoreError as trouble:
                troubles.append(str(trouble))
                continue
            followed = followed or (read.followed and not archived)
            name = handle(entry.inc, ids)
            found += [Owed(item, entry.inc, name, read.title, entry.path, archived) for item in read.items]
        return Looked(tuple(sorted(found, key=_urgent)), tuple(troubles), followed)

    def _read(self, path: str) -> _Read:
        try:
            status = os.stat(path)
            mark = (status.st_ino, status.st_size, status.st_mtime_ns)
            known = self._known.get(path)
            if known is not None and known.mark == mark:
                return known
            with open(path, "rb") as file:
                holds_one = _RAISED in file.read()
        except OSError as gone:
            raise StoreError(f"{path} cannot be read: {gone.strerror}.") from None
        read = _Read(mark)
        if holds_one:
            state = _state(path)
            if state.declaration is None:
                raise StoreError(f"{path} holds action items that cannot be read: `warroom verify` says what is wrong.")
            read = _Read(mark, state.title, items(state), waits_elsewhere(state))
        self._known[path] = read
        return read


def _urgent(each: Owed) -> tuple[bool, bool, Ms, str, int]:
    """Open before done, the nearest due first, those without a date last."""
    item = each.item
    return (not item.open, item.due is None, item.due or 0, each.id, item.number)


def _entries(where: str) -> list[folder.Entry]:
    try:
        return folder.entries(where)
    except StoreError:
        return []


def _state(path: str) -> Incident:
    with Log.open(path, "", read_only=True) as log:
        return Room(log, By(""), lambda: 0).load()
