"""A change to a file of one's own configuration: proposed, put in its place on approval, and taken back.

Nothing here writes a fact. Whoever calls keeps what came of it on the incident's log.
"""

import os
import tempfile
import time
from os.path import join

import msgspec

from warroom import __version__
from warroom.core import masking
from warroom.core.acts.learn import ProposeChange
from warroom.core.learn.diff import patched, unified
from warroom.core.learn.proposals import Proposal
from warroom.core.values import Ms, Refused
from warroom.store import disk

from .learn_check import Tried, checked
from .learn_history import APPLIED, UNDONE, Record, held, record, records, written
from .learn_target import Target, digest, own_text, shipped_text, target
from .learn_target import held as held_text
from .paths import Paths

__all__ = ["Asker", "Differs", "Done", "Made", "apply", "held", "made", "undo"]


class Differs(Refused):
    """The file is not what it was: `diff` is what would have to change in it now."""

    diff: str = ""


class Asker(msgspec.Struct, frozen=True):
    """Who asks for a change to a file, when (UTC ms), and for which incident."""

    name: str
    at: Ms
    incident: str = ""
    handle: str = ""


class Made(msgspec.Struct, frozen=True):
    """A change that could be applied: the command that proposes it, and what is worth knowing about the file."""

    command: ProposeChange
    notes: tuple[str, ...] = ()


class Done(msgspec.Struct, frozen=True):
    """What came of it: the record of it, the path of the file, and what was worth saying.

    `moved`: the file had changed since it was proposed; `already`: it was done before, and nothing was written now.
    """

    record: Record
    path: str
    diff: str = ""
    notes: tuple[str, ...] = ()
    moved: bool = False
    already: bool = False


# ── propose ──


def made(
    paths: Paths, it: Target, whole: str, tried: Tried, *, why: str = "", summary: str = "", insist: bool = False
) -> Made:
    """The proposal that `it` becomes `whole`. Raises `Refused` where the file could not be used so."""
    before = held_text(it)
    if not insist and masking.text(whole).count > masking.text(before.text).count:
        raise Refused(f"There seems to be a secret in it ({_secrets(whole)}); take it out, or --insist.")
    if "\0" in whole:
        raise Refused("It holds a NUL character; take it out.")
    notes = checked(paths, it, whole, tried)
    old = f"{it.name} ({'your copy' if before.own else 'as shipped' if it.shipped else 'new'})"
    diff = unified(before.text, whole, old, it.name)
    summary = summary or _summary(diff)
    command = ProposeChange(target=it.name, diff=diff, whole=whole, base=before.sha, why=why, summary=summary)
    return Made(command, notes)


def keep(paths: Paths, it: Target, text: str) -> str:
    """Where the text is kept that was typed for a change which was refused."""
    name = it.name.replace("/", "-")
    for folder in (join(paths.state, "refused"), join(tempfile.gettempdir(), f"warroom-{os.getuid()}")):
        try:
            os.makedirs(folder, 0o700, exist_ok=True)
            return disk.keep_beside(join(folder, name), text.encode(errors="replace"))
        except OSError:
            continue
    return ""


def _secrets(text: str) -> str:
    return ", ".join(masking.text(text).kinds)


def _summary(diff: str) -> str:
    rows = diff.split("\n")
    more = sum(row.startswith("+") and not row.startswith("+++ ") for row in rows)
    less = sum(row.startswith("-") and not row.startswith("--- ") for row in rows)
    counts = ((more, "more"), (less, "less"))
    return ", ".join(f"{count} line{'' if count == 1 else 's'} {word}" for count, word in counts if count)


# ── apply ──


