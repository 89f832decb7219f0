"""`warroom review INC draft|edit`: the review as a file, and the file back onto the log. Nothing typed is lost."""

import os
import subprocess
import sys
from typing import TYPE_CHECKING

from ..core import masking
from ..core.text import clean
from ..core.values import Refused
from ..store.errors import StoreError, not_written
from . import out
from .review_made import made
from .session import Session
from .stop import OK, REFUSED, No, Stop, Usage

if TYPE_CHECKING:
    from ..core.review.changed import Changes
    from ..render.review import Document
    from ..room.review_file import Working
    from ..room.room import Room


# ── draft ──


def draft(session: Session, words: list[str]) -> int:
    """The file to edit: on standard output, or in a new file."""
    from ..render import review

    if words:
        raise Usage("warroom review INC draft takes nothing more; `-o FILE` writes a file.")
    found = made(session, session.seen().state)
    said = review.file(found)
    target = session.arguments.output
    if target not in ("", "-"):
        _into(target, said)
        out.say(
            f"Written to {os.path.abspath(target)}. `warroom review {found.facts.handle} edit {target}` reads it back."
        )
    elif session.arguments.json:
        out.json({"id": found.state.id, "handle": found.facts.handle, "text": said})
    elif out.is_terminal():
        out.data(said.rstrip("\n"))
    else:
        out.raw(said.encode())  # as it is, since it is read back
    return OK


def _into(target: str, said: str) -> None:
    from ..store import disk

    path = os.path.abspath(target)
    try:
        disk.create(path, said.encode())
    except FileExistsError:
        raise No(f"{path} is there already; nothing was written.") from None
    except OSError as problem:
        raise not_written(problem, path) from None


# ── edit ──


def edit(session: Session, words: list[str]) -> int:
    """In the editor, and read back; or a file that was edited elsewhere read back."""
    if len(words) > 1:
        raise Usage("warroom review INC edit takes one file, or none to start your editor.")
    room = session.room()
    with room.log:
        found = made(session, room.load())
        if not words:
            return _in_editor(session, room, found)
        from ..room.review_file import LARGEST, decoded, read

        if words[0] == "-":
            return _back(session, room, found, decoded(sys.stdin.buffer.read(LARGEST + 1), "stdin"), "")
        return _back(session, room, found, read(words[0]), os.path.abspath(words[0]))


def _in_editor(session: Session, room: "Room", found: "Document") -> int:
    from ..room.review_file import working

    editor = _editor(session)
    file = working(session.paths.exports, room.log.path, session.me.name)
    try:
        _fill(session, file, found)
        ended = _edited(editor, file.path)
        if ended:
            raise Stop(
                f"{editor[0]} ended with {ended}; nothing was written. What you wrote is kept in {file.path}: "
                f"`warroom review {found.facts.handle} edit` goes on with it."
            )
        code = _back(session, room, found, file.read(), file.path)
        if code == OK:
            file.done()
        return code
    finally:
        file.close()


def _editor(session: Session) -> list[str]:
    from ..tui.editor import command

    chosen = session.settings.editor if session.settings else ""
    if not chosen and not any(os.environ.get(name) for name in ("VISUAL", "EDITOR")) and not out.is_terminal():
        raise No("No editor is set and this is no terminal. `draft -o FILE`, change it, then `edit FILE`.")
    try:
        return command(chosen)
    except Refused as no:
        raise No(str(no)) from None


def _fill(session: Session, file: "Working", found: "Document") -> None:
    """The file holds what is to be edited: what an earlier edit left in it, else the review as it is now."""
    from ..render import review

    if file.left:
        left = file.read()
        try:
            idle = not review.read_back(found, left).written
        except review.Foreign:
            idle = False
        if not idle and not session.arguments.anew:
            out.say(f"An earlier edit was left in {file.path}: this goes on with it (--anew sets it aside).")
            return
        if not idle:
            out.say(f"What an earlier edit left is now in {file.set_aside()}.")
    file.write(review.file(found))


