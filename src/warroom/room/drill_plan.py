"""Game days: which drill is planned when, and who takes which role. One small file in the data folder."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import msgspec

from ..core.values import Ms, Refused
from ..store import disk, lock
from ..store.access import ready

FILE = "drill-plan.json"
_MOST = 1000
_LARGEST = 1024 * 1024


class Planned(msgspec.Struct, frozen=True, omit_defaults=True):
    """One drill that is planned. `at` is UTC ms; `roles` maps a role to who takes it."""

    at: Ms
    scenario: str
    roles: dict[str, str] = {}
    note: str = ""
    by: str = ""


_decoder = msgspec.json.Decoder(list[Planned])


def load(data: str) -> list[Planned]:
    """What is planned, by its time. Raises `Refused` where the file cannot be read: then nothing is written over it."""
    file = os.path.join(data, FILE)
    try:
        if os.path.getsize(file) > _LARGEST:
            raise Refused(f"{file} is too large to be a plan. Move it away, and plan again.")
        with open(file, "rb") as source:
            return sorted(_decoder.decode(source.read()), key=lambda each: (each.at, each.scenario))
    except FileNotFoundError:
        return []
    except OSError as problem:
        raise Refused(f"{file} cannot be read: {problem.strerror}.") from None
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as wrong:
        raise Refused(f"{file} is no plan any more ({wrong}). Mend it or move it away; nothing was changed.") from None


def add(data: str, planned: Planned) -> int:
    """Plans a drill; its number in the list, from 1. Raises `Refused`, OSError."""
    with _alone(data):
        known = load(data)
        if len(known) >= _MOST:
            raise Refused(
                f"There are {_MOST} drills in the plan already. Drop some first: `warroom drill plan drop N`."
            )
        _save(data, [*known, planned])
        return load(data).index(planned) + 1


def drop(data: str, number: int) -> Planned:
    """Takes the drill with this number (from 1) out of the plan. Raises `Refused`, OSError."""
    with _alone(data):
        known = load(data)
        if not 1 <= number <= len(known):
            there = f"1 to {len(known)}" if known else "none; nothing is planned"
            raise Refused(f"There is no planned drill {number}; there are {there}.")
        gone = known.pop(number - 1)
        _save(data, known)
        return gone


@contextmanager
def _alone(data: str) -> Iterator[None]:
    """Nobody else changes the plan meanwhile: a lock on its folder, since the file itself is replaced."""
    ready(data)
    fd = os.open(data, os.O_RDONLY | os.O_CLOEXEC)
    try:
        lock.take(fd, os.path.join(data, FILE), False, lock.WAIT)
        yield
    finally:
        os.close(fd)


def _save(data: str, planned: list[Planned]) -> None:
    disk.replace(os.path.join(data, FILE), msgspec.json.format(msgspec.json.encode(planned), indent=1))