def apply(paths: Paths, change: Proposal, asker: Asker, tried: Tried, force: bool = False) -> Done:
    """Puts the change into one's own copy; call it while `held`. `force`: the whole file as it was proposed.

    Raises `Refused` (`Differs` where the file has changed since and the change does not fit any more), `StoreError`.
    """
    it = target(paths, change.target)
    now = held_text(it)
    if now.own and (done := _done_before(paths, it, change, asker, now.text)):
        return Done(done, it.own, already=True)
    text, moved = _wanted(now.text, change, force)
    if text == now.text:
        raise Refused(f"{it.name} is as this change wants it already; nothing was written.")
    if not now.own:
        text = _from_shipped(it, asker) + text
    notes = checked(paths, it, text, tried)
    diff = unified(now.text, text, it.name, it.name)
    entry = Record(
        0, APPLIED, it.name, asker.at, asker.name, now.text if now.own else None, text,
        incident=asker.incident, change=change.name, why=change.why,
    )  # fmt: skip
    return Done(written(paths, it, entry), it.own, diff, notes, moved)


def _wanted(now: str, change: Proposal, force: bool) -> tuple[str, bool]:
    """What the file is to be, and whether it has changed since that was proposed."""
    moved = digest(now) != change.base
    if force and change.whole:
        return change.whole, moved
    text = patched(now, change.diff)
    if not moved and change.whole and text != change.whole:
        raise Refused(f"Change {change.name} does not do what it shows: its diff and its file differ. Propose it anew.")
    if text is None:
        no = Differs(
            f"{change.target} has changed since change {change.name} was proposed, which does not fit there any more."
        )
        no.diff = unified(now, change.whole, f"{change.target} (now)", f"{change.target} (proposed)")
        raise no
    return text, moved


def _done_before(paths: Paths, it: Target, change: Proposal, asker: Asker, now: str) -> Record | None:
    """The record of this very change, where the file is as it left it."""
    last = _latest(paths, it)
    if last is None or (last.action, last.incident, last.change) != (APPLIED, asker.incident, change.name):
        return None
    return last if last.sha_after == digest(now) else None


def _latest(paths: Paths, it: Target) -> Record | None:
    """The last record about this file."""
    return next((each for each in reversed(records(paths)) if each.target == it.name), None)


def _from_shipped(it: Target, asker: Asker) -> str:
    """The first line of a copy of one's own: where it comes from."""
    day = time.strftime("%Y-%m-%d", time.gmtime(asker.at / 1000))
    origin = f"From the file that ships with War room {__version__}, changed" if it.shipped else "Made"
    said = f"{origin} on {day} after {asker.handle or 'an incident'}."
    return f"{{# {said} #}}\n" if it.folder == "templates" else f"# {said}\n"


# ── undo ──


def undo(paths: Paths, named: str, asker: Asker, force: bool = False, why: str = "") -> Done:
    """Brings the file back to what it was before this record, or before the last change; call it while `held`.

    Raises `Refused` (`Differs` where the file has changed since, unless `force`), `StoreError`.
    """
    back = record(paths, named) if named else last(paths)
    if back.action != APPLIED:
        raise Refused(f"Record {back.number} took a change back itself. `warroom learn apply` puts it there again.")
    it = target(paths, back.target)
    now = own_text(it)
    if now == back.before:
        if (done := _latest(paths, it)) and done.of == back.number:
            return Done(done, it.own, already=True)
        raise Refused(f"{it.name} is already as it was before record {back.number}; nothing was written.")
    if now != back.after and not force:
        no = Differs(f"{it.name} has changed since record {back.number}; nothing was written.")
        no.diff = _back(it, now, back.before)
        raise no
    entry = Record(
        0, UNDONE, it.name, asker.at, asker.name, now, back.before,
        incident=back.incident, change=back.change, of=back.number, why=why,
    )  # fmt: skip
    diff = _back(it, now, back.before)
    return Done(written(paths, it, entry), it.own, diff)


def _back(it: Target, now: str | None, before: str | None) -> str:
    """The diff from what holds now to what held before: without a copy of one's own that is the shipped file."""
    shipped = shipped_text(it)
    return unified(shipped if now is None else now, shipped if before is None else before, f"{it.name} (now)", it.name)


def last(paths: Paths) -> Record:
    """The last change that was not taken back."""
    known = records(paths)
    undone = {each.of for each in known}
    for each in reversed(known):
        if each.action == APPLIED and each.number not in undone and own_text(target(paths, each.target)) != each.before:
            return each
    raise Refused("No change to a file is left to be taken back.")