def _edited(editor: list[str], path: str) -> int:
    """What the editor ended with; 0: it was left as it is meant to be."""
    try:
        return subprocess.run([*editor, path], check=False).returncode
    except OSError as problem:
        raise Stop(f"{editor[0]} could not be started: {problem.strerror}. Set $EDITOR; {path} is there.") from None
    except KeyboardInterrupt:
        raise Stop(f"Interrupted; nothing was written. What you wrote is kept in {path}.") from None


# ── back onto the log ──


def _back(session: Session, room: "Room", found: "Document", said: str, path: str) -> int:
    """Writes what the file changes, and says so."""
    from ..render import review

    kept = f" Your file is kept: {path}." if path else ""
    try:
        changes = review.read_back(found, said)
    except review.Foreign as other:
        raise No(f"That is the review of {other}, not of {found.facts.handle}; nothing was written.{kept}") from None
    commands, masked = [], 0
    for each in review.commands(found, changes):
        command, secrets = masking.command(each)
        commands.append((command, session.me))
        masked += secrets.count
    outcomes = room.commit(commands) if commands else []
    failed = next((each for each in outcomes if isinstance(each, StoreError)), None)
    if failed is not None:
        raise StoreError(f"{failed}{kept}")
    refused = {c.key: str(o) for c, o in zip(changes.written, outcomes, strict=True) if isinstance(o, Refused)}
    facts = {c.key: o[0].id for c, o in zip(changes.written, outcomes, strict=True) if isinstance(o, list)}
    clash = _clash(room, facts)
    if session.arguments.json:
        out.json(_data(found, changes, facts, refused, clash, path))
    else:
        _tell(changes, refused, clash)
    if masked:
        out.say(f"{out.many(masked, 'secret was', 'secrets were')} masked before it was written.")
    if refused:
        out.say(f"What was refused is not on the log.{kept}")
    return REFUSED if refused else OK


def _clash(room: "Room", facts: dict[str, str]) -> dict[str, list[str]]:
    """The sections that somebody else had written meanwhile, with the names of those who did."""
    from ..core.review.written import sections

    found = {each.key: each for each in sections(room.state, ()) if each.conflict and each.key in facts}
    return {
        key: list(dict.fromkeys(v.by for v in each.versions if v.fact != facts[key])) for key, each in found.items()
    }


def _tell(changes: "Changes", refused: dict[str, str], clash: dict[str, list[str]]) -> None:
    from ..render.review import name_of, told

    for each in changes.written:
        name = name_of(each.key, each.title)
        if each.key in refused:
            out.say(f"{name}: refused. {refused[each.key]}")
            continue
        out.say(told(each))
        if each.key in clash:
            others = clean(", ".join(clash[each.key]))
            out.say(f"{name}: {others} wrote it at the same time; both are kept, and the next edit settles it.")
    if changes.missing:
        names = ", ".join(name_of(each.key, each.title) for each in changes.missing)
        out.say(f"Not in the file, so it stays as it was: {names}.")
    if not changes.written:
        out.say("Nothing was changed.")


def _data(
    found: "Document",
    changes: "Changes",
    facts: dict[str, str],
    refused: dict[str, str],
    clash: dict[str, list[str]],
    path: str,
) -> dict[str, object]:
    return {
        "id": found.state.id,
        "handle": found.facts.handle,
        "written": [
            {
                "key": each.key,
                "title": each.title,
                "how": each.how,
                "id": facts[each.key],
                "log_lines_own": each.freed,
                "also_by": clash.get(each.key, []),
            }
            for each in changes.written
            if each.key in facts
        ],
        "refused": [{"key": key, "why": why} for key, why in refused.items()],
        "missing": [each.key for each in changes.missing],
        "file": (path or None) if refused else None,
    }
