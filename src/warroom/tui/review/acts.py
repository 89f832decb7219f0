"""What `/review …` does at this console: the screen, and the person's editor. A file that was edited is never lost."""

import subprocess
from os.path import basename
from typing import TYPE_CHECKING

from textual.app import SuspendNotSupported

from ...config import shipped
from ...config.load import Library
from ...config.review import rules
from ...core import masking
from ...core.acts.review import WriteSection, over
from ...core.incident import Incident
from ...core.review.changed import Changes
from ...core.review.document import TOP
from ...core.values import Refused
from ...render import review as render
from ...room import StoreError
from ...room.review_file import Working, working
from ...room.room import Outcome
from ..editor import command
from .sheet import ReviewSheet, Shown

if TYPE_CHECKING:
    from ..incident_screen import IncidentScreen


def review(room: "IncidentScreen", about: str) -> None:
    """The review over the room, at the section that `about` names; `edit [SECTION]` opens the editor.

    Raises `Refused`.
    """
    over(room.live.state)
    word, _, rest = about.partition(" ")
    if word.casefold() == "edit":
        _edit(room, rest.strip() or None)
        return
    room.lay_with(ReviewSheet, lambda prompt, moment: ReviewSheet(prompt, moment, lambda s: made(room, s), about))


def made(room: "IncidentScreen", state: Incident) -> Shown:
    """The review of this state. It reads files: not for the event loop."""
    found = _document(room, state)
    pointed: dict[str, tuple[render.Pointed, ...]] = {}
    for each in render.check(found):
        pointed[each.section] = (*pointed.get(each.section, ()), each)
    return Shown(found, pointed)


def _document(room: "IncidentScreen", state: Incident) -> render.Document:
    app = room.console_app
    return render.document(state, shipped.folder(), app.paths.config, "", rules(Library(app.paths)))


def _sheet(room: "IncidentScreen") -> ReviewSheet | None:
    return next((sheet for sheet in room.query(ReviewSheet) if sheet.display), None)


# ── the editor ──


def _edit(room: "IncidentScreen", key: str | None) -> None:
    """One section, or all of it, in the editor. Raises `Refused`."""
    sheet = _sheet(room)
    found = sheet.shown.document if sheet and sheet.shown else _document(room, room.live.state)
    only = None if key is None else _section(found, key)
    editor = command(room.console_app.settings.editor)
    try:
        file = working(room.console_app.paths.exports, room.live.path, room.console_app.me)
    except StoreError as failed:
        raise Refused(str(failed)) from None
    try:
        changes = _changed(room, file, editor, found, only)
    except StoreError as failed:
        raise Refused(str(failed)) from None
    finally:
        file.close()
    _write(room, render.commands(found, changes), [render.told(each) for each in changes.written], file.path, sheet)


def _section(found: render.Document, named: str) -> str:
    key = TOP if named == "-" else named
    if found.section(key) is None:
        raise Refused(f"There is no section “{named}”. `/review` shows all of them.")
    return key


def _changed(
    room: "IncidentScreen", file: Working, editor: list[str], found: render.Document, only: str | None
) -> Changes:
    left = file.left and _goes_on(found, file)
    if not left:
        file.write(render.file(found, only))
    try:
        with room.app.suspend():
            ended = subprocess.run([*editor, file.path], check=False).returncode
    except SuspendNotSupported:
        raise Refused("This terminal cannot make room for an editor. `warroom review` edits it outside.") from None
    except OSError as problem:
        raise Refused(f"{editor[0]} could not be started: {problem.strerror}. Set $EDITOR.") from None
    if ended:
        raise Refused(f"Kept in {file.path}: {basename(editor[0])} ended with {ended}, and nothing was written.")
    try:
        return render.read_back(found, file.read())
    except render.Foreign as other:
        raise Refused(f"{file.path} is the review of {other}; nothing was written.") from None


def _goes_on(found: render.Document, file: Working) -> bool:
    """Whether what an earlier edit left is more than what is on the log."""
    try:
        return bool(render.read_back(found, file.read()).written)
    except render.Foreign:
        return True


def _write(
    room: "IncidentScreen", commands: list[WriteSection], said: list[str], path: str, sheet: ReviewSheet | None
) -> None:
    """Every section that changed goes to the log; the file goes once all of them are there."""
    if not commands:
        _forget(path)
        room.tell("The review is as it was.")
        return
    waiting = len(commands)
    refused: list[str] = []
    if sheet is not None:
        sheet.busy = True

    def settled(outcome: Outcome) -> None:
        nonlocal waiting
        waiting -= 1
        if not isinstance(outcome, list):
            refused.append(str(outcome))
        if waiting:
            return
        if sheet is not None:
            sheet.answered(not refused)
        if not refused:
            _forget(path)
        if not room.is_attached:
            return
        if refused:
            room.tell(f"Your file is kept in {path}: {refused[0]}", True)
        else:
            room.tell(". ".join(said) + ".")

    for each in commands:
        safe, _ = masking.command(each)
        room.when(room.live.do(safe), settled)


def _forget(path: str) -> None:
    from ...store.disk import forget

    try:
        forget(path)
    except OSError:
        pass  # it stays, and the next edit finds nothing new in it
