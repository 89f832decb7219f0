"""The folder of incidents: how a file is named, what is there, and finding one by its handle or title."""

import os
import time

import msgspec

from ..core.events import Declared, Event, Renamed
from ..core.text import clean
from ..core.values import Ms, handle, plain_handle
from . import access, beside, disk, layout, lock, rows
from .errors import Ambiguous, Exists, NotFound, StoreError, not_opened, not_written
from .file import AppendFile

_SLUG = 48
_HEAD = 64 * 1024
_PLAIN = "abcdefghijklmnopqrstuvwxyz0123456789"
_RENAMED = b'"type":"' + Renamed.type.encode() + b'"'


class Entry(msgspec.Struct, frozen=True):
    """One incident's file. `inc` is its identity; of a file that cannot be read, as much of it as the name says."""

    inc: str
    path: str

    @property
    def title(self) -> str:
        """The title it has now, read from the file; empty when that cannot be read."""
        return _title(self.path)


def entries(folder: str) -> list[Entry]:
    """Every incident in the folder, the latest name first. Reads no more than the head of each file."""
    try:
        names = sorted(os.listdir(folder), reverse=True)
    except FileNotFoundError:
        return []
    except OSError as problem:
        raise not_opened(problem, folder) from problem
    paths = [os.path.join(folder, name) for name in names if name.endswith(".json") and ".local." not in name]
    return [Entry(_identity(path), path) for path in paths if os.path.isfile(path)]


def find(folder: str, text: str) -> Entry:
    """The incident whose handle starts like this, or whose title, and no other, has it in it.

    Raises NotFound, or Ambiguous with the candidates.
    """
    all_of_them = entries(folder)
    wanted = plain_handle(text)
    if len(wanted) >= 4:
        found = [entry for entry in all_of_them if entry.inc.startswith(wanted)]
        if found:
            return _only(found, all_of_them, text)
    part = text.strip().casefold()
    found = [entry for entry in all_of_them if part in entry.title.casefold()] if part else []
    if not found:
        raise NotFound(f"No incident here is called {clean(text)!r}. `warroom list` shows what there is.")
    return _only(found, all_of_them, text)


def _only(found: list[Entry], all_of_them: list[Entry], text: str) -> Entry:
    if len(found) == 1:
        return found[0]
    ids = [entry.inc for entry in all_of_them]
    problem = Ambiguous()
    problem.candidates = tuple(f"{handle(entry.inc, ids)}  {clean(entry.title)}".rstrip() for entry in found)
    shown = "; ".join(problem.candidates[:5]) + ("; …" if len(found) > 5 else "")
    problem.args = (f"{len(found)} incidents answer to {clean(text)!r}: {shown}. Say which by its handle.",)
    raise problem


def path_for(folder: str, inc: str, title: str, at: Ms) -> str:
    """Where a new incident goes: `FOLDER/2026-11-22-k3f9-checkout-returns-500s.json`, by the UTC date of `at`."""
    day = time.strftime("%Y-%m-%d", time.gmtime(at / 1000))
    letters = 4
    while True:
        path = os.path.join(folder, f"{day}-{inc[:letters].lower()}-{slug(title)}.json")
        if letters >= len(inc) or not os.path.exists(path):
            return path
        letters += 1


def publish(draft: str, path: str) -> str:
    """Gives a file that was begun elsewhere in the folder its name, durably: from now on it is an incident.

    Raises Exists, or what a failed write raises.
    """
    try:
        os.link(draft, path)
        os.unlink(draft)
        disk.sync_folder(os.path.dirname(path))
    except FileExistsError as problem:
        raise Exists(f"{path} is there already. Choose another title.") from problem
    except OSError as problem:
        raise not_written(problem, path) from problem
    return path


def slug(title: str) -> str:
    """A title as a part of a file name: lower case letters, digits and dashes, at most 48."""
    plain = "".join(c if c in _PLAIN else "-" for c in title.casefold())
    words = "-".join(word for word in plain.split("-") if word)
    return words[:_SLUG].strip("-") or "incident"


def archive(path: str, archive_folder: str, wait: float = lock.WAIT) -> str:
    """Moves an incident and all that lies beside it, under its lock. Returns the new path."""
    target = os.path.join(access.ready(archive_folder), os.path.basename(path))
    if os.path.exists(target):
        raise Exists(f"{target} is there already: the incident stays where it is.")
    from . import evidence

    file = AppendFile(path, "events")
    try:
        with file.holding(wait):
            shas = evidence.named_by(_facts(file.path))
            evidence.bring(shas, file.path, target)
            for name in reversed(beside.all_of(file.path)):
                os.rename(name, os.path.join(os.path.dirname(target), os.path.basename(name)))
            disk.sync_folder(os.path.dirname(target))
            disk.sync_folder(os.path.dirname(file.path))
            evidence.sweep(file.path, shas)
    except StoreError:
        raise
    except OSError as problem:
        raise not_written(problem, target) from problem
    finally:
        file.close()
    return target


def delete(path: str, wait: float = lock.WAIT) -> None:
    """Deletes an incident for good, with all that lies beside it and the evidence that no other one names."""
    from . import evidence

    file = AppendFile(path, "events")
    try:
        with file.holding(wait):
            # The file itself goes last: where this is broken off, it is found again and nothing is left of the rest.
            evidence.sweep(file.path, evidence.named_by(_facts(file.path)), going=True)
            beside.scrub(file.path)  # what all incidents share, as the numbers of each, holds its words too
            for name in reversed(beside.all_of(file.path)):
                os.unlink(name)
            disk.sync_folder(os.path.dirname(file.path))
    except StoreError:
        raise
    except OSError as problem:
        raise not_written(problem, path) from problem
    finally:
        file.close()


def _facts(path: str) -> list[Event]:
    found = rows.events_in(_read(path, -1))
    return found if found is not None else rows.events_of(_salvaged(_read(path, -1)))[0]


def _identity(path: str) -> str:
    data = _read(path, _HEAD)
    start = layout.rows_start(data, "events")
    tables = layout.tables(data[: start + 1] + b"}}") if start >= 0 else layout.tables(data)
    inc, _ = rows.meta_of(tables or {})
    if not inc:
        words = os.path.basename(path).split("-")
        inc = words[3].upper() if len(words) > 3 else ""
    return inc


def _title(path: str) -> str:
    """From the declaration and the later renamings, found without decoding what lies between."""
    data = _read(path, -1)
    start = layout.rows_start(data, "events")
    if start < 0:
        return _title_of_rows([row.data for row in _salvaged(data)])
    first = data[start : data.find(b"\n", start + 2)]
    found = [first]
    at = data.find(_RENAMED)
    while at >= 0:
        found.append(data[data.rfind(b"\n", 0, at) + 1 : data.find(b"\n", at)])
        at = data.find(_RENAMED, at + 1)
    return _title_of_rows([line[line.find(b": ") + 2 :].rstrip(b",") for line in found])


def _salvaged(data: bytes) -> list[layout.Row]:
    from .salvage import salvage

    return salvage(data, "events", rows.tidy).rows


def _title_of_rows(lines: list[bytes]) -> str:
    events = [event for line in lines if (event := rows.event_of(line)) is not None]
    titled = [(event.order, event.body.title) for event in events if isinstance(event.body, Declared | Renamed)]
    return max(titled)[1] if titled else ""


def _read(path: str, size: int) -> bytes:
    try:
        with open(path, "rb") as file:
            return file.read(size)
    except OSError:
        return b""
