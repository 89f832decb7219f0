"""What an edited review changes of the one that was handed out: section by section, and never more than was touched."""

from collections.abc import Collection, Mapping

import msgspec

from .document import AT_TOP, TOP, Parsed, Section, mark


class Change(msgspec.Struct, frozen=True):
    """A section that is to be written. `how`: written, new, emptied, moved. `before` says where a new place is.

    `base`: the facts that its writer saw; None: nobody knows, so that it stands beside what is there.
    `freed`: the log's lines were changed in it and are its writer's own now.
    """

    key: str
    title: str
    body: str
    before: str | None
    how: str
    base: tuple[str, ...] | None
    freed: bool = False


class Changes(msgspec.Struct, frozen=True):
    """What a file changes; `missing` are the sections that are not in it and stay as they were."""

    written: tuple[Change, ...] = ()
    missing: tuple[Section, ...] = ()


def changes(seen: Parsed, found: Parsed, fixed: Collection[str] = ()) -> Changes:
    """What `found` changes of `seen`, which is the file as it was handed out, read in the same way.

    The sections of `fixed` have their place by the template, wherever they stand in the file.
    """
    there = {each.key: each for each in found.sections}
    before = {each.key: each for each in seen.sections}
    if not there[TOP].body:
        del there[TOP]  # a title is changed, never taken away
    written = []
    for key, now in there.items():
        old = before.get(key)
        moved = old is not None and key not in fixed and now.before != _followed(old, before, there)
        how = _how(old, now) or ("moved" if moved else "")
        if how:
            base = None if found.base is None else found.base.facts.get(key, ())
            place = (now.before or AT_TOP) if moved or old is None else None
            written.append(Change(key, now.title, now.body, place, how, base, old is not None and _freed(old, now)))
    missing = (each for each in seen.sections if each.key not in there and each.key != TOP)
    return Changes(tuple(written), tuple(missing))


def _followed(old: Section, before: Mapping[str, Section], there: Collection[str]) -> str:
    """What the section would follow by its old place: the nearest one before it that is in the file still."""
    key = old.before
    while key not in there and key != TOP:
        key = before[key].before
    return key


def _how(old: Section | None, now: Section) -> str:
    if old is None:
        return "new"
    if (now.body, now.title) == (old.body, old.title):
        return ""
    return "written" if now.body else "emptied"


def _freed(old: Section, now: Section) -> bool:
    own = mark(now.key)
    return bool(now.body) and own in old.body.split("\n") and own not in now.body.split("\n")
